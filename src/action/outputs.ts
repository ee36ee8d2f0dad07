import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { verdictWord } from '../report/words.js'
import { AGREEMENTS, PARITIES } from '../verdict/evidence.js'
import { type ModelReport, type Report } from '../verdict/report.js'

/** The worst of all models; '' unless every model has one: anything else would claim too much. */
function worst<T extends string>(order: readonly T[], values: readonly (T | null)[]): T | '' {
  if (values.length === 0 || values.includes(null)) return ''
  return order.findLast((level) => values.includes(level)) ?? ''
}

function environmentHash(models: readonly ModelReport[]): string {
  if (models.length === 1) return models[0]?.environmentHash ?? ''
  const known = models.filter((model) => model.environmentHash !== null)
  return known.length === 0
    ? ''
    : JSON.stringify(Object.fromEntries(known.map((model) => [model.name, model.environmentHash])))
}

/** The outputs of the step that are made from the report alone. */
export const reportOutputs = (report: Report) => ({
  verdict: report.verdict,
  decision: report.decision,
  parity: worst(
    PARITIES,
    report.models.map((model) => model.parity),
  ),
  agreement: worst(
    AGREEMENTS,
    report.models.map((model) => model.agreement),
  ),
  'environment-hash': environmentHash(report.models),
})

/**
 * What tells this comment from those of other steps on the same pull request: the working directory,
 * or `all`, and `//` and the models if they were chosen. The same from run to run, in whatever
 * order the models are given.
 */
export function commentId(directory: string, models: readonly string[]): string {
  const folder = posix.normalize(directory).replace(/\/$/, '')
  const place = folder === '.' ? 'all' : folder
  const id = models.length === 0 ? place : `${place}//${models.toSorted().join('/')}`
  // A marker has room for 100 characters.
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 12)
  return id.length <= 80 ? id : `${id.slice(0, 80)}.${hash}`
}

/** One line for each model: its verdict, the cause and the fix. Holds untrusted text. */
export const verdictLines = (report: Report): string =>
  report.models
    .map((model) => `${model.name}: ${verdictWord(model)}. ${model.cause}${model.fix ? ` ${model.fix}` : ''}`)
    .join('\n') || 'No model was checked.'
