import { changeFindings } from '../../src/provenance/changes.js'
import type {
  CanaryEvidence,
  ChangesEvidence,
  EnvironmentEvidence,
  EvaluationEvidence,
  LineageEvidence,
  RecomputedEvidence,
  TrainingEvidence,
} from '../../src/verdict/evidence.js'
import type { Finding, Found, StageName } from '../../src/verdict/finding.js'
import { foldModel, foldReport, type ModelHead, type StageRun } from '../../src/verdict/fold.js'
import { levelOf } from '../../src/verdict/levels.js'
import type { ModelReport, Report } from '../../src/verdict/report.js'
import { waivedBy, type Waiver } from '../../src/verdict/waivers.js'
import { RULES } from '../../src/verdict/rules/index.js'
import { spreadOf, trainingWords } from '../../src/verdict/training.js'

/**
 * Realistic reports, one for each thing that a reviewer can be told. Findings and summaries are written
 * as the stages write them; verdict, cause and fix are what the code makes of them. Digests are of nothing.
 */

const COMMIT = 'a81c0de4f3b29d7706c1e5aa0b9d8c7f6e5d4c3b'
const RECORD = 'models/digits/provenance.yml'
export const hex = (seed: string): string => seed.repeat(64).slice(0, 64)

export const reportOf = (models: ModelReport[], overrides: Partial<Report> = {}): Report => ({
  ...foldReport(
    {
      commit: COMMIT,
      started: '2026-11-18T10:00:00Z',
      seconds: 98.2,
      policy: { path: 'reprogate.yml', from: 'main' },
    },
    models,
  ),
  ...overrides,
})

const HEAD: ModelHead = {
  name: 'digits',
  version: '1.2.0',
  track: 'production',
  levels: {},
  record: RECORD,
  recordedHash: `env-v1:sha256:${hex('77ab03c')}`,
}

type Ran = Exclude<StageRun['outcome'], { notRun: string }>

/** What one stage gave, as a stage gives it: its findings have neither level nor stage yet. */
export interface Given extends Partial<Omit<Ran, 'findings'>> {
  findings?: readonly Found[]
  notRun?: string
  seconds?: number
}

/** A model as the gate folds it, of the given stages; the others are those of a reproduced one. */
export function modelOf(
  given: Partial<Record<StageName, Given>>,
  head: Partial<ModelHead> = {},
): ModelReport {
  const own = { ...HEAD, ...head }
  const runs = Object.entries({ ...FINE, ...given }).map(([name, stage]): StageRun => {
    const { notRun, seconds = 0, findings = [], summary = '', evidence = {}, ...rest } = stage
    const made = findings.map((found) => stamped(found, name as StageName, own))
    return {
      name: name as StageName,
      seconds,
      outcome: notRun === undefined ? { ...rest, findings: made, summary, evidence } : { notRun },
    }
  })
  return foldModel(own, runs)
}

const stamped = (found: Found, stage: StageName, { track, levels, waivers }: ModelHead): Finding => ({
  ...found,
  ...(waivers && { waived: waivedBy(found, waivers) }),
  stage,
  level: levelOf(found.rule, track, levels),
  remedy: found.remedy ?? RULES[found.rule].remedy,
})

const lineage: LineageEvidence = {
  data: [
    { label: 'digits v3', digest: `sha256:${hex('9f2c1ab')}`, changed: false },
    { label: 'digits v3', digest: `sha256:${hex('1dea')}`, changed: false },
  ],
  code: { commit: '3f2c9e1d4b5a69788796a5b4c3d2e1f001122334', changed: false },
  environment: { hash: `env-v1:sha256:${hex('77ab03c')}`, changed: false },
  run: { label: 'run 2026-11-18', seeds: 'seeds split 7, init 7' },
  model: { label: 'model 1.2.0', digest: `sha256:${hex('c0ffee1')}`, changed: false },
  result: { label: 'accuracy 0.972175', changed: false },
}

const noDifferences = { package: 0, config: 0, 'package-file': 0, file: 0, folder: 0 }

const environment: EnvironmentEvidence = {
  dockerfile: 'Dockerfile',
  builder: 'buildkit',
  cached: false,
  buildSeconds: 41,
  pinned: { image: `registry.example/digits@sha256:${hex('77ab03c')}`, from: 'image' },
  rebuilt: { id: `sha256:${hex('b0')}` },
  packages: 214,
  files: 28_374,
  differences: [],
  differenceCounts: noDifferences,
}

const same = (name: string, value: string) => ({
  name,
  recorded: value,
  replayed: value,
  difference: 0,
  allowed: 0.000001,
  agrees: true,
  finite: true,
})

const evaluation: EvaluationEvidence = {
  command: ['python3', 'evaluate.py'],
  metrics: ['accuracy', 'f1_macro', 'precision', 'recall'].map((name) => same(name, '0.972175')),
  predictions: { rows: 1797, flips: 0, moved: 0, first: [] },
  replays: [12.1, 11.9],
  deterministic: true,
  exitCode: 0,
}

const recomputed: RecomputedEvidence = {
  file: 'models/digits/predictions.csv',
  metrics: [
    ...['accuracy', 'recall'].map((metric) => ({
      metric,
      printed: '0.972175',
      outcome: 'follows' as const,
      definition: metric,
      columns: ['label', 'prediction'],
      rows: 1797,
      value: '0.9721758486366166',
      digits: 6,
    })),
    {
      metric: 'f1_macro',
      printed: '0.97',
      outcome: 'consistent',
      definition: 'f1_macro',
      columns: ['label', 'prediction'],
      rows: 1797,
      value: '0.9720612',
      digits: 2,
    },
    { metric: 'precision', printed: '0.972175', outcome: 'definition unknown' },
  ],
}

/** Every stage of a model that is reproduced. */
const FINE: Record<StageName, Given> = {
  provenance: {
    summary: 'complete: commit, data version, environment hash, 2 seeds',
    evidence: { fields: { present: 14, required: 14 }, lineage },
    seconds: 0.1,
  },
  data: {
    summary: 'digits@v3: 3 files hashed again, as recorded',
    evidence: {
      data: ['data/train.csv', 'data/test.csv', 'models/digits/model.pkl'].map((path) => ({
        path,
        files: 1,
        bytes: 492_000,
        verified: true,
      })),
    },
    seconds: 0.02,
  },
  environment: {
    grade: 'content',
    summary: '214 packages, 28,374 files',
    evidence: { parity: 'content', environment },
    seconds: 61.3,
  },
  evaluation: {
    grade: 'identical',
    summary: '1,797 predictions, 4 metrics; the same in both replays',
    evidence: { agreement: 'identical', evaluation },
    seconds: 24,
  },
}

export const reproducedModel = modelOf({})
export const reproduced = reportOf([reproducedModel])

/** Some metrics follow from the committed predictions. */
export const recomputedModel = modelOf({
  provenance: {
    ...FINE.provenance,
    evidence: { ...FINE.provenance.evidence, recomputed },
  },
})

const trainedAgain = (training: TrainingEvidence, findings: readonly Found[] = []): ModelReport =>
  modelOf({
    evaluation: {
      ...FINE.evaluation,
      findings,
      summary: [FINE.evaluation.summary, trainingWords(training)].join('; '),
      evidence: { agreement: 'identical', evaluation, training },
    },
  })

/** The model was trained again, and with other seeds. */
export const trainedModel = trainedAgain({
  outcome: 'same-model',
  replays: [31.2, 30.8],
  spread: spreadOf(
    [1, 2, 3, 4, 5],
    [0.9722, 0.9705, 0.9738, 0.9711, 0.9716].map((accuracy) => ({ accuracy })),
  ),
})

const PREVIOUS_DATA = {
  shown: 'input' as const,
  image: 'rebuild' as const,
  factors: [
    {
      kind: 'input' as const,
      name: 'data/train.csv',
      fix: 'Train the model again from what is there now, and record the run again.',
    },
  ],
  also: [],
  tried: ['hash seed', 'threads'],
  moving: [],
  differences: 0,
  replays: [
    {
      image: 'rebuild' as const,
      id: `sha256:${hex('b0')}`,
      with: ['another hash seed', 'one thread'],
      gave: 'another' as const,
      result: 0,
      seconds: 31,
    },
    {
      image: 'rebuild' as const,
      id: `sha256:${hex('b0')}`,
      with: ['data/train.csv'],
      gave: 'recorded' as const,
      result: 1,
      seconds: 31,
    },
    {
      image: 'rebuild' as const,
      id: `sha256:${hex('b0')}`,
      with: ['data/train.csv'],
      gave: 'recorded' as const,
      result: 1,
      seconds: 31,
    },
  ],
  seconds: 93,
}

/** The results come back, and the model is of other data than its record says. */
export const otherDataModel = trainedAgain(
  { outcome: 'differs', replays: [31.2, 30.8], cause: PREVIOUS_DATA },
  [
    {
      rule: 'training/model-differs',
      message:
        'the model was trained again, and differs; with data/train.csv of the previous record it gives the recorded model',
      file: RECORD,
      line: 3,
      field: 'model.digest',
      remedy: PREVIOUS_DATA.factors[0]!.fix,
    },
  ],
)

const canary: CanaryEvidence = {
  rows: { outcome: 'follow', telling: 1612, followed: 1612, stayed: 0 },
  truth: { column: 'label', outcome: 'unused', equal: 181, of: 1797, expected: 179.7 },
  model: { outcome: 'depends', altered: 'zero-numbers', changed: 1619, of: 1797 },
  replays: [
    { altered: 'rows', changed: 1612, of: 1797, seconds: 12.2 },
    { altered: 'zero-numbers', changed: 1619, of: 1797, seconds: 11.8 },
  ],
}

const listened = (evidence: CanaryEvidence, findings: readonly Found[] = []): ModelReport =>
  modelOf({
    evaluation: {
      ...FINE.evaluation,
      findings,
      evidence: { agreement: 'identical', evaluation: { ...evaluation, canary: evidence } },
    },
  })

/** Answers that follow data and model. */
export const computedModel = listened(canary)

/** Rows that cannot be told apart, and a model that is read. */
const partlyComputedModel = listened({
  rows: {
    outcome: 'not-shown',
    telling: 0,
    followed: 0,
    stayed: 0,
    why: 'the keys of the predictions are not in the data',
  },
  model: { outcome: 'read', altered: 'zero-bytes', changed: 0, of: 0 },
  replays: [{ altered: 'zero-bytes', failed: 'fails (exit code 1)', seconds: 3.1 }],
})

/** The base's policy asks for no replay on altered inputs. */
const canaryOffModel = listened({ notRun: 'the policy has `canary: off`', replays: [] })

/** Answers that are kept by key. */
export const copiedModel = listened(
  {
    rows: {
      outcome: 'not-shown',
      telling: 1612,
      followed: 0,
      stayed: 1612,
      why: 'the answers stay with the key',
    },
    model: { outcome: 'unchanged', altered: 'zero-numbers', changed: 0, of: 1797 },
    replays: [
      { altered: 'rows', changed: 0, of: 1797, seconds: 12.2 },
      { altered: 'zero-numbers', changed: 0, of: 1797, seconds: 11.8 },
      { altered: 'rows-again', changed: 0, of: 1797, seconds: 12 },
    ],
  },
  [
    {
      rule: 'evaluation/not-computed',
      message:
        'the recorded results came back, but 1,797 of 1,797 predictions stayed the same although every number of the model was zero, and 1,612 of 1,612 stayed with their key when the rows were exchanged',
      file: RECORD,
      line: 29,
      field: 'evaluation',
    },
  ],
)

const flip = (key: string, recorded: string, replayed: string, score: [string, string]) => ({
  key,
  column: 'prediction',
  recorded,
  replayed,
  also: [{ column: 'score', recorded: score[0], replayed: score[1] }],
})

export const drifted: Given = {
  findings: [
    {
      rule: 'environment/package-differs',
      message: 'scikit-learn 1.2.1 → 1.3.0',
      file: 'requirements.txt',
      line: 4,
      expected: '1.2.1',
      actual: '1.3.0',
      remedy: 'Pin scikit-learn==1.2.1 in requirements.txt:4, or record the run again.',
    },
  ],
  grade: 'drift',
  summary: '1 of 214 packages changed',
  evidence: {
    parity: 'drift',
    environment: {
      ...environment,
      differences: [{ kind: 'package', name: 'pkg:pypi/scikit-learn', pinned: '1.2.1', rebuilt: '1.3.0' }],
      differenceCounts: { ...noDifferences, package: 1 },
    },
  },
  seconds: 41.3,
}

export const flipped: Given = {
  findings: [
    {
      rule: 'evaluation/metric-differs',
      message: '`accuracy` 0.972176 → 0.969950, allowed ±0.000001',
      file: RECORD,
      line: 31,
      field: 'evaluation.metrics.accuracy',
      expected: '0.9721758486366165',
      actual: '0.9699499165275459',
    },
    {
      rule: 'evaluation/metric-differs',
      message: '`f1_macro` 0.972061 → 0.969840, allowed ±0.000001',
      file: RECORD,
      line: 32,
      field: 'evaluation.metrics.f1_macro',
      expected: '0.9720614',
      actual: '0.9698401',
    },
    {
      rule: 'evaluation/prediction-differs',
      message: '4 of 1,797 predictions flipped, first `211`',
      file: RECORD,
      line: 34,
      field: 'evaluation.predictions',
      expected: 'prediction 8',
      actual: 'prediction 3',
    },
  ],
  grade: 'different',
  summary: '4 of 1,797 predictions flipped, the same way twice',
  evidence: {
    agreement: 'different',
    evaluation: {
      ...evaluation,
      metrics: [
        {
          name: 'accuracy',
          recorded: '0.9721758486366165',
          replayed: '0.9699499165275459',
          difference: 0.9699499165275459 - 0.9721758486366165,
          allowed: 0.000001,
          agrees: false,
          finite: true,
        },
        {
          name: 'f1_macro',
          recorded: '0.9720614',
          replayed: '0.9698401',
          difference: -0.0022213,
          allowed: 0.000001,
          agrees: false,
          finite: true,
        },
        same('rows', '1797'),
        same('classes', '10'),
      ],
      predictions: {
        rows: 1797,
        flips: 4,
        moved: 0,
        first: [
          flip('211', '8', '3', ['0.412', '0.438']),
          flip('640', '1', '8', ['0.391', '0.401']),
          flip('1107', '9', '5', ['0.377', '0.408']),
          flip('1552', '4', '9', ['0.440', '0.442']),
        ],
      },
    },
  },
  seconds: 24,
}

export const notReproducedModel = modelOf({ environment: drifted, evaluation: flipped })
export const notReproduced = reportOf([notReproducedModel], { seconds: 134 })

const NO_IMAGE: Given = { notRun: 'there is no rebuilt image' }
/** What keeps the rebuild from running keeps the replay from it, and both say so. */
const neither = (notRun: string): Partial<Record<StageName, Given>> => ({
  environment: { notRun },
  evaluation: { notRun },
})

export const incompleteModel = modelOf({
  provenance: {
    ...FINE.provenance,
    findings: [
      {
        rule: 'data/licence-missing',
        message: 'licence of digits is missing',
        file: RECORD,
        line: 12,
        field: 'data[0].licence',
      },
      {
        rule: 'seeds/value-missing',
        message: 'seed `split` is missing',
        file: RECORD,
        line: 24,
        field: 'seeds.split',
      },
      {
        rule: 'environment/image-not-pinned',
        message: 'registry.example/digits:latest is a tag, not a digest',
        file: RECORD,
        line: 18,
        field: 'environment.image',
        expected: '<repository>@sha256:<64 hex digits>',
        actual: 'registry.example/digits:latest',
      },
    ],
    summary: '13 of 14 required fields, 1 wrong',
    evidence: { fields: { present: 13, required: 14 }, lineage },
  },
  data: {
    ...FINE.data,
    findings: [
      {
        rule: 'data/digest-mismatch',
        message: 'data/test.csv does not match its recorded digest: row 211: p2 3 → 9',
        file: RECORD,
        line: 15,
        field: 'data[1].digest',
        expected: `sha256:${hex('9f2c1ab')}`,
        actual: `sha256:${hex('1dea')}`,
        remedy:
          'Restore data/test.csv with `git checkout data/test.csv`, or record the run of digits again with the new bytes.',
      },
    ],
    summary: '2 of 3 as recorded',
    unverified: true,
  },
  ...neither('the record is not complete'),
})
export const incomplete = reportOf([incompleteModel], { seconds: 3.1 })

const STEP = 'RUN apt-get install -y libgomp1=12.2.0-14'
const unbuilt: Given = {
  findings: [
    {
      rule: 'environment/build-failed',
      message: `the build failed at step 3 of 5: ${STEP}`,
      file: 'Dockerfile',
      line: 3,
      remedy: 'Correct Dockerfile:3; pin what it installs.',
    },
  ],
  grade: 'unverifiable',
  summary: 'the build failed at step 3 of 5',
  evidence: {
    parity: 'unverifiable',
    environment: {
      dockerfile: 'Dockerfile',
      builder: 'buildkit',
      cached: false,
      failure: {
        step: `3/5 ${STEP}`,
        line: 3,
        tail: [
          '#6 3.120 Reading package lists...',
          '#6 4.101 Building dependency tree...',
          "#6 4.385 E: Version '12.2.0-14' for 'libgomp1' was not found",
          `#6 ERROR: process "/bin/sh -c ${STEP.slice(4)}" did not complete successfully: exit code: 100`,
        ],
      },
      differences: [],
      differenceCounts: noDifferences,
    },
  },
  seconds: 18,
}
export const couldNotCheckModel = modelOf({ environment: unbuilt, evaluation: NO_IMAGE })
export const couldNotCheck = reportOf([couldNotCheckModel], { seconds: 21 })

const NOT_ASKED = neither('the exploratory track rebuilds only when asked for')
export const exploratoryModel = modelOf(NOT_ASKED, {
  name: 'sketch',
  track: 'exploratory',
  record: 'models/sketch/provenance.yml',
})
export const exploratory = reportOf([exploratoryModel], { seconds: 0.2 })

/** An error by the policy alone that says nothing about the result. */
export const lenientModel = modelOf(
  {
    ...NOT_ASKED,
    provenance: {
      ...FINE.provenance,
      findings: [
        {
          rule: 'record/unknown-key',
          message: 'seed: unknown key: did you mean `seeds`?',
          file: RECORD,
          line: 24,
          field: 'seed',
        },
      ],
    },
  },
  { track: 'exploratory', levels: { 'record/unknown-key': { exploratory: 'error' } } },
)

/** Reproduced, and the policy does not allow what was found besides. */
export const riskyModel = modelOf(
  {
    environment: {
      ...FINE.environment,
      findings: [
        {
          rule: 'environment/private-key',
          message: 'the build generated the private key /etc/ssh/ssh_host_rsa_key into the image',
          file: 'Dockerfile',
          actual: '/etc/ssh/ssh_host_rsa_key',
          remedy:
            'Remove /etc/ssh/ssh_host_rsa_key in the step of Dockerfile that makes it, and generate it when the container starts.',
        },
      ],
    },
  },
  { levels: { 'environment/private-key': 'error' } },
)

const changed = {
  since: 'main',
  unexplained: false,
  count: 3,
  fields: [
    {
      ...{ kind: 'hyperparameters', name: 'C', field: 'hyperparameters.C', before: '1', after: '0.5' },
      ...{ was: { file: RECORD, line: 27 }, file: RECORD, line: 27 },
    },
    {
      ...{ kind: 'data', name: 'version of data/train.csv', field: 'data[0].version' },
      ...{ before: 'v2', after: 'v3', was: { file: RECORD, line: 10 }, file: RECORD, line: 10 },
    },
    {
      ...{ kind: 'metrics', name: 'accuracy', field: 'evaluation.metrics.accuracy' },
      ...{ before: '0.969944', after: '0.972175', was: { file: RECORD, line: 30 }, file: RECORD, line: 31 },
    },
  ],
} satisfies ChangesEvidence

/** Reproduced, and other than what the base branch has: with a rationale, and without. */
export const explainedModel = modelOf({
  provenance: {
    ...FINE.provenance,
    evidence: {
      ...FINE.provenance.evidence,
      changes: { ...changed, rationale: 'Stronger regularisation, as v3 has twice the rows.' },
    },
  },
})
export const unexplainedModel = modelOf({
  provenance: {
    ...FINE.provenance,
    findings: changeFindings(changed),
    evidence: {
      ...FINE.provenance.evidence,
      changes: changed,
    },
  },
})

const waivers: Waiver[] = [
  {
    ...{ rule: 'record/field-missing', field: 'environment.hardware', owner: 'ada', expires: '2027-03-01' },
    reason: 'trained on a laptop, any machine will do',
  },
  { rule: 'data/licence-missing', owner: 'grace', expires: '2026-10-01', reason: 'the owner was asked' },
  { rule: 'seeds/reused', owner: 'ada', expires: '2027-03-01', reason: 'one run only' },
]
const hardware: Found = {
  rule: 'record/field-missing',
  message: '`environment.hardware` is missing',
  file: RECORD,
  line: 18,
  field: 'environment.hardware',
}
const licence: Found = {
  rule: 'data/licence-missing',
  message: 'licence of digits is missing',
  file: RECORD,
  line: 12,
  field: 'data[0].licence',
}

/** All that is missing is waived; or one waiver ran out. */
export const waivedModel = modelOf(
  { provenance: { ...FINE.provenance, findings: [hardware], summary: '13 of 14 required fields' } },
  { waivers: { waivers: [waivers[0]!, waivers[2]!], today: '2026-11-18' } },
)
export const expiredModel = modelOf(
  {
    provenance: { ...FINE.provenance, findings: [hardware, licence], summary: '12 of 14 required fields' },
    ...neither('the record is not complete'),
  },
  { waivers: { waivers, today: '2026-11-18' }, levels: { 'data/licence-missing': 'error' } },
)

/** Nothing is known of single predictions. */
export const metricsOnlyModel = modelOf({
  evaluation: {
    ...FINE.evaluation,
    summary: '4 metrics; the same in both replays',
    evidence: { agreement: 'identical', evaluation: { ...evaluation, predictions: undefined } },
  },
})

/** Another environment, and the same results. */
export const harmlessDriftModel = modelOf({
  environment: {
    ...drifted,
    findings: [
      {
        rule: 'environment/config-differs',
        message: 'environment variable OMP_NUM_THREADS added: 4',
        file: 'Dockerfile',
        line: 9,
        actual: '4',
        remedy: 'Remove OMP_NUM_THREADS from Dockerfile:9, or record the run again.',
      },
    ],
    summary: '1 setting changed',
    evidence: {
      parity: 'drift',
      environment: {
        ...environment,
        differences: [{ kind: 'config', name: 'Env.OMP_NUM_THREADS', rebuilt: '4' }],
        differenceCounts: { ...noDifferences, config: 1 },
      },
    },
  },
})

const failed = 'exec python4 failed: No such file or directory'
export const failedModel = modelOf({
  evaluation: {
    findings: [
      {
        rule: 'evaluation/failed',
        message: `the evaluation ended with exit code 127: \`${failed}\``,
        file: RECORD,
        line: 29,
        field: 'evaluation',
        actual: 'exit code 127',
      },
    ],
    summary: 'failed: exit code 127',
    unverified: true,
    evidence: {
      evaluation: {
        command: ['python4', 'evaluate.py'],
        metrics: [],
        replays: [0.4],
        exitCode: 127,
        tail: [`[FATAL tini (7)] ${failed}`],
      },
    },
    seconds: 1.2,
  },
})

export const unseeded: Given = {
  findings: [
    {
      rule: 'evaluation/nondeterministic',
      message: 'Two identical replays disagree: 2 of 1,797 predictions flipped',
      file: RECORD,
      line: 34,
      field: 'evaluation.predictions',
    },
  ],
  grade: 'nondeterministic',
  summary: 'Two identical replays disagree: 2 of 1,797 predictions flipped',
  evidence: {
    agreement: 'nondeterministic',
    evaluation: {
      ...evaluation,
      deterministic: false,
      controls: {
        rows: 1797,
        flips: 2,
        moved: 0,
        first: [
          { ...flip('211', '8', '3', ['0.412', '0.438']), also: [] },
          { ...flip('640', '1', '8', ['0.391', '0.401']), also: [] },
        ],
      },
    },
  },
  seconds: 24,
}
export const unseededModel = modelOf({ evaluation: unseeded })

/** A path of the data that leads out of the repository: found by the stage that reads the data. */
export const outsideModel = modelOf({
  data: {
    ...FINE.data,
    findings: [
      {
        rule: 'record/path-outside',
        message: 'data/train.csv leads out of the repository by a link',
        file: RECORD,
        line: 9,
        field: 'data[0].path',
      },
    ],
    summary: '2 of 3 as recorded',
    unverified: true,
  },
  ...neither('the record is not complete'),
})

/** The rows could not be paired: nothing can be said of a single one. */
export const unpairedModel = modelOf({
  evaluation: {
    findings: [
      {
        rule: 'evaluation/not-comparable',
        message: 'the predictions cannot be compared: 3 rows are only in the record, first `17`',
        file: RECORD,
        line: 34,
        field: 'evaluation.predictions',
      },
    ],
    grade: 'not-comparable',
    summary: '3 rows are only in the record, first `17`',
    evidence: {
      agreement: 'not-comparable',
      evaluation: {
        ...evaluation,
        predictions: {
          rows: 1794,
          flips: 0,
          moved: 0,
          first: [],
          problem: '3 rows are only in the record, first `17`',
        },
      },
    },
    seconds: 24,
  },
})

const renamed = (model: ModelReport, name: string): ModelReport => ({
  ...model,
  name,
  record: `models/${name}/provenance.yml`,
})
export const several = reportOf(
  [
    renamed(reproducedModel, 'letters'),
    exploratoryModel,
    notReproducedModel,
    renamed(couldNotCheckModel, 'faces'),
    renamed(reproducedModel, 'fashion'),
  ],
  {
    seconds: 312,
    policy: {
      path: 'reprogate.yml',
      from: 'main',
      change: [
        '--- a/reprogate.yml',
        '+++ b/reprogate.yml',
        '@@ -7,5 +7,5 @@',
        '       command: [python3, evaluate.py]',
        '-      tolerance: {accuracy: {absolute: 0.001}}',
        '+      tolerance: {accuracy: {absolute: 0.5}}',
      ].join('\n'),
    },
  },
)

/** Everything that an author of a pull request could try, in one line. */
export const ATTACKS = [
  '@everyone',
  '::error::owned',
  '</details></sub></table>',
  '`|`',
  '`'.repeat(60),
  '![x](http://evil.example/x.png)',
  '[click](javascript:alert(1))',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<!-- reprogate:digits -->',
  '#1',
  'acme/digits#2',
  'GH-3',
  'https://evil.example/?a=1|2',
  'www.evil.example',
  'mail@evil.example',
  '\\@here',
  '&#64;here',
  '**bold** _it_ ~~no~~',
  '| a | b |',
  ':tada:',
  '$x^2$',
  'a\\|b',
  '\u202egnp.exe',
  '\u001b[31mred\u001b[0m',
  '\u0007\u0000\u200b',
  '##[error]x',
  '\nline\r\n\r\n# heading\n- [ ] task\n',
] as const
const attack = ATTACKS.join(' ')
const huge = `${'x'.repeat(100_000)}${attack}`

const hostileFinding = (found: Found): Finding => ({
  ...stamped(found, 'provenance', HEAD),
  level: 'error',
})

export const hostileModel: ModelReport = {
  ...notReproducedModel,
  name: attack.slice(0, 150),
  version: '1 | <b>2</b> @me',
  cause: `${attack} was found. ${attack}`,
  fix: `- ${attack} (</details>:4)`,
  record: '../<img>/@me/#1|`.yml',
  findings: [
    ...ATTACKS.map((text) =>
      hostileFinding({
        rule: 'record/unknown-key',
        message: `Key ${text} is not known.`,
        file: `dir/${text}`.slice(0, 200),
        line: 3,
        field: text,
        expected: text,
        actual: text,
        remedy: `Remove ${text}.`,
      }),
    ),
    hostileFinding({
      rule: 'environment/file-differs',
      message: huge,
      remedy: huge,
      field: huge,
      file: huge,
    }),
  ],
  stages: notReproducedModel.stages.map((stage) => ({ ...stage, summary: `${attack} ${huge}` })),
  evidence: {
    ...notReproducedModel.evidence,
    environment: {
      ...notReproducedModel.evidence.environment!,
      pinned: { image: attack, from: 'manifest' },
      failure: { step: attack, line: 1, tail: ['`'.repeat(80), '~~~', attack, huge, '</pre></details>'] },
      differences: [
        ...ATTACKS.map((name) => ({ kind: 'package' as const, name, pinned: name, rebuilt: huge })),
        ...ATTACKS.map((name) => ({ kind: 'file' as const, name, owner: name, note: huge })),
      ],
      differenceCounts: { ...noDifferences, package: ATTACKS.length, file: ATTACKS.length },
    },
    evaluation: {
      ...notReproducedModel.evidence.evaluation!,
      metrics: ATTACKS.map((name) => ({ name, recorded: name, replayed: huge, agrees: false, finite: true })),
      predictions: {
        rows: 1797,
        flips: ATTACKS.length,
        moved: 0,
        problem: attack,
        largest: { key: attack, column: attack, difference: 1e-9, ulps: 3 },
        first: ATTACKS.slice(0, 20).map((key) => ({
          key,
          column: key,
          recorded: key,
          replayed: huge,
          also: [{ column: key, recorded: key, replayed: key }],
        })),
      },
      exitCode: 1,
      tail: ['::error::owned', '```', attack],
    },
    recomputed: {
      file: attack,
      problem: attack,
      metrics: (['differs', 'agrees', 'follows', 'consistent', 'cannot recompute'] as const).map(
        (outcome) => ({
          outcome,
          metric: attack,
          printed: huge,
          definition: attack,
          columns: [attack, huge],
          rows: 1,
          value: attack,
          usual: outcome === 'follows' ? { definition: attack, value: huge } : undefined,
          note: attack,
          why: attack,
        }),
      ),
    },
    cause: {
      shown: 'together',
      image: 'pinned',
      factors: ATTACKS.map((name) => ({ kind: 'condition' as const, name, note: attack, fix: attack })),
      also: [{ kind: 'file', name: huge, note: attack }],
      why: attack,
      tried: [attack],
      moving: [attack],
      differences: 3,
      replays: ATTACKS.map((name) => ({
        image: 'rebuild' as const,
        id: name,
        with: [name, huge],
        gave: 'none' as const,
        seconds: 1,
      })),
      seconds: 2,
    },
    lineage: {
      data: ATTACKS.map((label) => ({ label, digest: label, changed: true })),
      code: { commit: attack, changed: true },
      environment: { hash: attack, changed: true },
      run: { label: attack, seeds: attack },
      model: { label: attack, digest: attack, changed: true },
      result: { label: `x"] --> y["${attack}`, changed: true },
    },
  },
}
export const hostile = reportOf([hostileModel], {
  commit: attack,
  policy: { path: '@me/`|`.yml', from: attack, change: `+ ${'`'.repeat(90)}\n+ ${attack}\n+${huge}` },
})

export const FIXTURES: Record<string, Report> = {
  reproduced,
  'not-reproduced': notReproduced,
  incomplete,
  'could-not-check': couldNotCheck,
  exploratory,
  several,
  changed: reportOf([unexplainedModel, waivedModel]),
  hostile,
}

/** Those whose comments are kept beside the tests, to be read. Nobody reads the hostile one. */
export const GOLDEN: Record<string, Report> = {
  reproduced,
  'reproduced-metrics-only': reportOf([metricsOnlyModel]),
  'reproduced-metrics-from-predictions': reportOf([recomputedModel]),
  'reproduced-computed': reportOf([computedModel]),
  'reproduced-partly-computed': reportOf([partlyComputedModel]),
  'reproduced-canary-off': reportOf([canaryOffModel]),
  'reproduced-trained': reportOf([trainedModel]),
  'not-reproduced-training': reportOf([otherDataModel]),
  'not-reproduced-not-computed': reportOf([copiedModel]),
  'reproduced-changed-since': reportOf([explainedModel]),
  'reproduced-without-a-rationale': reportOf([unexplainedModel]),
  'reproduced-with-a-risk': reportOf([riskyModel]),
  'not-reproduced': notReproduced,
  'not-reproduced-environment': reportOf([harmlessDriftModel]),
  'not-reproduced-nondeterministic': reportOf([unseededModel]),
  'not-reproduced-not-comparable': reportOf([unpairedModel]),
  incomplete,
  'incomplete-path-outside': reportOf([outsideModel]),
  'incomplete-waived': reportOf([waivedModel]),
  'incomplete-waiver-expired': reportOf([expiredModel]),
  'could-not-check': couldNotCheck,
  'could-not-check-evaluation': reportOf([failedModel]),
  exploratory,
  'exploratory-error-by-policy': reportOf([lenientModel]),
  several,
}

export const OPTIONS = {
  id: 'digits',
  repositoryUrl: 'https://github.com/acme/digits',
  runUrl: 'https://github.com/acme/digits/actions/runs/1',
}
