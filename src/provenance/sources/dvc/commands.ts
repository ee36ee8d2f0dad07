import { clip } from '../../../text/clean.js'
import type { Found } from '../../../verdict/finding.js'
import type { PlacedStage } from './choice.js'
import type { Pipeline, DeclaredStage } from './pipeline.js'
import { lookUp } from './template.js'

interface CommandCheck {
  stages: readonly PlacedStage[]
  pipeline: Pipeline
  /** The lock. */
  file: string
}

/**
 * The command of each stage against the locked one. Blanks do not count, as YAML folds them, and one Python
 * is as good as another. A template matches anything; what it stood for is compared as a parameter.
 */
export function commandFindings({ stages, pipeline, file }: CommandCheck): Found[] {
  const declared = new Map(pipeline.stages.map((stage) => [stage.name, stage]))
  return stages.flatMap(({ name, locked }): Found[] => {
    const stage = declared.get(name)
    if (stage === undefined || stage.written.length === 0 || locked.commands.length === 0) return []
    const [written, before] = [plain(stage.written), plain(locked.commands)]
    const at = { file, line: locked.commandLine }
    const filled = plain(stage.commands) === before ? [] : matched(written, before)
    if (filled === null)
      return [
        {
          rule: 'claims/command-changed',
          message: `\`${name}\` was run with another command than ${pipeline.file} has now`,
          ...at,
          expected: clip(before, 200),
          actual: clip(plain(stage.commands), 200),
        },
      ]
    return filled.flatMap(({ expression, text }) => templateFinding(stage, expression, text, at))
  })
}

function templateFinding(
  stage: DeclaredStage,
  expression: string,
  before: string,
  at: Pick<Found, 'file' | 'line'>,
): Found[] {
  const now = lookUp(stage.context, expression)
  if (!['string', 'number', 'boolean'].includes(typeof now)) return []
  const actual = String(now)
  if (bare(actual) === bare(before) || Number(actual) === Number(before)) return []
  return [
    {
      rule: 'claims/parameter-changed',
      message: `\`${expression}\` was ${clip(before, 80)} in the command of \`${stage.name}\`, and is ${clip(actual, 80)} now`,
      ...at,
      expected: clip(before, 200),
      actual: clip(actual, 200),
    },
  ]
}

/** A value in a command: quotes and the case of `True` say nothing. */
const bare = (text: string): string => text.replace(/["']/g, '').trim().toLowerCase()

/** An interpreter's name, as a shell or a variable gives it. */
const PYTHON = /(?<![\w./-])(?:\$\{?\w*PYTHON\w*\}?|python[\d.]*)(?= )/gi

const plain = (commands: readonly string[]): string =>
  commands.join(' && ').replace(/\\\n/g, ' ').replace(/\s+/g, ' ').replace(PYTHON, 'python').trim()

/**
 * What the templates of a text stand for in another; null: it is another text. The parts between them are
 * looked for one after the other, so the time grows with the length.
 */
export function matched(template: string, text: string): { expression: string; text: string }[] | null {
  const parts = template.split(/\$\{([^{}$]*)\}/)
  const filled: { expression: string; text: string }[] = []
  if (!text.startsWith(parts[0]!)) return null
  let at = parts[0]!.length
  for (let index = 1; index < parts.length; index += 2) {
    const literal = parts[index + 1]!
    const last = index + 2 >= parts.length
    const end = last ? text.length - literal.length : literal === '' ? at : text.indexOf(literal, at)
    if (end < at || (last && !text.endsWith(literal))) return null
    // Of two templates side by side nobody can say where the first ends.
    if ((literal !== '' || last) && (index === 1 || parts[index - 1] !== ''))
      filled.push({ expression: parts[index]!, text: text.slice(at, end) })
    at = end + literal.length
  }
  return parts.length === 1 && text !== template ? null : filled
}
