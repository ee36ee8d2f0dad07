import { numberText, plural } from '../../text/numbers.js'
import type { MetricComparison } from '../../verdict/evidence.js'
import type { Found } from '../../verdict/finding.js'
import type { SuiteEvidence } from '../../verdict/suite.js'
import { quoted } from '../words.js'
import { flipsOf } from './flips.js'
import { noiseAround, noiseOf, type Noise } from './noise.js'
import { comparePrompts } from './prompts.js'
import type { SuiteRun, SuiteSample } from './suite.js'

export interface SuitePieces {
  recorded: SuiteRun | undefined
  /** At least two. */
  runs: readonly SuiteRun[]
  /** The record against the first of them. */
  metrics: readonly MetricComparison[]
  /** undefined: nobody said that the runs may differ. */
  alpha: number | undefined
}

export interface JudgedSuite {
  evidence: SuiteEvidence
  findings: Found[]
  /** Whether all were asked the same. */
  comparable: boolean
  /** The metrics held against the noise of the runs, if they differ and may. */
  metrics?: MetricComparison[] | undefined
}

/**
 * Prompts first: a score is only compared if the same was asked. Then, of runs that differ among one another,
 * every metric that is a mean over samples against the noise of these runs, if the policy says how many runs
 * there are. Answers that the record has saved are graded again as well: that is another rung, for which no
 * model was run.
 */
export function judgeSuite({ recorded, runs, metrics, alpha }: SuitePieces): JudgedSuite {
  const [first, ...others] = runs as [SuiteRun, ...SuiteRun[]]
  const against = recorded ?? first
  const unlike = others.map((other) => comparePrompts(first, other)).find(({ different }) => different > 0)
  const prompts = recorded
    ? comparePrompts(against, first)
    : ({ by: 'nothing', compared: 0, different: 0 } as const)
  const asked = prompts.different > 0 ? prompts : (unlike ?? prompts)
  const regraded = recorded && gradedAgain(recorded)
  const comparable = asked.different === 0
  const samples = [...first.samples.keys()]
  const series = (name: string) => (comparable ? scoresOf(runs, samples, name) : undefined)
  const isSteady = metrics.every(({ name }) => {
    const [one, ...more] = series(name) ?? []
    return more.every((scores) => sameScores(scores, one!))
  })
  const main = metrics.find(({ name }) => series(name))?.name
  const held =
    alpha === undefined || isSteady || !comparable
      ? undefined
      : metrics.map((metric) => heldAgainstNoise(metric, series(metric.name), { recorded, samples, alpha }))
  return {
    evidence: {
      tool: first.tool,
      prompts: asked,
      ...(regraded && regraded.grades > 0 && { regraded: { grades: regraded.grades, same: regraded.same } }),
      runs: runs.length,
      ...(held && { alpha }),
      ...(main !== undefined && { flips: flipsOf(runs.map((run) => gradesOf(run, samples, main))) }),
    },
    findings: [
      ...promptFindings(asked, asked === unlike),
      ...(regraded?.findings ?? []),
      ...(held?.flatMap(({ findings }) => findings) ?? []),
    ],
    comparable,
    metrics: held?.map(({ metric }) => metric),
  }
}

const gradesOf = ({ samples }: SuiteRun, ids: readonly string[], name: string) =>
  ids.map((id) => ({ output: samples.get(id)!.output, score: samples.get(id)!.scores[name]! }))

/** The scores of every run, by sample; undefined unless each sample has one in each run. */
function scoresOf(runs: readonly SuiteRun[], ids: readonly string[], name: string): number[][] | undefined {
  const scores = runs.map(({ samples }) => ids.map((id) => scoreIn(samples.get(id), name)))
  return ids.length > 0 && scores.every((run) => run.every((score) => score !== undefined))
    ? (scores as number[][])
    : undefined
}

const scoreIn = (sample: SuiteSample | undefined, name: string): number | undefined =>
  sample && Object.hasOwn(sample.scores, name) ? sample.scores[name] : undefined

const sameScores = (one: readonly number[], other: readonly number[]): boolean =>
  one.every((score, at) => score === other[at])

/** What order of adding can change of a mean. */
const ROUNDING = 1e-9

function heldAgainstNoise(
  metric: MetricComparison,
  scores: readonly number[][] | undefined,
  { recorded, samples, alpha }: { recorded: SuiteRun | undefined; samples: readonly string[]; alpha: number },
): { metric: MetricComparison; findings: Found[] } {
  const { name } = metric
  const before = Number(metric.recorded)
  const replayed = Number(metric.replayed)
  if (!scores || !metric.finite || Math.abs(meanOf(scores[0]!) - replayed) > ROUNDING)
    return { metric, findings: [] }
  const kept = recorded && scoresOf([recorded], samples, name)?.[0]
  // Samples that do not give the recorded score are not those of the record.
  const noise: Noise =
    kept && Math.abs(meanOf(kept) - before) <= ROUNDING
      ? noiseOf(kept, scores, alpha)
      : noiseAround(before, scores, alpha)
  const { difference, floor, apart } = noise
  return {
    metric: {
      ...metric,
      replayed: numberText(before + difference),
      difference,
      allowed: floor,
      agrees: Math.abs(difference) <= floor,
    },
    findings: apart?.tooMany
      ? [
          {
            rule: 'evaluation/prediction-differs',
            message: `the recorded ${quoted(name)} of single samples is farther from the replays than these are from one another: ${apart.recorded.toFixed(1)} where ${apart.expected.toFixed(1)} is their noise`,
            field: 'evaluation.predictions',
          },
        ]
      : [],
  }
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function promptFindings(
  { by, compared, different, first, before, after, clock }: SuiteEvidence['prompts'],
  amongReplays: boolean,
): Found[] {
  if (different === 0) return []
  const what = by === 'prompts' ? 'prompt' : 'task'
  const words =
    before === undefined
      ? `, first ${quoted(first ?? '')}`
      : `: ${quoted(before)} → ${quoted(after ?? '')}${clock ? ', text that changes with the clock' : ''}, first in ${quoted(first ?? '')}`
  const where = amongReplays ? 'differ between two replays' : 'are not the recorded ones'
  return [
    {
      rule: 'evaluation/prompts-differ',
      message: `${different} of ${plural(compared, what)} ${where}${words}`,
      field: 'evaluation.command',
      ...(before !== undefined && { expected: before, actual: after }),
      ...(clock && { remedy: 'Take the date and the time out of the prompt, or fix them in it.' }),
    },
  ]
}

/** The grades of saved answers, computed again from answer and target. */
function gradedAgain({ samples }: SuiteRun): { grades: number; same: number; findings: Found[] } {
  const all = [...samples].flatMap(([id, { scores, regraded }]) =>
    Object.entries(regraded).map(([name, again]) => ({ id, name, saved: scores[name]!, again })),
  )
  const wrong = all.filter(({ saved, again }) => saved !== again)
  const [first] = wrong
  return {
    grades: all.length,
    same: all.length - wrong.length,
    findings: first
      ? [
          {
            rule: 'evaluation/grade-differs',
            message: `${wrong.length} of ${plural(all.length, 'saved answer')} ${wrong.length === 1 ? 'is' : 'are'} graded otherwise: ${quoted(first.name)} of ${quoted(first.id)} is saved as ${first.saved}, and the answer gives ${first.again}`,
            field: `evaluation.metrics.${first.name}`,
            expected: String(first.again),
            actual: String(first.saved),
          },
        ]
      : [],
  }
}
