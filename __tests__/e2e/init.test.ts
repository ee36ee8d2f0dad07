import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** The first minute in somebody's repository: `init`, and `check` without any file of ours. */

jest.setTimeout(120_000)

const BUNDLE = resolve('dist/cli/index.js')
const EVALUATES = 'from sklearn.metrics import accuracy_score\nprint(accuracy_score([1], [1]))\n'
const README = '# A\n\n```sh\npython eval.py\n```\n'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-init-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
    cwd: root,
    encoding: 'utf8',
  })

function repository(files: Record<string, string>): void {
  for (const [path, text] of Object.entries({ '.gitignore': '.reprogate/\n', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'theirs')
}

const cli = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}
const fresh = () => git('status', '--short', '-uall').trim().split('\n').filter(Boolean)
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Trees without a result's number, a run or a commit. */
const CLAIMS_NOTHING = new Set(['a README alone', 'a plain script', 'two projects'])

test('in a repository without a model both say so, and nothing is written', () => {
  repository({ 'README.md': '# A library\n', 'lib.py': 'def f(): ...\n' })
  expect(cli('init')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Nothing here trains or evaluates a model'),
  })
  expect(cli('check')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('nothing here trains or evaluates a model: looked at'),
  })
  expect(fresh()).toEqual([])
})

test.each<[string, Record<string, string>, RegExp[]]>([
  [
    'DVC',
    {
      'dvc.yaml': 'stages:\n  evaluate:\n    cmd: python eval.py\n    metrics: [m.json]\n',
      'eval.py': EVALUATES,
      'm.json': '{"accuracy": 0.5}',
      'requirements.txt': 'a==1\nb\n',
    },
    [
      /evaluate +python eval\.py +dvc\.yaml:2/,
      /metrics +m\.json .*accuracy 0\.5/,
      /environment +requirements\.txt .*1 of 2 pinned/,
    ],
  ],
  [
    'a README alone',
    { 'README.md': README, 'eval.py': EVALUATES },
    [/evaluate +python eval\.py +README\.md:4/],
  ],
  [
    'a plain script',
    { 'train.py': `${EVALUATES}np.random.seed(7)\n` },
    [/evaluate +python train\.py\? +train\.py:1/, /seeds +numpy 7 +train\.py:3/],
  ],
  [
    'two projects',
    { 'a/README.md': README, 'a/eval.py': EVALUATES, 'b/README.md': README, 'b/eval.py': EVALUATES },
    [/model +a\n/, /model +b\n/],
  ],
])(
  '%s: what is there, a policy that a check reads, and one next line; again without harm',
  (name, files, lines) => {
    repository(files)
    const { verdict, models } = JSON.parse(cli('check', '--json').stdout)
    expect([verdict, models[0]]).toMatchObject([
      'incomplete',
      {
        rung: { reached: CLAIMS_NOTHING.has(name) ? 0 : 1 },
        next: expect.stringContaining('reprogate init'),
      },
    ])
    expect(cli('init', '--dry-run')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Would write +reprogate\.yml/m),
    })
    expect(fresh()).toEqual([])
    const { status, stdout } = cli('init')
    expect(status).toBe(0)
    for (const line of lines) expect(stdout).toMatch(line)
    expect(stdout.match(/^Next:/gm)).toHaveLength(1)
    const written = fresh()
    expect(written).toEqual(
      expect.arrayContaining(['?? .github/workflows/reprogate.yml', '?? reprogate.yml']),
    )
    const policy = read('reprogate.yml')
    expect(JSON.parse(cli('check', '--json').stdout)).toMatchObject({
      verdict: 'incomplete',
      policy: { path: 'reprogate.yml' },
    })
    expect(cli('init').stdout).toMatch(/^Kept +reprogate\.yml/m)
    expect([fresh(), read('reprogate.yml')]).toEqual([written, policy])
  },
)

test('nothing that is there is overwritten, and no link is followed', () => {
  repository({ 'README.md': README, 'eval.py': EVALUATES, 'reprogate.yml': 'track: production\n' })
  symlinkSync(tmpdir(), join(root, '.github'))
  expect(cli('init')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('.github/workflows/reprogate.yml leads out through a link'),
  })
  expect(read('reprogate.yml')).toBe('track: production\n')
})

test('as JSON what was found, what was written, and what a check says', () => {
  repository({ 'README.md': README, 'eval.py': EVALUATES })
  expect(JSON.parse(cli('init', '--json').stdout)).toMatchObject({
    reprogate: 'init/1',
    models: [
      {
        rows: expect.arrayContaining([
          expect.objectContaining({ label: 'evaluate', place: 'README.md:4', sure: true }),
        ]),
      },
    ],
    written: [
      { path: 'reprogate.yml' },
      { path: 'provenance.yml' },
      { path: '.github/workflows/reprogate.yml' },
    ],
    report: { verdict: 'incomplete' },
  })
})

test('a day that is none is wrong usage', () => {
  repository({})
  expect(cli('init', '--as-of', 'yesterday')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('YYYY-MM-DD'),
  })
})
