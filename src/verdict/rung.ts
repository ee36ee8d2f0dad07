import { AGREES, COMES_BACK, type Agreement, type Parity, type TrainingEvidence } from './evidence.js'
import type { Finding } from './finding.js'
import { decides, type RuleLevels } from './levels.js'
import { RULES } from './rules/index.js'
import { RUNGS, type Rung } from './rungs.js'
import type { StageName } from './finding.js'
import { cameBack, trainingWords } from './training.js'

/** What a rung is judged by. */
export interface Climb {
  findings: readonly Finding[]
  levels: RuleLevels
  /** Whether anything can be read that claims something of a run. */
  claimed: boolean
  /** Whether the committed metrics follow from the committed predictions; undefined: there is nothing to compute. */
  follows?: boolean | undefined
  parity: Parity | null
  agreement: Agreement | null
  training?: TrainingEvidence | undefined
  /** Why a stage did not run, or what it came to. */
  summaryOf(stage: StageName): string | undefined
  /** What the run needs and this machine may not have: `a GPU: .cuda()`. */
  needs: readonly string[]
}

interface Step {
  rung: number
  /** undefined: it does not apply, and keeps nobody from the next. */
  reached: boolean | undefined
  missing: string
}

/** Which rung of evidence a model stands on, and the one thing that keeps it from the next. */
export function rungOf(climb: Climb): Rung {
  const steps = stepsOf(climb)
  let reached = 0
  for (const step of steps) {
    if (step.reached === false) {
      const next = { rung: step.rung, says: RUNGS[step.rung]!, missing: step.missing }
      return { reached, says: RUNGS[reached]!, next }
    }
    if (step.reached) reached = step.rung
  }
  return { reached, says: RUNGS[reached]! }
}

function stepsOf({
  findings,
  levels,
  claimed,
  follows,
  parity,
  agreement,
  training,
  summaryOf,
  needs,
}: Climb): Step[] {
  const [need] = needs
  const also = need === undefined ? '' : `; it ${need}`
  const against = findings.find(
    ({ stage, rule }) => isAgainst(rule, levels) && ['provenance', 'data'].includes(stage),
  )
  // Another model than the recorded one says nothing against the results: that is the last rung.
  const differs = (stage: StageName) =>
    findings.find(
      ({ rule, stage: found }) =>
        found === stage && RULES[rule].kind === 'differs' && RULES[rule].subject !== 'training',
    )
  const whyNot = (stage: StageName, otherwise: string): string =>
    (differs(stage)?.message ?? summaryOf(stage) ?? otherwise) + also
  return [
    { rung: 1, reached: claimed, missing: 'there is no record, and nothing else speaks of a run' },
    { rung: 2, reached: against === undefined, missing: against?.message ?? '' },
    { rung: 3, reached: follows, missing: 'the metrics do not follow from the predictions' },
    {
      rung: 4,
      reached: COMES_BACK.includes(parity) && !differs('environment'),
      missing: whyNot('environment', 'it was not rebuilt'),
    },
    {
      rung: 5,
      reached: AGREES.includes(agreement) && !differs('evaluation'),
      missing: whyNot('evaluation', 'it was not replayed'),
    },
    {
      rung: 6,
      reached: training !== undefined && cameBack(training),
      missing: (training ? trainingWords(training) : 'the model was not trained again') + also,
    },
  ]
}

/** What contradicts the repository, or gives nothing that could be held against it. */
const isAgainst = (rule: Finding['rule'], levels: RuleLevels): boolean =>
  decides(rule, levels) !== null &&
  (RULES[rule].kind === 'wrong' ||
    rule === 'record/missing' ||
    rule === 'record/removed' ||
    rule === 'code/commit-missing' ||
    rule === 'data/file-missing')
