import type { PredictionComparison } from '../verdict/evidence.js'
import type { Finding } from '../verdict/finding.js'
import type { ModelReport } from '../verdict/report.js'
import type { RuleId } from '../verdict/rules/index.js'
import { waivedText } from '../verdict/waivers.js'
import { inForce } from './words.js'

const differ = (compared: PredictionComparison | undefined): boolean =>
  compared !== undefined && compared.flips + compared.moved > 0

/**
 * Rules of which the stage's line and the figures below it tell every case, if the figures are there:
 * tables and folds in the comment, lines in the terminal.
 */
const TOLD_BY_FIGURES: Partial<Record<RuleId, (evidence: ModelReport['evidence']) => boolean>> = {
  'environment/build-failed': ({ environment }) => (environment?.failure?.tail.length ?? 0) > 0,
  'environment/package-differs': ({ environment }) => (environment?.differenceCounts.package ?? 0) > 0,
  'environment/config-differs': ({ environment }) => (environment?.differenceCounts.config ?? 0) > 0,
  'environment/package-file-differs': ({ environment }) =>
    (environment?.differenceCounts['package-file'] ?? 0) > 0,
  'evaluation/failed': ({ evaluation }) => (evaluation?.tail?.length ?? 0) > 0,
  'evaluation/metric-differs': ({ evaluation }) => evaluation?.metrics.some(({ agrees }) => !agrees) ?? false,
  'evaluation/prediction-differs': ({ evaluation }) => differ(evaluation?.predictions),
  'evaluation/nondeterministic': ({ evaluation }) => differ(evaluation?.controls),
}

/**
 * The findings that neither the first lines nor the figures tell, errors first. Of an incomplete record
 * these are all: its table of fields is what the first lines are about.
 */
export function untold({ verdict, findings, evidence }: ModelReport): Finding[] {
  if (verdict === 'incomplete') return inForce(findings)
  return inForce(findings).filter(({ rule, headline }) => !headline && !TOLD_BY_FIGURES[rule]?.(evidence))
}

/** Who vouches for a finding, or how it is fixed. */
export const answerTo = ({ waived, remedy }: Finding): string => {
  if (waived === undefined) return remedy
  const text = waivedText(waived)
  return text.charAt(0).toUpperCase() + text.slice(1)
}
