import { plural } from '../../text/numbers.js'
import type { SuiteEvidence } from '../../verdict/suite.js'
import type { AgreementResult } from '../agreement.js'

/** What the stage's line says of runs that differ: `3 runs of 40 samples, 6 of which flip`. */
export function suiteSummary(
  { runs, flips, alpha }: SuiteEvidence,
  { findings }: Pick<AgreementResult, 'findings'>,
): string {
  const [first] = findings
  if (first) return first.message
  const rows = flips ? ` of ${plural(flips.samples, 'sample')}, ${flips.flipped} of which flip` : ''
  return `the model was run again: ${plural(runs, 'run')}${rows}; within their noise at α = ${alpha}`
}
