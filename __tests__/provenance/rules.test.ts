import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckRequest } from '../../src/gate.js'
import type { RuleId } from '../../src/verdict/rules.js'
import {
  createRepository,
  findingsOf,
  PINNED,
  RECORD,
  sha256,
  TEST,
  TRAIN,
  type Repository,
} from '../support/repository.js'

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
    evidence: { fields: { present: 18, required: 18 } },
  })
  expect(report.models[0]?.stages.map(({ name, status }) => `${name} ${status}`)).toEqual([
    'provenance pass',
    'data pass',
    'environment not-run',
    'evaluation not-run',
  ])
  expect(report.models[0]?.cause).toBe(
    'The record is complete. The exploratory track rebuilds only when asked for.',
  )
})

interface Break {
  rule: RuleId
  /** What is done to the repository. */
  by: (repository: Repository) => void | Partial<CheckRequest>
  file?: string
  line?: number
  message: RegExp
  remedy: RegExp
  /** Verdict; default incomplete, decision fail on the production track. */
  verdict?: string
}

const setRecord = (from: string | RegExp, to: string) => (at: Repository) => at.edit(RECORD, from, to)
const policy = (text: string) => (at: Repository) => {
  at.write('reprogate.yml', text)
  at.save()
}

const BREAKS: Break[] = [
  {
    rule: 'record/missing',
    by: (at) => (policy(`models: {digits: {record: ${RECORD}}}`)(at), rmSync(join(at.root, RECORD))),
    message: /there is no models\/digits\/provenance.yml/,
    remedy: /reprogate record/,
  },
  {
    rule: 'record/malformed',
    by: setRecord('seeds: {split', 'seeds: {{split'),
    line: 26,
    message: /./,
    remedy: /line named/,
  },
  {
    rule: 'record/malformed',
    by: setRecord('dirty: false', 'dirty: maybe'),
    line: 7,
    message: /code\.dirty/,
    remedy: /line named/,
  },
  {
    rule: 'record/too-large',
    by: (at) => at.write(RECORD, `# ${'x'.repeat(1024 * 1024)}\n${at.read(RECORD)}`),
    message: /larger than 1 MiB/,
    remedy: /manifest/,
  },
  {
    rule: 'record/path-outside',
    by: setRecord('data/train.csv', '../train.csv'),
    line: 12,
    message: /leaves the repository/,
    remedy: /relative/,
  },
  {
    rule: 'record/path-outside',
    by: setRecord('data/train.csv', '/etc/passwd'),
    line: 12,
    message: /leaves the repository/,
    remedy: /relative/,
  },
  {
    rule: 'record/path-outside',
    by: setRecord('data/train.csv', '.git/config'),
    line: 12,
    message: /\.git/,
    remedy: /relative/,
  },
  {
    rule: 'record/path-outside',
    by: (at) => (
      symlinkSync('/etc', join(at.root, 'data/out')),
      at.edit(RECORD, 'data/train.csv', 'data/out/passwd')
    ),
    line: 12,
    message: /through a link/,
    remedy: /without links/,
  },
  {
    rule: 'record/path-outside',
    by: (at) => (
      mkdirSync(join(at.root, 'images')),
      symlinkSync('/etc/passwd', join(at.root, 'images/a')),
      at.edit(RECORD, 'data/train.csv', 'images')
    ),
    line: 12,
    message: /a is a link/,
    remedy: /without links/,
  },
  {
    rule: 'record/path-outside',
    by: (at) => (
      execFileSync('mkfifo', [join(at.root, 'data/pipe')]),
      at.edit(RECORD, 'data/train.csv', 'data/pipe')
    ),
    line: 12,
    message: /not a regular file/,
    remedy: /relative/,
  },
  {
    rule: 'record/field-missing',
    by: policy('required: [data.source]'),
    line: 9,
    message: /data\[0\]\.source missing/,
    remedy: /Add the field/,
  },
  {
    rule: 'record/manifest-mismatch',
    by: (at) => (
      at.write('models/digits/environment.json', '{}'),
      at.edit(
        RECORD,
        '  dockerfile: Dockerfile',
        `  dockerfile: Dockerfile\n  manifest: {path: models/digits/environment.json, digest: "${sha256('{ }')}"}`,
      )
    ),
    message: /other bytes/,
    remedy: /Restore the manifest/,
  },

  {
    rule: 'code/commit-missing',
    by: setRecord(/ {2}commit: .*\n/, ''),
    line: 5,
    message: /commit missing/,
    remedy: /full 40-digit/,
  },
  {
    rule: 'code/commit-malformed',
    by: setRecord(/commit: \w{7}/, 'commit: HEAD~'),
    line: 6,
    message: /full hash/,
    remedy: /full 40-digit/,
  },
  {
    rule: 'code/commit-malformed',
    by: setRecord(/commit: \w{8}/, 'commit: --output'),
    line: 6,
    message: /full hash/,
    remedy: /full 40-digit/,
  },
  {
    rule: 'code/commit-contradictory',
    by: setRecord('  dirty: false', `  commit: ${'b'.repeat(40)}`),
    line: 7,
    message: /given twice, first in line 6/,
    remedy: /Keep the value/,
  },
  {
    rule: 'code/commit-unknown',
    by: setRecord(/commit: \w{40}/, `commit: ${'b'.repeat(40)}`),
    line: 6,
    message: /does not know the commit bbbbbbb/,
    remedy: /Push the commit/,
  },
  {
    rule: 'code/commit-not-ancestor',
    by: (at) => {
      at.git('checkout', '-q', '--orphan', 'elsewhere')
      const other = at.save('elsewhere')
      at.git('checkout', '-q', '-f', 'main')
      at.edit(RECORD, at.commit, other)
    },
    line: 6,
    message: /not an ancestor of the head/,
    remedy: /Merge or rebase/,
  },
  {
    rule: 'code/dirty',
    by: setRecord('dirty: false', 'dirty: true'),
    line: 7,
    message: /uncommitted changes/,
    remedy: /Commit the changes/,
  },
  {
    rule: 'code/changed-since',
    by: (at) => (at.write('evaluate.py', 'print("otherwise")\n'), void at.save()),
    line: 6,
    message: /changed since the run at \w{7}: evaluate.py/,
    remedy: /Record the run again/,
  },
  {
    rule: 'code/changed-since',
    by: (at) => at.write('evaluate.py', 'print("not committed")\n'),
    line: 6,
    message: /evaluate.py/,
    remedy: /Record the run again/,
  },
  {
    rule: 'code/changed-since',
    by: (at) => (at.write('requirements.txt', 'numpy\n'), void at.save()),
    line: 6,
    message: /requirements.txt/,
    remedy: /Record the run again/,
  },

  {
    rule: 'data/missing',
    by: setRecord(/data:\n(?: {2,}.*\n)+/, ''),
    message: /data missing/,
    remedy: /List every data set/,
  },
  {
    rule: 'data/version-missing',
    by: setRecord('    version: v3\n', ''),
    line: 9,
    message: /version of digits missing/,
    remedy: /Add the `version`/,
  },
  {
    rule: 'data/version-malformed',
    by: setRecord('version: v3', 'version: [v3]'),
    line: 10,
    message: /data\[0\]\.version/,
    remedy: /Add the `version`/,
  },
  {
    rule: 'data/version-contradictory',
    by: setRecord('version: v3', 'version: v2'),
    line: 16,
    message: /digits has version v3 here and v2 in data\[0\]/,
    remedy: /Keep the value/,
  },
  {
    rule: 'data/digest-missing',
    by: setRecord(/ {4}digest: .*\n/, ''),
    line: 9,
    message: /digest of digits missing/,
    remedy: /reprogate record/,
  },
  {
    rule: 'data/digest-malformed',
    by: setRecord(/ {4}digest: "sha256:\w{3}/, '    digest: "sha256:'),
    line: 13,
    message: /64 hex digits/,
    remedy: /sha256:/,
  },
  {
    rule: 'data/digest-contradictory',
    by: setRecord('path: data/test.csv', 'path: ./data//train.csv'),
    line: 19,
    message: /data\/train.csv has digest .* here and .* in data\[0\]/,
    remedy: /Keep the value/,
  },
  {
    rule: 'data/file-missing',
    by: (at) => rmSync(join(at.root, 'data/train.csv')),
    line: 12,
    message: /data\/train.csv is not there/,
    remedy: /dvc pull/,
  },
  {
    rule: 'data/digest-mismatch',
    by: (at) => at.edit('data/train.csv', '0.25', '0.26'),
    line: 13,
    message: /1 row differs; row 3: x 0\.25 → 0\.26/,
    remedy: /git checkout data\/train.csv/,
  },
  {
    rule: 'data/digest-mismatch',
    by: (at) =>
      at.edit(
        RECORD,
        `path: data/train.csv\n    digest: "${sha256(TRAIN)}"`,
        `path: data/train.csv\n    digest: "md5:${'0'.repeat(32)}"`,
      ),
    line: 13,
    message: /other bytes/,
    remedy: /Restore data\/train.csv/,
  },
  {
    rule: 'data/digest-mismatch',
    by: (at) => (
      at.write('recorded.csv', 'id\n1\n'),
      at.edit(
        RECORD,
        /$/,
        `  predictions: {path: recorded.csv, output: p.csv, digest: "${sha256('id\n2\n')}"}\n`,
      )
    ),
    line: 30,
    message: /recorded predictions recorded.csv have other bytes/,
    remedy: /./,
  },
  {
    rule: 'data/licence-missing',
    by: setRecord('    licence: CC-BY-4.0\n', ''),
    line: 9,
    message: /licence of digits missing/,
    remedy: /licence/,
    verdict: 'could-not-check',
  },
  {
    rule: 'data/exposes-answers',
    by: setRecord('path: data/train.csv', 'path: models'),
    line: 12,
    message: /holds the recorded answers/,
    remedy: /outside/,
  },
  {
    rule: 'data/exposes-answers',
    by: (at) =>
      at.edit(
        RECORD,
        /$/,
        `  predictions: {path: p.csv, output: predictions.csv, digest: "${sha256(TEST)}"}\n`,
      ),
    line: 18,
    message: /data\/test.csv holds/,
    remedy: /outside/,
  },
  {
    rule: 'model/missing',
    by: setRecord(/model: .*\n/, ''),
    message: /model name missing/,
    remedy: /Add `model`/,
  },
  {
    rule: 'model/digest-missing',
    by: setRecord(/, digest: "\S+"\}\nrun/, '}\nrun'),
    line: 3,
    message: /model digest missing/,
    remedy: /reprogate record/,
  },
  {
    rule: 'model/digest-malformed',
    by: setRecord(/model.bin, digest: "sha256:\w/, 'model.bin, digest: "sha256:X'),
    line: 3,
    message: /model\.digest/,
    remedy: /64 hex/,
  },
  {
    rule: 'model/digest-contradictory',
    by: setRecord(/\}\nrun/, `, digest: "md5:${'0'.repeat(32)}"}\nrun`),
    line: 3,
    message: /given twice/,
    remedy: /Keep the value/,
  },
  {
    rule: 'model/file-missing',
    by: (at) => rmSync(join(at.root, 'models/digits/model.bin')),
    line: 3,
    message: /model.bin is not there/,
    remedy: /git lfs pull/,
  },
  {
    rule: 'model/digest-mismatch',
    by: (at) => at.write('models/digits/model.bin', 'other'),
    line: 3,
    message: /other bytes/,
    remedy: /Restore/,
  },
  {
    rule: 'model/another',
    by: (at) => policy(`models: {letters: {record: ${RECORD}}}`)(at),
    line: 3,
    message: /record of digits, the policy expects letters/,
    remedy: /correct the path/,
  },

  {
    rule: 'environment/image-missing',
    by: setRecord(/ {2}image: .*\n/, ''),
    line: 21,
    message: /image digest missing/,
    remedy: /sha256/,
  },
  {
    rule: 'environment/image-malformed',
    by: setRecord(PINNED, '--privileged'),
    line: 22,
    message: /environment\.image/,
    remedy: /sha256/,
  },
  {
    rule: 'environment/image-contradictory',
    by: setRecord('  dockerfile: Dockerfile', '  image: other'),
    line: 23,
    message: /given twice/,
    remedy: /Keep the value/,
  },
  {
    rule: 'environment/image-not-pinned',
    by: setRecord(PINNED, 'registry.example/digits:latest'),
    line: 22,
    message: /is a tag, not a digest/,
    remedy: /Replace the tag/,
  },
  {
    rule: 'environment/base-not-pinned',
    by: setDockerfile('FROM debian:12\n'),
    file: 'Dockerfile',
    line: 1,
    message: /debian:12/,
    remedy: /digest/,
  },
  {
    rule: 'environment/syntax-not-allowed',
    by: setDockerfile(`# syntax=evil.example/frontend\nFROM scratch\n`),
    file: 'Dockerfile',
    line: 1,
    message: /evil\.example\/frontend/,
    remedy: /docker\/dockerfile/,
  },
  {
    rule: 'environment/dockerfile-missing',
    by: setRecord('dockerfile: Dockerfile', 'dockerfile: docker/Dockerfile'),
    line: 23,
    message: /has no docker\/Dockerfile/,
    remedy: /Commit the Dockerfile/,
  },
  {
    rule: 'environment/arguments-contradictory',
    by: (at) => (
      policy(`models: {digits: {record: ${RECORD}, environment: {args: {BASE: a}}}}`)(at),
      at.edit(RECORD, 'dockerfile: Dockerfile', 'args: {BASE: b}')
    ),
    line: 23,
    message: /BASE=b, the policy asks for BASE=a/,
    remedy: /Record the run again/,
  },
  {
    rule: 'environment/hash-missing',
    by: setRecord(/ {2}hash: .*\n/, ''),
    line: 21,
    message: /environment hash missing/,
    remedy: /computes the hash/,
  },
  {
    rule: 'environment/hash-malformed',
    by: setRecord('env-v1:', 'env-v0:'),
    line: 24,
    message: /env-v1/,
    remedy: /computes the hash/,
  },
  {
    rule: 'environment/hash-contradictory',
    by: setRecord('  dockerfile: Dockerfile', `  hash: "env-v1:sha256:${'b'.repeat(64)}"`),
    line: 24,
    message: /given twice/,
    remedy: /Keep the value/,
  },

  {
    rule: 'seeds/value-missing',
    by: setRecord('seeds: {split: 7, init: 7}\n', ''),
    message: /seeds missing/,
    remedy: /Record every seed/,
  },
  {
    rule: 'seeds/value-missing',
    by: (at) => (policy('required: [seeds.split]')(at), at.edit(RECORD, 'split: 7, ', '')),
    line: 25,
    message: /seed `split` missing/,
    remedy: /Record every seed/,
  },
  {
    rule: 'seeds/value-malformed',
    by: setRecord('split: 7', 'split: [7]'),
    line: 25,
    message: /seeds\.split/,
    remedy: /Record every seed/,
  },
  {
    rule: 'seeds/value-contradictory',
    by: setRecord('C: 1.0', 'init: 8'),
    line: 25,
    message: /init is 7 under seeds and 8 under hyperparameters/,
    remedy: /Keep the value/,
  },
  {
    rule: 'hyperparameters/value-missing',
    by: setRecord(/hyperparameters: .*\n/, ''),
    message: /hyperparameters missing/,
    remedy: /Record them/,
  },
  {
    rule: 'hyperparameters/value-malformed',
    by: setRecord('C: 1.0', 'C: {a: 1}'),
    line: 26,
    message: /hyperparameters\.C/,
    remedy: /Record them/,
  },
  {
    rule: 'hyperparameters/value-contradictory',
    by: setRecord('C: 1.0', 'C: 1.0, C: 2.0'),
    line: 26,
    message: /given twice/,
    remedy: /Keep the value/,
  },
  {
    rule: 'metrics/value-missing',
    by: setRecord(/ {2}metrics: .*\n/, ''),
    line: 27,
    message: /metrics missing/,
    remedy: /evaluation.metrics/,
  },
  {
    rule: 'metrics/value-malformed',
    by: setRecord('accuracy: 0.972175', 'accuracy: high'),
    line: 29,
    message: /evaluation\.metrics\.accuracy: must be a number/,
    remedy: /evaluation.metrics/,
  },
  {
    rule: 'metrics/value-contradictory',
    by: (at) => (at.write('metrics.json', '{"accuracy": 0.5, "f1_macro": NaN}'), void at.save()),
    line: 29,
    message: /accuracy is 0\.972175 in the record and 0\.5 in metrics\.json/,
    remedy: /Keep the value/,
  },
  {
    rule: 'evaluation/command-missing',
    by: setRecord(/ {2}command: .*\n/, ''),
    line: 27,
    message: /how to evaluate/,
    remedy: /evaluation.command/,
  },
  {
    rule: 'evaluation/command-contradictory',
    by: policy(`models: {digits: {record: ${RECORD}, evaluation: {command: [python3, other.py]}}}`),
    line: 28,
    message: /the policy asks for `python3 other.py`/,
    remedy: /Record the run again/,
  },
  {
    rule: 'evaluation/predictions-missing',
    by: policy(`models: {digits: {record: ${RECORD}, evaluation: {predictions: {path: p.csv}}}}`),
    line: 27,
    message: /the record has none/,
    remedy: /reprogate record/,
  },
]

function setDockerfile(text: string) {
  return (at: Repository) => {
    at.write('Dockerfile', text)
    const commit = at.save()
    at.edit(RECORD, at.commit, commit)
  }
}

test.each(BREAKS)(
  '$rule: $message',
  async ({ rule, by, file = RECORD, line, message, remedy, verdict = 'incomplete' }) => {
    const request = by(repository) ?? {}
    // A warning does not stop a production check, which would go on to rebuild.
    const blocking = verdict === 'incomplete'
    const report = await repository.check({ ...request, ...(blocking && { track: 'production' }) })
    const found = findingsOf(report).filter((finding) => finding.rule === rule)
    expect(found).not.toHaveLength(0)
    const finding = found.find((one) => message.test(one.message)) ?? found[0]
    expect(finding).toMatchObject({
      level: blocking ? 'error' : 'warn',
      file,
      ...(line !== undefined && { line }),
    })
    expect(finding?.message).toMatch(message)
    expect(finding?.remedy).toMatch(remedy)
    expect(report).toMatchObject({ verdict, decision: blocking ? 'fail' : 'warn' })
  },
)

test('an unknown key is a warning that knows what was meant', async () => {
  repository.edit(RECORD, 'seeds:', 'seed: 7\nseeds:')
  expect(findingsOf(await repository.check())).toMatchObject([
    {
      rule: 'record/unknown-key',
      level: 'warn',
      line: 25,
      message: 'seed: unknown key: did you mean `seeds`?',
    },
  ])
})

test('a shallow clone is told apart from an unknown commit, with the fix', async () => {
  const shallow = createRepository()
  try {
    shallow.git('fetch', '-q', '--depth=1', `file://${repository.root}`, 'main')
    shallow.git('reset', '-q', '--hard', 'FETCH_HEAD')
    shallow.git('reflog', 'expire', '--expire=now', '--all')
    shallow.git('branch', '-q', '-m', 'here')
    shallow.edit(RECORD, /commit: \w{40}/, `commit: ${'b'.repeat(40)}`)
    const [finding] = findingsOf(await shallow.check())
    expect(finding).toMatchObject({
      rule: 'code/shallow-clone',
      line: 6,
      remedy: 'Check out with `fetch-depth: 0`.',
    })
  } finally {
    shallow.remove()
  }
})

test('records, models, metrics, data and docs may change after the commit', async () => {
  repository.write('README.md', '# more\n')
  repository.write('docs/guide.txt', 'more\n')
  repository.write('metrics.json', '{"accuracy": 0.972175}')
  repository.save()
  expect(findingsOf(await repository.check())).toEqual([])
})

test('a Dockerfile behind a link is none: the builder would follow it to one that nobody has checked', async () => {
  repository.write('other', 'FROM debian:12\n')
  rmSync(join(repository.root, 'Dockerfile'))
  symlinkSync('other', join(repository.root, 'Dockerfile'))
  repository.edit(RECORD, repository.commit, repository.save())
  expect(findingsOf(await repository.check())).toMatchObject([{ rule: 'environment/dockerfile-missing' }])
})

test('a record cannot excuse a change of code by calling the code its answers', async () => {
  repository.edit(RECORD, /$/, '  predictions: {path: evaluate.py, output: evaluate.py}\n')
  repository.write('evaluate.py', 'print("otherwise")\n')
  repository.save()
  expect(findingsOf(await repository.check()).map(({ rule }) => rule)).toContain('code/changed-since')
})

test('a folder is checked as its list, and the file that differs is named', async () => {
  const a = sha256('a').slice(7)
  const b = sha256('b').slice(7)
  const list = `${a}  a.bin\n${b}  deep/b.bin\n`
  for (const [path, text] of [
    ['data/images/a.bin', 'a'],
    ['data/images/deep/b.bin', 'b'],
    ['models/digits/images.sha256', list],
  ] as const)
    repository.write(path, text)
  repository.edit(RECORD, 'data/test.csv\n', `data/images\n    list: models/digits/images.sha256\n`)
  repository.edit(RECORD, sha256(TEST), sha256(list))
  expect(findingsOf(await repository.check())).toEqual([])
  repository.write('data/images/deep/b.bin', 'c')
  repository.write('data/images/extra', 'c')
  expect(findingsOf(await repository.check())).toMatchObject([
    { rule: 'data/digest-mismatch', message: expect.stringContaining('deep/b.bin changed, extra added') },
  ])
})

test('a record without data and model has nothing that could be as recorded', async () => {
  repository.write(RECORD, `code: {commit: ${repository.commit}}\n`)
  expect((await repository.check()).models[0]?.stages).toMatchObject([
    { name: 'provenance', status: 'warn' },
    { name: 'data', status: 'not-run', summary: 'the record names no data and no model' },
    { name: 'environment', status: 'not-run' },
    { name: 'evaluation', status: 'not-run' },
  ])
})

test('JSON is a record, too', async () => {
  const path = 'models/letters/provenance.json'
  repository.write(
    path,
    '{"reprogate": "record/1", "model": {"name": "letters"}, "code": {\n"commit": "abc"}}',
  )
  const report = await repository.check({ models: ['letters'] })
  expect(findingsOf(report)).toContainEqual(
    expect.objectContaining({ rule: 'code/commit-malformed', file: path, line: 2 }),
  )
})

test.each([
  [
    'alias bomb',
    `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [${i ? `*b${i - 1},*b${i - 1}` : '*a,*a'}]`).join('\n')}\n`,
  ],
  ['many aliases', Array.from({ length: 30000 }, (_, i) => `- &a${i} 1\n- *a${i}`).join('\n')],
  ['deep nesting', '['.repeat(500_000)],
  ['deep keys', '? '.repeat(500_000)],
  ['prototype', '__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n'],
  ['binary', '\u0000\u0001\ufffd'],
  ['several documents', 'a: 1\n---\nb: 2\n'],
  ['a list', '- 1\n'],
  ['nothing', ''],
])('a hostile record is a finding: %s', async (_, text) => {
  repository.write(RECORD, text)
  const report = await repository.check({ track: 'production' })
  expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
  expect({}).not.toHaveProperty('polluted')
})

test('a record that is a link out of the repository is not read', async () => {
  rmSync(join(repository.root, RECORD))
  symlinkSync('/etc/passwd', join(repository.root, RECORD))
  expect(findingsOf(await repository.check())).toMatchObject([{ rule: 'record/path-outside' }])
})

test('a report is not written through a link', async () => {
  const { writeReport } = await import('../../src/system/report-file.js')
  const report = await repository.check()
  symlinkSync('/etc', join(repository.root, '.reprogate'))
  writeFileSync(join(repository.root, 'own'), '')
  expect(await writeReport(repository.root, report)).toBe(join(repository.root, '.reprogate/report.json'))
  expect(JSON.parse(repository.read('.reprogate/report.json'))).toMatchObject({ reprogate: 'report/1' })
  // Nor committed by accident.
  repository.git('add', '--all')
  expect(repository.git('ls-files', '.reprogate')).toBe('')
})
