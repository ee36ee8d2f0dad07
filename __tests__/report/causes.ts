import type { CauseEvidence, Factor } from '../../src/verdict/evidence.js'
import type { Report } from '../../src/verdict/report.js'
import { drifted, failedModel, flipped, hex, modelOf, reportOf, unseeded } from './fixtures.js'

/** What a search for a cause can come to, one report for each: a reviewer reads every one of them. */

const id = (name: string) => `sha256:${hex(name)}`
const learn: Factor = {
  kind: 'package',
  name: 'pkg:pypi/scikit-learn',
  pinned: '1.2.1',
  rebuilt: '1.3.0',
  fix: 'Pin scikit-learn==1.2.1 in requirements.txt:4, or record the run again.',
}
const numpy: Factor = {
  kind: 'package',
  name: 'pkg:pypi/numpy',
  pinned: '1.26.4',
  rebuilt: '2.0.2',
  fix: 'Pin numpy==1.26.4 in requirements.txt:1, or record the run again.',
}
const variable: Factor = { kind: 'config', name: 'Env.OMP_NUM_THREADS', pinned: '1', rebuilt: '4' }
const thread: Factor = {
  kind: 'condition',
  name: 'one thread',
  note: 'OMP_NUM_THREADS=1 processor 0',
  fix: 'Set `ENV OMP_NUM_THREADS=1` in the Dockerfile, and record the run again.',
}
const AXES = ['hash seed', 'threads', 'OpenBLAS kernel', 'numpy instructions', 'file order', 'clock']

type Tried = CauseEvidence['replays'][number]
const replay = (image: Tried['image'], with_: string[], gave: Tried['gave'], result = 0): Tried => ({
  image,
  id: id(image === 'pinned' ? '77ab03c' : 'b0'),
  with: with_,
  gave,
  ...(gave !== 'none' && { result: gave === 'recorded' ? 1 : result }),
  seconds: 1.4,
})

const found = (shown: CauseEvidence['shown'], more: Partial<CauseEvidence> = {}): CauseEvidence => ({
  shown,
  image: 'pinned',
  factors: [],
  also: [],
  tried: [],
  moving: [],
  differences: 20,
  replays: [
    replay('pinned', [], 'recorded'),
    replay('pinned', [], 'recorded'),
    replay('rebuild', [learn.name, numpy.name], 'recorded'),
    replay('rebuild', [learn.name], 'recorded'),
    replay('pinned', [learn.name], 'another'),
    replay('rebuild', [learn.name], 'recorded'),
    replay('pinned', [learn.name], 'another'),
  ],
  seconds: 14.2,
  ...more,
})

const conditions = (more: Partial<CauseEvidence> = {}): Partial<CauseEvidence> => ({
  image: 'rebuild',
  differences: 0,
  tried: AXES,
  replays: [
    replay('rebuild', ['another hash seed', 'one thread'], 'another', 2),
    replay('rebuild', ['one thread'], 'recorded'),
  ],
  seconds: 4.1,
  ...more,
})

/** In another environment, and in the same one. */
const inDrift = (cause: CauseEvidence): Report => differing(cause, { environment: drifted })
const inSame = (cause: CauseEvidence): Report => differing(cause, {})

function differing(cause: CauseEvidence, stages: Parameters<typeof modelOf>[0]): Report {
  const evaluation = { ...flipped, evidence: { ...flipped.evidence, cause } }
  return reportOf([modelOf({ ...stages, evaluation })], { seconds: 151 })
}

const unsteady = (cause: CauseEvidence): Report =>
  reportOf([modelOf({ evaluation: { ...unseeded, evidence: { ...unseeded.evidence, cause } } })])

const FAILED = {
  rule: 'evaluation/failed',
  message: 'the evaluation ended with exit code 1: `AttributeError: np.float_ was removed`',
  field: 'evaluation',
  actual: 'exit code 1',
} as const

export const CAUSES: Record<string, Report> = {
  'cause-alone': inDrift(found('alone', { factors: [learn] })),
  'cause-through-kernels': inDrift(found('alone', { factors: [numpy], dispatch: 'Haswell' })),
  'cause-enough': inDrift(
    found('enough', {
      factors: [learn],
      also: [numpy],
      why: 'the evaluation ended with exit code 1: `ValueError: numpy.dtype size changed`',
    }),
  ),
  'cause-each': inDrift(found('each', { factors: [learn, numpy] })),
  'cause-together': inDrift(found('together', { factors: [learn, variable], either: true })),
  'cause-restores': inDrift(found('restores', { factors: [learn] })),
  'cause-among': inDrift(found('among', { factors: [learn, numpy, variable] })),
  'cause-not-listed': inDrift(found('not-listed')),
  'cause-pinned-fails': inDrift(
    found('pinned-fails', { why: 'the evaluation ended with exit code 1: `Killed`' }),
  ),
  'cause-pinned-condition': inDrift(found('condition', { factors: [thread], tried: AXES })),
  'cause-condition': inSame(found('condition', conditions({ factors: [thread] }))),
  'cause-input': inSame(
    found(
      'input',
      conditions({
        factors: [
          {
            kind: 'input',
            name: 'data/test.csv',
            fix: 'Record the run again: the recorded result is that of data/test.csv as the previous record names it.',
          },
        ],
      }),
    ),
  ),
  'cause-asks': inSame(
    found(
      'asks',
      conditions({
        factors: [
          {
            kind: 'condition',
            name: 'the network',
            note: 'labels.example.org',
            fix: 'Record what it fetches as data, with a digest, and read it from there.',
          },
        ],
      }),
    ),
  ),
  'cause-unseeded': unsteady(
    found(
      'steadied',
      conditions({
        factors: [
          {
            kind: 'condition',
            name: "a fixed seed of NumPy's random numbers",
            note: '',
            fix: 'Give NumPy and scikit-learn a seed (`numpy.random.default_rng(7)`, `random_state=7`), and record it under `seeds`.',
          },
        ],
      }),
    ),
  ),
  'cause-unexplained': inSame(found('unexplained', conditions())),
  'cause-moving': inSame(found('unexplained', conditions({ moving: ['one thread'] }))),
  'cause-not-repeatable': inDrift(found('not-repeatable')),
  'cause-steadied': unsteady(
    found(
      'steadied',
      conditions({
        factors: [
          {
            kind: 'condition',
            name: 'a fixed hash seed',
            note: 'PYTHONHASHSEED=0',
            fix: 'Sort what comes out of a set, or set `ENV PYTHONHASHSEED=0` in the Dockerfile.',
          },
        ],
      }),
    ),
  ),
  'cause-unsteady': unsteady(
    found('unsteady', conditions({ tried: ['hash seed', 'threads', 'file order', 'clock'] })),
  ),
  'cause-of-a-failure': reportOf([
    {
      ...modelOf({
        environment: drifted,
        evaluation: {
          findings: [FAILED],
          summary: 'failed: exit code 1',
          unverified: true,
          evidence: {
            evaluation: failedModel.evidence.evaluation!,
            cause: found('alone', { factors: [numpy] }),
          },
          seconds: 1.2,
        },
      }),
    },
  ]),
}
