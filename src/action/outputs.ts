import { AGREEMENTS, PARITIES, type ModelReport, type Report } from '../verdict/report.js'

/** The worst of all models; '' unless there is one for every model, for less would claim too much. */
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
 * What tells this comment from those of other steps on the same pull request:
 * `<working directory, or all>[:<models>]`. The same from run to run, whatever the order of the
 * models, and safe inside an HTML comment.
 */
export function commentId(directory: string, models: readonly string[]): string {
  const folder = directory.replace(/^(?:\.\/+)+|\/+$/g, '')
  const place = folder === '' || folder === '.' ? 'all' : folder
  const id = models.length === 0 ? place : `${place}:${models.toSorted().join(',')}`
  return id
    .replace(/[^\w./,:-]+/g, '-')
    .replace(/--+/g, '-')
    .slice(0, 200)
    .replace(/-+$/, '')
}

const SAID = {
  reproduced: 'reproduced',
  'not-reproduced': 'not reproduced',
  incomplete: 'incomplete',
  'could-not-check': 'could not be checked',
} as const

/** One line for each model: its verdict, the cause and the fix. Holds untrusted text. */
export const headline = (report: Report): string =>
  report.models
    .map(({ name, verdict, cause, fix }) => `${name}: ${SAID[verdict]}. ${cause}${fix ? ` ${fix}` : ''}`)
    .join('\n') || `The check is ${SAID[report.verdict]}: there is no model.`
