import { grouped, plural } from '../text/numbers.js'
import type { Altered, CanaryEvidence } from './evidence.js'

/** What may be said of replays on altered inputs: what was observed, and no more. Text may be untrusted. */

type Rows = NonNullable<CanaryEvidence['rows']>
type Truth = NonNullable<CanaryEvidence['truth']>
type Model = NonNullable<CanaryEvidence['model']>

const of = (some: number, all: number): string => `${grouped(some)} of ${grouped(all)}`

/** Exact one-sided 95 % bound of a share of which all of n were seen. */
const atLeast = (n: number): string => `${(Math.floor(1000 * 0.05 ** (1 / n)) / 10).toFixed(1)} %`

const MODEL_ALTERED: Record<Model['altered'], string> = {
  'zero-numbers': 'with all its numbers set to zero',
  'zero-bytes': 'with all its bytes set to zero',
  'exchanged-numbers': 'with its numbers exchanged',
}

const ROWS: Record<Rows['outcome'], (rows: Rows) => string> = {
  follow: ({ telling }) =>
    `The predictions follow the rows: on ${of(telling, telling)} rows that could tell, the answer moved with the row to another key (at least ${atLeast(telling)}, 95 % confidence).`,
  partly: ({ telling, followed }) =>
    `The predictions follow the rows in part: on ${of(followed, telling)} rows that could tell, the answer moved with the row to another key.`,
  'not-shown': ({ why = '' }) => `Not shown that the predictions follow the rows: ${why}.`,
}

const TRUTH: Record<Truth['outcome'], (truth: Truth) => string> = {
  unused: ({ column }) => `The predictions do not use the column ${column}, the right answers.`,
  used: ({ column }) =>
    `The predictions change when only the column ${column}, the right answers, is permuted, as with a threshold tuned on the test set.`,
  copied: (truth) => `${copied(truth)}.`,
}

const MODEL: Record<Model['outcome'], (model: Model) => string> = {
  depends: ({ altered, changed, of: all }) =>
    `The predictions depend on the model: ${MODEL_ALTERED[altered]}, ${of(changed, all)} changed.`,
  read: ({ altered }) =>
    `The evaluation reads the model: ${MODEL_ALTERED[altered]}, it fails. That the predictions depend on it is not shown.`,
  unchanged: (model) => `${unchanged(model)}.`,
  'not-shown': ({ why = '' }) => `Not shown that the predictions depend on the model: ${why}.`,
}

const copied = ({ column, equal, of: all, expected }: Truth): string =>
  `${of(equal, all)} answers equal the column ${column}, which was permuted at random (${grouped(Math.round(expected))} would by chance)`

const unchanged = ({ altered, of: all }: Model): string =>
  `${of(all, all)} predictions stayed the same although ${altered === 'zero-bytes' ? 'every byte' : 'every number'} of the model was zero`

/** What contradicts that the results were computed, as clauses. */
export function contradictions({ rows, truth, model }: CanaryEvidence): string[] {
  const stayed =
    rows?.outcome === 'not-shown' && rows.telling > 0 && rows.stayed >= 0.9 * rows.telling
      ? `, and ${of(rows.stayed, rows.telling)} stayed with their key when the rows were exchanged`
      : ''
  return [
    ...(model?.outcome === 'unchanged' ? [unchanged(model) + stayed] : []),
    ...(truth?.outcome === 'copied' ? [copied(truth)] : []),
  ]
}

/** Every statement, in whole sentences. */
export function canaryStatements({ notRun, rows, truth, model }: CanaryEvidence): string[] {
  if (notRun !== undefined) return [`Not shown that the results follow from data and model: ${notRun}.`]
  return [
    ...(rows ? [ROWS[rows.outcome](rows)] : []),
    ...(truth ? [TRUTH[truth.outcome](truth)] : []),
    ...(model ? [MODEL[model.outcome](model)] : []),
  ]
}

const joined = (clauses: readonly string[]): string =>
  [clauses.slice(0, -1).join(', '), ...clauses.slice(-1)].filter(Boolean).join(' and ')

/** One sentence for the first lines of a result that came back. */
export function canarySentence(canary: CanaryEvidence): string {
  const { notRun, rows, truth, model } = canary
  if (notRun !== undefined) return canaryStatements(canary)[0]!
  const shown = [
    ...(rows && rows.outcome !== 'not-shown' ? [`follow the rows (${of(rows.followed, rows.telling)})`] : []),
    ...(model?.outcome === 'depends' ? [`depend on the model (${of(model.changed, model.of)})`] : []),
    ...(truth?.outcome === 'used' ? ['change with the right answers'] : []),
  ]
  const missing = [
    ...(rows?.outcome === 'not-shown' ? [`follow the rows (${rows.why})`] : []),
    ...(model?.outcome === 'read' ? ['depend on the model (it fails on a broken one)'] : []),
    ...(model?.outcome === 'not-shown' ? [`depend on the model (${model.why})`] : []),
  ]
  const who = shown.length > 0 ? 'they' : 'the predictions'
  return [
    ...(shown.length > 0 ? [`On altered inputs, the predictions ${joined(shown)}.`] : []),
    ...(missing.length > 0 ? [`Not shown: that ${who} ${missing.join('; that they ')}.`] : []),
  ].join(' ')
}

const REPLAYS: Record<Altered, string> = {
  rows: 'rows exchanged',
  'rows-again': 'rows exchanged, right answers with them',
  'zero-numbers': 'every number of the model 0',
  'zero-bytes': 'every byte of the model 0',
  'exchanged-numbers': 'numbers of the model exchanged',
}

/** The replays, a line each: what was altered, and what came of it. */
export const canaryReplays = ({ replays }: CanaryEvidence): string[] =>
  replays.map(({ altered, failed, changed = 0, of: all = 0, seconds }) => {
    const gave = failed === undefined ? `${of(changed, all)} answers changed` : `the evaluation ${failed}`
    return `${REPLAYS[altered]}: ${gave} (${seconds.toFixed(1)} s)`
  })

export const replayCount = ({ replays }: CanaryEvidence): string =>
  plural(replays.length, 'replay on altered inputs', 'replays on altered inputs')
