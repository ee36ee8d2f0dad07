import type { CheckRequest } from '../src/gate.js'
import type { Track } from '../src/verdict/rules/rule.js'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { RuleId } from '../src/verdict/rules/index.js'
import {
  createRepository,
  findingsOf,
  PINNED,
  RECORD,
  sha256,
  TEST,
  type Repository,
} from './support/gate.js'

/** The whole gate on a real repository, up to the rebuild. What each unit says is tested beside it. */

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

test('an untouched record has no finding, and says that nothing was rebuilt', async () => {
  const report = await repository.check()
  expect(findingsOf(report)).toEqual([])
  expect(report).toMatchObject({ verdict: 'could-not-check', decision: 'pass' })
  expect(report.models[0]).toMatchObject({
    name: 'digits',
    version: '1.2.0',
    track: 'exploratory',
    parity: null,
    agreement: null,
    cause: 'The record is complete. The exploratory track rebuilds only when asked for.',
    evidence: { fields: { present: 16, required: 16 } },
  })
  expect(
    report.models[0]?.stages.map(({ name, status, summary }) => `${name} ${status}: ${summary}`),
  ).toEqual([
    'provenance pass: complete: commit, data version, environment hash, 2 seeds',
    'data pass: digits@v3: 3 files hashed again, as recorded',
    'environment not-run: not rebuilt: the exploratory track rebuilds only when asked for',
    'evaluation not-run: not replayed: the exploratory track rebuilds only when asked for',
  ])
})

type Breaker = (at: Repository) => void
const inRecord =
  (from: string | RegExp, to: string): Breaker =>
  (at) =>
    at.edit(RECORD, from, to)
const policy =
  (text: string): Breaker =>
  (at) => {
    at.write('reprogate.yml', text)
    at.save()
  }
const dockerfile =
  (text: string): Breaker =>
  (at) => {
    at.write('Dockerfile', text)
    at.edit(RECORD, at.commit, at.save())
  }
const digits = (settings: string) => policy(`models: {digits: {record: ${RECORD}, ${settings}}}`)

const committed =
  (predictions: string): Breaker =>
  (at) => {
    at.write('recorded.csv', predictions)
    at.save()
    const kept = `{path: recorded.csv, output: p.csv, digest: "${sha256(predictions)}"}`
    at.edit(RECORD, /$/, `  predictions: ${kept}\n`)
  }
const declared = digits(
  'evaluation: {definitions: {accuracy: {is: accuracy, truth: label, predicted: pred}}}',
)

/** One way to break every rule that needs no engine, and where the gate points. */
const BREAKS: readonly [RuleId, Breaker, string][] = [
  ['record/missing', (at) => (digits('')(at), rmSync(join(at.root, RECORD))), RECORD],
  ['record/malformed', inRecord('seeds: {split', 'seeds: {{split'), `${RECORD}:26`],
  ['record/too-large', (at) => at.write(RECORD, `# ${'x'.repeat(1024 * 1024)}\n${at.read(RECORD)}`), RECORD],
  ['record/path-outside', inRecord('data/train.csv', '../train.csv'), `${RECORD}:12`],
  ['record/field-missing', policy('required: [data.source]'), `${RECORD}:9`],
  [
    'record/manifest-mismatch',
    (at) => {
      at.write('models/digits/environment.json', '{}')
      const manifest = `manifest: {path: models/digits/environment.json, digest: "${sha256('{ }')}"}`
      at.edit(RECORD, '  dockerfile: Dockerfile', `  dockerfile: Dockerfile\n  ${manifest}`)
    },
    `${RECORD}:24`,
  ],
  ['code/commit-missing', inRecord(/ {2}commit: .*\n/, ''), `${RECORD}:5`],
  ['code/commit-malformed', inRecord(/commit: \w{8}/, 'commit: --output'), `${RECORD}:6`],
  ['code/commit-contradictory', inRecord('  dirty: false', `  commit: ${'b'.repeat(40)}`), `${RECORD}:7`],
  ['code/commit-unknown', inRecord(/commit: \w{40}/, `commit: ${'b'.repeat(40)}`), `${RECORD}:6`],
  [
    'code/commit-not-ancestor',
    (at) => {
      at.git('checkout', '-q', '--orphan', 'elsewhere')
      const other = at.save('elsewhere')
      at.git('checkout', '-q', '-f', 'main')
      at.edit(RECORD, at.commit, other)
    },
    `${RECORD}:6`,
  ],
  ['code/dirty', inRecord('dirty: false', 'dirty: true'), `${RECORD}:7`],
  [
    'code/dependency-changed',
    (at) => (digits('code: ["*.py"]')(at), at.write('evaluate.py', 'print("new")\n'), void at.save()),
    `${RECORD}:6`,
  ],
  [
    'record/irregular',
    (at) => {
      at.write('models/other.yml', at.read(RECORD))
      rmSync(join(at.root, RECORD))
      symlinkSync('../other.yml', join(at.root, RECORD))
    },
    RECORD,
  ],
  ['data/missing', inRecord(/data:\n(?: {2,}.*\n)+/, ''), `${RECORD}:2`],
  ['data/version-missing', inRecord('    version: v3\n', ''), `${RECORD}:9`],
  ['data/version-malformed', inRecord('version: v3', 'version: [v3]'), `${RECORD}:10`],
  ['data/version-contradictory', inRecord('version: v3', 'version: v2'), `${RECORD}:16`],
  ['data/digest-missing', inRecord(/ {4}digest: .*\n/, ''), `${RECORD}:9`],
  ['data/digest-malformed', inRecord(/ {4}digest: "sha256:\w{3}/, '    digest: "sha256:'), `${RECORD}:13`],
  ['data/digest-contradictory', inRecord('path: data/test.csv', 'path: ./data//train.csv'), `${RECORD}:19`],
  ['data/file-missing', (at) => rmSync(join(at.root, 'data/train.csv')), `${RECORD}:12`],
  ['data/digest-mismatch', (at) => at.edit('data/train.csv', '0.25', '0.26'), `${RECORD}:13`],
  ['data/exposes-answers', inRecord('path: data/train.csv', 'path: models'), `${RECORD}:12`],
  ['model/missing', inRecord(/model: .*\n/, ''), `${RECORD}:2`],
  ['model/digest-missing', inRecord(/, digest: "\S+"\}\nrun/, '}\nrun'), `${RECORD}:3`],
  ['model/digest-malformed', inRecord(/bin, digest: "sha256:\w/, 'bin, digest: "sha256:X'), `${RECORD}:3`],
  [
    'model/digest-contradictory',
    inRecord(/\}\nrun/, `, digest: "md5:${'0'.repeat(32)}"}\nrun`),
    `${RECORD}:3`,
  ],
  ['model/file-missing', (at) => rmSync(join(at.root, 'models/digits/model.bin')), `${RECORD}:3`],
  ['model/digest-mismatch', (at) => at.write('models/digits/model.bin', 'other'), `${RECORD}:3`],
  ['model/another', policy(`models: {letters: {record: ${RECORD}}}`), `${RECORD}:3`],
  ['environment/image-missing', inRecord(/ {2}image: .*\n/, ''), `${RECORD}:21`],
  ['environment/image-malformed', inRecord(PINNED, '--privileged'), `${RECORD}:22`],
  ['environment/image-contradictory', inRecord('  dockerfile: Dockerfile', '  image: other'), `${RECORD}:23`],
  ['environment/image-not-pinned', inRecord(PINNED, 'registry.example/digits:latest'), `${RECORD}:22`],
  ['environment/base-not-pinned', dockerfile('FROM debian:12\n'), 'Dockerfile:1'],
  ['environment/syntax-not-allowed', dockerfile('# syntax=evil.example/x\nFROM scratch\n'), 'Dockerfile:1'],
  [
    'environment/dockerfile-missing',
    inRecord('dockerfile: Dockerfile', 'dockerfile: a/Dockerfile'),
    `${RECORD}:23`,
  ],
  [
    'environment/arguments-contradictory',
    (at) => (
      digits('environment: {args: {BASE: a}}')(at),
      inRecord('dockerfile: Dockerfile', 'args: {BASE: b}')(at)
    ),
    `${RECORD}:23`,
  ],
  ['environment/hash-missing', inRecord(/ {2}hash: .*\n/, ''), `${RECORD}:21`],
  ['environment/hash-malformed', inRecord('env-v1:', 'env-v0:'), `${RECORD}:24`],
  [
    'environment/hash-contradictory',
    inRecord('  dockerfile: Dockerfile', `  hash: "env-v1:sha256:${'b'.repeat(64)}"`),
    `${RECORD}:24`,
  ],
  ['seeds/value-missing', inRecord('seeds: {split: 7, init: 7}\n', ''), `${RECORD}:2`],
  ['seeds/value-malformed', inRecord('split: 7', 'split: [7]'), `${RECORD}:25`],
  ['seeds/value-contradictory', inRecord('C: 1.0', 'init: 8'), `${RECORD}:25`],
  ['hyperparameters/value-missing', inRecord(/hyperparameters: .*\n/, ''), `${RECORD}:2`],
  ['hyperparameters/value-malformed', inRecord('C: 1.0', 'C: {a: 1}'), `${RECORD}:26`],
  ['hyperparameters/value-contradictory', inRecord('C: 1.0', 'C: 1.0, C: 2.0'), `${RECORD}:26`],
  ['metrics/value-missing', inRecord(/ {2}metrics: .*\n/, ''), `${RECORD}:27`],
  ['metrics/value-malformed', inRecord('accuracy: 0.972175', 'accuracy: high'), `${RECORD}:29`],
  [
    'metrics/value-contradictory',
    (at) => (at.write('metrics.json', '{"accuracy": 0.5, "auc": null}'), void at.save()),
    `${RECORD}:29`,
  ],
  [
    'metrics/not-from-predictions',
    (at) => (committed('label,pred\n1,1\n0,1\n')(at), declared(at)),
    `${RECORD}:29`,
  ],
  ['metrics/not-recomputed', (at) => (committed('label\n1\n')(at), declared(at)), `${RECORD}:29`],
  ['evaluation/command-missing', inRecord(/ {2}command: .*\n/, ''), `${RECORD}:27`],
  ['evaluation/command-contradictory', digits('evaluation: {command: [python3, other.py]}'), `${RECORD}:28`],
  ['evaluation/predictions-missing', digits('evaluation: {predictions: {path: p.csv}}'), `${RECORD}:27`],
]

test.each(BREAKS)('%s fails a production check, at its place and with a fix', async (rule, by, place) => {
  by(repository)
  const report = await repository.check({ track: 'production' })
  expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
  const finding = findingsOf(report).find((one) => one.rule === rule)
  expect(finding).toMatchObject({ level: 'error', remedy: expect.stringMatching(/\w{3}.*\.$/) })
  expect([finding?.file, finding?.line].filter((part) => part !== undefined).join(':')).toBe(place)
  const [model] = report.models
  expect(model?.stages.find(({ name }) => name === finding?.stage)?.status).toBe('fail')
  expect(model?.fix).toBeDefined()
  expect(model?.cause).not.toMatch(/complete\./)
})

/** Warnings by default: they let a check go on. */
test.each<[RuleId, Breaker, string, string]>([
  [
    'record/unknown-key',
    inRecord('seeds:', 'seed: 7\nseeds:'),
    '25',
    'seed: unknown key: did you mean `seeds`?',
  ],
  ['data/licence-missing', inRecord('    licence: CC-BY-4.0\n', ''), '9', 'Licence of digits is missing.'],
  [
    'code/changed-since',
    (at) => (at.write('evaluate.py', 'print("new")\n'), void at.save()),
    '6',
    expect.stringMatching(/^Changed since the run at \w{7}: evaluate.py\.$/) as unknown as string,
  ],
  [
    'metrics/value-not-finite',
    inRecord('accuracy: 0.972175', 'accuracy: .nan'),
    '29',
    '`accuracy` is NaN, which agrees with itself whatever was computed.',
  ],
])('%s warns, and fails if the policy says so', async (rule, by, line, cause) => {
  by(repository)
  const found = async (track?: 'production') => {
    const report = await repository.check({ track })
    const finding = findingsOf(report).find((one) => one.rule === rule)
    expect(`${finding?.file}:${finding?.line}`).toBe(`${RECORD}:${line}`)
    return { ...report.models[0], level: finding?.level }
  }
  expect(await found()).toMatchObject({ level: 'warn', verdict: 'could-not-check', decision: 'warn' })
  policy(`rules: {${rule}: error}`)(repository)
  const strict = await found('production')
  expect(strict).toMatchObject({ level: 'error', verdict: 'incomplete', decision: 'fail', cause })
  expect(strict.fix).toMatch(/\.$/)
  expect(strict.stages?.[0]?.summary).not.toMatch(/^complete/)
})

describe('a tick is only for what was looked at', () => {
  const dataStage = async () => (await repository.check()).models[0]?.stages[1]
  test('a path that leaves the repository is the data’s, and is not counted', async () => {
    repository.edit(RECORD, 'data/train.csv', '../train.csv')
    expect(await dataStage()).toMatchObject({ status: 'could-not-check', summary: '2 of 3 as recorded' })
    expect(findingsOf(await repository.check())).toMatchObject([
      { rule: 'record/path-outside', stage: 'data', field: 'data[0].path' },
    ])
    expect((await repository.check({ track: 'production' })).models[0]?.stages[1]?.status).toBe('fail')
  })
  test('data without a digest is not verified', async () => {
    repository.edit(RECORD, / {4}digest: .*\n/g, '')
    repository.edit(RECORD, /, digest: "\S+"\}\nrun/, '}\nrun')
    expect(await dataStage()).toMatchObject({
      status: 'could-not-check',
      summary: '0 of 3 as recorded, 3 without a digest',
    })
  })
  test('without data and model nothing is hashed', async () => {
    repository.write(RECORD, `code: {commit: ${repository.commit}}\n`)
    expect((await repository.check()).models[0]?.stages).toMatchObject([
      { name: 'provenance', status: 'warn' },
      { name: 'data', status: 'not-run', summary: 'not checked: the record names no data and no model' },
      { name: 'environment', status: 'not-run' },
      { name: 'evaluation', status: 'not-run' },
    ])
  })
})

test('records, models, metrics, data and docs may change after the commit', async () => {
  repository.write('README.md', '# more\n')
  repository.write('docs/guide.txt', 'more\n')
  repository.write('metrics.json', '{"accuracy": 0.972175}')
  repository.save()
  expect(findingsOf(await repository.check())).toEqual([])
})

test('a nested metric that the committed file contradicts is caught like a flat one', async () => {
  repository.edit(RECORD, 'f1_macro: 0.972061', 'per_class.3.recall: 0.9')
  repository.write(
    'metrics.json',
    '{"accuracy": 0.972175, "per_class": {"3": {"recall": 0.8}}, "bleu": null}',
  )
  repository.save()
  expect(findingsOf(await repository.check())).toMatchObject([
    { rule: 'metrics/value-contradictory', field: 'evaluation.metrics.per_class.3.recall', line: 29 },
  ])
})

test('a Dockerfile behind a link is not one: the builder would follow it to one that nobody has checked', async () => {
  repository.write('other', 'FROM debian:12\n')
  rmSync(join(repository.root, 'Dockerfile'))
  symlinkSync('other', join(repository.root, 'Dockerfile'))
  repository.edit(RECORD, repository.commit, repository.save())
  expect(findingsOf(await repository.check())).toMatchObject([{ rule: 'environment/dockerfile-missing' }])
})

test('a change of code is named, whatever the record calls it', async () => {
  repository.edit(RECORD, /$/, '  predictions: {path: evaluate.py, output: evaluate.py}\n')
  repository.write('evaluate.py', 'print("new")\n')
  repository.save()
  expect(findingsOf(await repository.check()).map(({ rule }) => rule)).toContain('code/changed-since')
})

test('metrics that follow from the committed predictions are evidence, and no finding', async () => {
  const rows = Array.from({ length: 9721 }, (_, at) => `${at % 2},${at % 2}\n`)
  const wrong = Array.from({ length: 279 }, () => '1,0\n')
  committed(`label,pred\n${rows.join('')}${wrong.join('')}`)(repository)
  repository.edit(RECORD, 'accuracy: 0.972175', 'accuracy: 0.9721')
  const report = await repository.check()
  expect(findingsOf(report)).toEqual([])
  expect(report.models[0]?.evidence.recomputed).toMatchObject({
    file: 'recorded.csv',
    metrics: [
      { metric: 'accuracy', outcome: 'follows', columns: ['label', 'pred'], rows: 10_000 },
      { metric: 'f1_macro', outcome: 'definition unknown' },
    ],
  })
})

test('predictions that are not the recorded ones are found before anything is built', async () => {
  repository.write('recorded.csv', 'id\n1\n')
  const predictions = `  predictions: {path: recorded.csv, output: p.csv, digest: "${sha256('id\n2\n')}"}\n`
  repository.edit(RECORD, /$/, predictions)
  expect(findingsOf(await repository.check())).toMatchObject([
    { rule: 'data/digest-mismatch', stage: 'data', field: 'evaluation.predictions.digest', line: 30 },
  ])
})

test('data that equals the recorded answers is not for the evaluation, whatever its name', async () => {
  repository.edit(
    RECORD,
    /$/,
    `  predictions: {path: p.csv, output: predictions.csv, digest: "${sha256(TEST)}"}\n`,
  )
  expect(findingsOf(await repository.check())).toMatchObject([
    { rule: 'data/exposes-answers', field: 'data[1].path', line: 18 },
  ])
})

test('a README that gives another number than the run is told, with both places', async () => {
  repository.write('README.md', '# digits\n\n| Metric | Value |\n|--|--|\n| Accuracy | 0.981 |\n')
  repository.save()
  expect(findingsOf(await repository.check())).toContainEqual(
    expect.objectContaining({
      rule: 'metrics/page-differs',
      level: 'warn',
      file: 'README.md',
      line: 5,
      message: `accuracy is 0.981 in README.md:5 and 0.972175 in ${RECORD}:29`,
    }),
  )
})

test('a waiver of the base holds, one of the head does not, and what cannot be waived is refused', async () => {
  const policy = '# ours\n'
  const waiver = (rule: string, expires = '2999-01-01') =>
    `${policy}waivers: [{rule: ${rule}, reason: asked, owner: ada, expires: ${expires}}]\n`
  const proposal = (base: string): Partial<CheckRequest> => ({
    occasion: {
      kind: 'proposal',
      head: repository.git('rev-parse', 'HEAD'),
      base: { commit: base, ref: 'main' },
    },
  })
  const seeds = async (base: string, track: Track = 'production') => {
    const findings = findingsOf(await repository.check({ ...proposal(base), track }))
    return findings.filter(({ rule }) => rule === 'seeds/value-missing')
  }
  repository.write('reprogate.yml', policy)
  const without = repository.save()
  repository.write('reprogate.yml', waiver('seeds/value-missing'))
  const base = repository.save()
  repository.edit(RECORD, 'seeds: {split: 7, init: 7}\n', '')
  repository.save()
  expect(await seeds(base, 'exploratory')).toMatchObject([
    { level: 'warn', waived: { owner: 'ada', reason: 'asked' } },
  ])
  // What is waived keeps nobody from the rebuild, which tests have no engine for.
  await expect(seeds(base)).rejects.toMatchObject({ code: 'engine/missing' })
  expect((await seeds(without)).map(({ waived }) => waived)).toEqual([undefined])
  repository.write('reprogate.yml', waiver('evaluation/metric-differs'))
  await expect(repository.check()).rejects.toMatchObject({ code: 'policy/invalid' })
  repository.write('reprogate.yml', waiver('seeds/value-missing', 'soon'))
  await expect(repository.check()).rejects.toMatchObject({ code: 'policy/invalid' })
})

describe('as a pull request', () => {
  const proposal = (base: string) => ({
    occasion: {
      kind: 'proposal' as const,
      base: { commit: base, ref: 'main' },
      head: repository.git('rev-parse', 'HEAD'),
    },
  })
  test('a model that the base knows cannot vanish, nor lower its track', async () => {
    repository.edit(RECORD, 'reprogate: record/1', 'track: production')
    const base = repository.save()
    repository.edit(RECORD, 'track: production', 'track: exploratory')
    repository.edit(RECORD, 'dirty: false', 'dirty: true')
    repository.save()
    expect(await repository.check(proposal(base))).toMatchObject({
      decision: 'fail',
      models: [{ name: 'digits', track: 'production' }],
    })
    repository.git('rm', '-q', RECORD)
    repository.save()
    const report = await repository.check(proposal(base))
    expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
    expect(findingsOf(report)).toMatchObject([
      { rule: 'record/removed', level: 'error', message: expect.stringContaining('the record of digits') },
    ])
  })
  test('a new model that the policy does not name is checked, and shown as not covered', async () => {
    repository.write('reprogate.yml', `models: {digits: {record: ${RECORD}}}`)
    const base = repository.save()
    repository.write('models/letters/provenance.yml', 'model: {name: letters}\n')
    repository.save()
    const report = await repository.check(proposal(base))
    expect(report.models.map(({ name }) => name)).toEqual(['digits', 'letters'])
    expect(findingsOf(report)).toContainEqual(
      expect.objectContaining({ rule: 'record/not-covered', level: 'warn', stage: 'provenance' }),
    )
  })
  test('what the record says otherwise than the base is told with its place, unless it says why', async () => {
    repository.write('reprogate.yml', 'preset: strict\nnaming: {run: "[0-9]*"}\n')
    const base = repository.save()
    repository.edit(RECORD, 'split: 7', 'split: 8')
    repository.save()
    const report = await repository.check({ ...proposal(base), track: 'production' })
    expect(report.models[0]?.evidence.changes).toMatchObject({ since: 'main', count: 1 })
    expect(findingsOf(report)).toContainEqual(
      expect.objectContaining({
        rule: 'seeds/changed',
        level: 'error',
        message: `split 7 → 8 (main:${RECORD}:25), without a rationale`,
        line: 25,
      }),
    )
    expect(findingsOf(report)).toContainEqual(
      expect.objectContaining({ rule: 'record/name-unconventional', field: 'run.id', level: 'warn' }),
    )
    repository.edit(RECORD, 'stronger regularisation', 'another split')
    repository.save()
    const explained = await repository.check({ ...proposal(base), track: 'production' })
    expect(findingsOf(explained).map(({ rule }) => rule)).not.toContain('seeds/changed')
    expect(explained.models[0]?.evidence.changes).toMatchObject({ rationale: 'another split' })
  })
  test('a model that the base pins cannot be said to need no pin, whatever the reason given', async () => {
    const base = repository.git('rev-parse', 'HEAD')
    repository.edit(RECORD, /path: models\/digits\/model\.bin, digest: "[^"]+"/, 'from: evaluation')
    repository.edit(RECORD, 'stronger regularisation', 'it trains its own now')
    repository.save()
    const report = await repository.check({ ...proposal(base), track: 'production' })
    expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
    expect(findingsOf(report)).toContainEqual(
      expect.objectContaining({ rule: 'model/no-longer-given', level: 'error', actual: 'evaluation' }),
    )
  })
  test('records are those of the judged commit, not of the work tree', async () => {
    const base = repository.git('rev-parse', 'HEAD')
    repository.edit(RECORD, 'dirty: false', 'dirty: true')
    const report = await repository.check(proposal(base))
    expect(findingsOf(report)).toEqual([])
  })
})

test('beyond the time limit of all models each is named as not checked, and nothing passes', async () => {
  repository.write('reprogate.yml', 'track: production\nlimits: {total: 1.0e-7}\n')
  repository.save()
  const report = await repository.check()
  expect(report).toMatchObject({ verdict: 'could-not-check', decision: 'fail' })
  expect(report.models).toMatchObject([
    { name: 'digits', cause: expect.stringMatching(/^The 1e-7 minutes for all models were over/) },
  ])
})

test('a record that is a link out of the repository is not read', async () => {
  rmSync(join(repository.root, RECORD))
  symlinkSync('/etc/passwd', join(repository.root, RECORD))
  expect(findingsOf(await repository.check())).toMatchObject([{ rule: 'record/path-outside', file: RECORD }])
})

test('a record that is not a file at all does not stop the check', async () => {
  repository.write(RECORD, ': [')
  const report = await repository.check({ track: 'production' })
  expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
  expect(report.models[0]?.stages.map(({ status }) => status)).toEqual([
    'fail',
    'not-run',
    'not-run',
    'not-run',
  ])
})
