import type { Instruction } from './instructions.js'

/** What a container of the image is for. `open`: nothing says. */
export type Purpose = 'evaluates' | 'trains' | 'serves' | 'open'

const SERVES =
  /uvicorn|gunicorn|streamlit|gradio|flask|waitress|hypercorn|torchserve|tritonserver|bentoml|mlflow (?:models )?serve|\b(?:app|server|serve|serving|api)\.py\b/i

export interface FoundPurpose {
  purpose: Purpose
  /** The instruction that says so. */
  line?: number | undefined
}

/**
 * What the last stage says of itself: a port or a server serves; else the name of what it starts. A training
 * script that starts by itself wins over a port, which may be a notebook's.
 */
export function purposeOf(instructions: readonly Instruction[]): FoundPurpose {
  const last = instructions.findLastIndex(({ keyword }) => keyword === 'FROM')
  const stage = instructions.slice(Math.max(last, 0))
  const start = stage.findLast(({ keyword }) => keyword === 'CMD' || keyword === 'ENTRYPOINT')
  const text = start?.rest ?? ''
  const line = start?.line
  if (SERVES.test(text)) return { purpose: 'serves', line }
  if (/eval|test/i.test(text)) return { purpose: 'evaluates', line }
  if (/train|fit\b/i.test(text)) return { purpose: 'trains', line }
  const port = stage.find(({ keyword }) => keyword === 'EXPOSE')
  return port ? { purpose: 'serves', line: port.line } : { purpose: 'open' }
}
