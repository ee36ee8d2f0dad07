import { shortNumber } from '../text/numbers.js'
import type { LineageEvidence } from '../verdict/evidence.js'
import type { Record_ } from './schema.js'

/** Data sets that are kept. */
const KEPT = 100
const SEEDS = 5

/** The way from data, code and environment to the result, as the record claims it. */
export function lineageOf(record: Record_): LineageEvidence {
  const { data = [], code, environment, model, run, seeds = {}, evaluation } = record
  const named = Object.entries(seeds).map(([name, value]) => `${name} ${value}`)
  const [metric] = Object.entries(evaluation?.metrics ?? {})
  return {
    data: data.slice(0, KEPT).map(({ name, version, path, digest }) => ({
      label: [name ?? path ?? 'data', version].filter(Boolean).join(' '),
      digest,
      changed: false,
    })),
    code: code?.commit === undefined ? undefined : { commit: code.commit, changed: false },
    environment: environment?.hash === undefined ? undefined : { hash: environment.hash, changed: false },
    run: {
      label: ['run', run?.id].filter(Boolean).join(' '),
      seeds: named.length > 0 ? `seeds ${named.slice(0, SEEDS).join(', ')}` : 'no seeds',
    },
    model: {
      label: ['model', model?.version].filter(Boolean).join(' '),
      digest: model?.digest,
      changed: false,
    },
    result: { label: metric ? `${metric[0]} ${shortNumber(metric[1])}` : 'result', changed: false },
  }
}
