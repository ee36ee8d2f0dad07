import type { Finding, ModelReport, Report } from '../../src/verdict/report.js'

/** Realistic reports, one for each thing that a reviewer can be told. Digests are of nothing. */

const COMMIT = 'a81c0de4f3b29d7706c1e5aa0b9d8c7f6e5d4c3b'
const hex = (seed: string): string => seed.repeat(64).slice(0, 64)

export const reportOf = (models: ModelReport[], overrides: Partial<Report> = {}): Report => ({
  reprogate: 'report/1',
  verdict: 'reproduced',
  decision: 'pass',
  commit: COMMIT,
  started: '2026-11-18T10:00:00Z',
  seconds: 98.2,
  policy: { path: 'reprogate.yml', from: 'main' },
  models,
  ...overrides,
})

const lineage: NonNullable<ModelReport['evidence']['lineage']> = {
  data: [{ label: 'digits v3', digest: `sha256:${hex('9f2c1ab')}`, changed: false }],
  code: { commit: '3f2c9e1d4b5a69788796a5b4c3d2e1f001122334', changed: false },
  environment: { hash: `env-v1:sha256:${hex('77ab03c')}`, changed: false },
  run: { label: 'run 2026-11-18', seeds: 'split 7, init 7' },
  model: { label: 'model 1.2.0', digest: `sha256:${hex('c0ffee1')}`, changed: false },
  result: { label: 'accuracy 0.972175', changed: false },
}

const noDifferences = { package: 0, config: 0, 'package-file': 0, file: 0, folder: 0 }

export const reproducedModel: ModelReport = {
  name: 'digits',
  version: '1.2.0',
  track: 'production',
  verdict: 'reproduced',
  decision: 'pass',
  parity: 'content',
  agreement: 'identical',
  environmentHash: `env-v1:sha256:${hex('77ab03c')}`,
  cause:
    'Rebuilt from its record and evaluated again: every prediction and every metric came back, bit for bit.',
  record: 'models/digits/provenance.yml',
  findings: [],
  stages: [
    {
      name: 'provenance',
      status: 'pass',
      summary: 'complete: commit, data version, environment hash, 3 seeds, all verified',
      seconds: 0.1,
    },
    {
      name: 'data',
      status: 'pass',
      summary: '`digits@v3`: 2 files hashed again, as recorded',
      seconds: 0.02,
    },
    {
      name: 'environment',
      status: 'pass',
      summary: 'content identical: 214 packages, 28,374 files',
      seconds: 61.3,
    },
    {
      name: 'evaluation',
      status: 'pass',
      summary: 'identical: 1,797 predictions, 4 metrics; the same twice',
      seconds: 24,
    },
  ],
  seconds: 98.2,
  evidence: {
    fields: { present: 14, required: 14 },
    data: [{ path: 'data/train.csv', files: 1, bytes: 492_000, verified: true }],
    environment: {
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
    },
    evaluation: {
      command: ['python3', 'evaluate.py'],
      metrics: ['accuracy', 'f1_macro', 'precision', 'recall'].map((name) => ({
        name,
        recorded: '0.972175',
        replayed: '0.972175',
        difference: 0,
        allowed: 0.000001,
        agrees: true,
      })),
      predictions: { rows: 1797, flips: 0, moved: 0, first: [] },
      replays: [12.1, 11.9],
      deterministic: true,
    },
    lineage,
  },
}
export const reproduced = reportOf([reproducedModel])

const flip = (key: string, recorded: string, replayed: string, score: [string, string]) => ({
  key,
  column: 'prediction',
  recorded,
  replayed,
  also: [{ column: 'score', recorded: score[0], replayed: score[1] }],
})

const found = (finding: Omit<Finding, 'level'> & { level?: Finding['level'] }): Finding => ({
  level: 'error',
  ...finding,
})

export const notReproducedModel: ModelReport = {
  ...reproducedModel,
  verdict: 'not-reproduced',
  decision: 'fail',
  parity: 'drift',
  agreement: 'different',
  cause:
    'The rebuild is another environment (scikit-learn 1.2.1 → 1.3.0), and the result is another: accuracy 0.972176 → 0.969950, allowed ±0.000001.',
  fix: 'Pin scikit-learn==1.2.1 in requirements.txt, or record the run again.',
  findings: [
    found({
      rule: 'environment/package-differs',
      message: 'scikit-learn 1.2.1 → 1.3.0',
      file: 'requirements.txt',
      line: 4,
      expected: '1.2.1',
      actual: '1.3.0',
      remedy: 'Pin scikit-learn==1.2.1 in requirements.txt, or record the run again.',
    }),
    found({
      rule: 'evaluation/metric-differs',
      message: 'accuracy 0.972176 → 0.969950, allowed ±0.000001',
      file: 'models/digits/provenance.yml',
      line: 31,
      field: 'evaluation.metrics.accuracy',
      expected: '0.9721758486366165',
      actual: '0.9699499165275459',
      remedy: 'Find what changed, or record the run again.',
    }),
    found({
      rule: 'evaluation/prediction-differs',
      message: '4 of 1,797 predictions flipped, first `211`',
      file: 'models/digits/provenance.yml',
      line: 34,
      field: 'evaluation.predictions',
      remedy: 'Find what changed, or record the run again.',
    }),
  ],
  stages: [
    ...reproducedModel.stages.slice(0, 2),
    { name: 'environment', status: 'fail', summary: 'drift: 1 of 214 packages changed', seconds: 41.3 },
    {
      name: 'evaluation',
      status: 'fail',
      summary: 'different: 4 of 1,797 predictions flipped, the same way twice',
      seconds: 24,
    },
  ],
  seconds: 134,
  evidence: {
    ...reproducedModel.evidence,
    environment: {
      ...reproducedModel.evidence.environment!,
      differences: [{ kind: 'package', name: 'pkg:pypi/scikit-learn', pinned: '1.2.1', rebuilt: '1.3.0' }],
      differenceCounts: { ...noDifferences, package: 1 },
    },
    evaluation: {
      ...reproducedModel.evidence.evaluation!,
      metrics: [
        {
          name: 'accuracy',
          recorded: '0.9721758486366165',
          replayed: '0.9699499165275459',
          difference: 0.9699499165275459 - 0.9721758486366165,
          allowed: 0.000001,
          agrees: false,
        },
        {
          name: 'f1_macro',
          recorded: '0.9720614',
          replayed: '0.9698401',
          difference: -0.0022213,
          allowed: 0.000001,
          agrees: false,
        },
        { name: 'rows', recorded: '1797', replayed: '1797', difference: 0, allowed: 0, agrees: true },
        { name: 'classes', recorded: '10', replayed: '10', difference: 0, allowed: 0, agrees: true },
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
    lineage: {
      ...lineage,
      environment: { hash: `env-v1:sha256:${hex('77ab03c')}`, changed: true },
      result: { label: 'accuracy 0.972175', changed: true },
    },
  },
}
export const notReproduced = reportOf([notReproducedModel], {
  verdict: 'not-reproduced',
  decision: 'fail',
  seconds: 134,
})

const cheapEvidence: ModelReport['evidence'] = {
  fields: reproducedModel.evidence.fields,
  data: reproducedModel.evidence.data,
  lineage,
}
const notRun = [
  { name: 'environment', status: 'not-run', summary: 'not rebuilt', seconds: 0 },
  { name: 'evaluation', status: 'not-run', summary: 'not replayed', seconds: 0 },
] as const

export const incompleteModel: ModelReport = {
  ...reproducedModel,
  verdict: 'incomplete',
  decision: 'fail',
  parity: null,
  agreement: null,
  cause: '2 required fields are missing and 1 is wrong. The rebuild and the replay wait for them.',
  findings: [
    found({
      rule: 'data/licence-missing',
      level: 'warn',
      message: 'missing',
      file: 'models/digits/provenance.yml',
      line: 12,
      field: 'data[0].licence',
      remedy: 'Add the licence of `digits`.',
    }),
    found({
      rule: 'seeds/value-missing',
      message: 'missing; train.py line 18 splits at random',
      file: 'models/digits/provenance.yml',
      line: 24,
      field: 'seeds.split',
      remedy: 'Set `random_state` and record it.',
    }),
    found({
      rule: 'data/digest-mismatch',
      message: '`data/test.csv` has other bytes: row 211 differs',
      file: 'data/test.csv',
      line: 212,
      field: 'data[1].digest',
      expected: `sha256:${hex('9f2c1ab')}`,
      actual: `sha256:${hex('1dea')}`,
      remedy: 'Restore the file with `dvc checkout data/test.csv`, or record the new digest.',
    }),
    found({
      rule: 'environment/image-not-pinned',
      message: 'python:3.11 is a tag, not a digest',
      file: 'models/digits/provenance.yml',
      line: 18,
      field: 'environment.image',
      actual: 'python:3.11',
      remedy: `Write python:3.11@sha256:${hex('9c1a')}, which is what the tag names now.`,
    }),
  ],
  stages: [
    { name: 'provenance', status: 'fail', summary: '11 of 14 fields', seconds: 0.1 },
    { name: 'data', status: 'fail', summary: '1 of 2 files as recorded', seconds: 0.02 },
    ...notRun,
  ],
  seconds: 3.1,
  evidence: { ...cheapEvidence, fields: { present: 11, required: 14 } },
}
export const incomplete = reportOf([incompleteModel], {
  verdict: 'incomplete',
  decision: 'fail',
  seconds: 3.1,
})

export const couldNotCheckModel: ModelReport = {
  ...reproducedModel,
  verdict: 'could-not-check',
  decision: 'fail',
  parity: 'unverifiable',
  agreement: null,
  cause:
    'The image did not build, so nothing is known about the result. `apt-get` found no libgomp1=12.2.0-14.',
  fix: 'pin the archive to a date (`snapshot`), or change the version and record the run again.',
  findings: [
    found({
      rule: 'environment/build-failed',
      message: 'The image did not build: step 3 of 5 failed.',
      file: 'Dockerfile',
      line: 3,
      remedy: 'Mend the step that failed; pin what it installs.',
    }),
  ],
  stages: [
    ...reproducedModel.stages.slice(0, 2),
    {
      name: 'environment',
      status: 'could-not-check',
      summary: 'unverifiable: the build failed at step 3 of 5',
      seconds: 18,
    },
    { name: 'evaluation', status: 'not-run', summary: 'not replayed', seconds: 0 },
  ],
  seconds: 21,
  evidence: {
    ...cheapEvidence,
    environment: {
      dockerfile: 'Dockerfile',
      builder: 'buildkit',
      cached: false,
      failure: {
        step: 'RUN apt-get install -y libgomp1=12.2.0-14',
        line: 3,
        tail: [
          '#6 3.120 Reading package lists...',
          '#6 4.101 Building dependency tree...',
          "#6 4.385 E: Version '12.2.0-14' for 'libgomp1' was not found",
          '#6 ERROR: process "/bin/sh -c apt-get install -y libgomp1=12.2.0-14" did not complete successfully: exit code: 100',
        ],
      },
      differences: [],
      differenceCounts: noDifferences,
    },
  },
}
export const couldNotCheck = reportOf([couldNotCheckModel], {
  verdict: 'could-not-check',
  decision: 'fail',
  seconds: 21,
})

export const exploratoryModel: ModelReport = {
  ...reproducedModel,
  name: 'sketch',
  track: 'exploratory',
  verdict: 'could-not-check',
  decision: 'pass',
  parity: null,
  agreement: null,
  environmentHash: null,
  record: 'models/sketch/provenance.yml',
  cause:
    'The record is complete and its data are as recorded; the rebuild and the replay were not asked for.',
  stages: [
    ...reproducedModel.stages.slice(0, 2),
    { name: 'environment', status: 'not-run', summary: 'not rebuilt: exploratory track', seconds: 0 },
    { name: 'evaluation', status: 'not-run', summary: 'not replayed: exploratory track', seconds: 0 },
  ],
  seconds: 0.2,
  evidence: cheapEvidence,
}
export const exploratory = reportOf([exploratoryModel], { verdict: 'could-not-check', seconds: 0.2 })

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
    verdict: 'not-reproduced',
    decision: 'fail',
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

export const hostileModel: ModelReport = {
  ...notReproducedModel,
  name: attack.slice(0, 150),
  version: '1 | <b>2</b> @me',
  cause: `${attack} was found. ${attack}`,
  fix: `- ${attack} (</details>:4)`,
  record: '../<img>/@me/#1|`.yml',
  findings: [
    ...ATTACKS.map((text) =>
      found({
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
    found({ rule: 'environment/file-differs', message: huge, remedy: huge, field: huge, file: huge }),
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
      metrics: ATTACKS.map((name) => ({ name, recorded: name, replayed: huge, agrees: false })),
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
  verdict: 'not-reproduced',
  decision: 'fail',
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
  hostile,
}

export const OPTIONS = {
  id: 'digits',
  repositoryUrl: 'https://github.com/acme/digits',
  runUrl: 'https://github.com/acme/digits/actions/runs/1',
}
