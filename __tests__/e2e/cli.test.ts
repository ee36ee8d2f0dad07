import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { parseReport } from './report.js'
import { createRepository, RECORD, sha256, type Repository } from '../support/repository.js'

jest.setTimeout(300_000)

const BUNDLE = resolve('dist/cli/index.js')
const BASE = process.env['REPROGATE_TEST_BASE']!
const REGISTRY = process.env['REPROGATE_TEST_REGISTRY']!

type Report_ = Record<string, unknown>

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

const cli = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...args], {
    cwd: repository.root,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('usage', () => {
  test.each([
    [['--help'], 'Exit codes'],
    [['check', '--help'], '--rebuild'],
    [['record', '--help'], '--push'],
    [['probe', '--help'], 'Exit codes'],
    [['explain', '--help'], '--limit'],
    [['train', '--help'], '--seeds'],
  ])('%j helps', (args, text) => {
    expect(cli(...args)).toMatchObject({ status: 0, stdout: expect.stringContaining(text) })
  })
  test.each([
    [['chek'], "unknown command 'chek'"],
    [['check', '--trak', 'production'], 'Did you mean --track'],
    [['check', '--track', 'strict'], 'Allowed choices are exploratory, production'],
    [['train', '--seeds', '1'], 'a whole number from 2'],
    [['explain', '--limit', 'cause=x'], 'cause, canary'],
    [['record'], "missing required argument 'model'"],
    [['record', 'digits', '--image', 'a', '--push', 'b'], 'cannot be used with'],
    [['record', 'digits', '--build-arg', 'BASE'], 'NAME=value'],
  ])('%j is wrong usage: 2', (args, text) => {
    expect(cli(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(text) })
  })
})

test('a reader who has seen enough ends it quietly', () => {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `set -o pipefail; ${process.execPath} ${BUNDLE} --help | head -1`],
    { encoding: 'utf8' },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^Usage/)
})

test('it is a command where the package is installed', () => {
  const prefix = mkdtempSync(join(tmpdir(), 'reprogate-cli-'))
  try {
    const npm = spawnSync('npm', ['install', '--global', '--prefix', prefix, resolve('.')], {
      encoding: 'utf8',
      // Without the hooks that a developer wants in a clone.
      env: { ...process.env, HUSKY: '0' },
    })
    expect(npm).toMatchObject({ status: 0 })
    const check = spawnSync(join(prefix, 'bin/reprogate'), ['check'], {
      cwd: repository.root,
      encoding: 'utf8',
    })
    expect(check).toMatchObject({ status: 0, stdout: expect.stringContaining('✔ provenance') })
  } finally {
    rmSync(prefix, { recursive: true, force: true })
  }
})

describe('check', () => {
  test('0 for a complete record on the exploratory track; no colour where there is no terminal', () => {
    const { status, stdout } = cli('check')
    expect(status).toBe(0)
    expect(stdout).toContain('✔ provenance')
    expect(stdout).not.toContain('\u001b')
  })
  test('1 where the decision is fail, with file, line and fix', () => {
    repository.edit(RECORD, 'dirty: false', 'dirty: true')
    const { status, stdout } = cli('check', '--track', 'production')
    expect(status).toBe(1)
    expect(stdout).toContain(`${RECORD}:7`)
    expect(stdout).toMatch(/fix: /i)
  })
  test('2 for a policy that cannot be read, with file and line, in JSON, too', () => {
    repository.write('reprogate.yml', '\ntrakc: production\n')
    expect(cli('check')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('reprogate.yml:2: `trakc`: unknown key: did you mean `track`?'),
    })
    expect(JSON.parse(cli('check', '--json').stdout)).toMatchObject({
      verdict: 'could-not-check',
      decision: 'fail',
      error: { code: 'policy/invalid', line: 2 },
    })
  })
  test('2 where the engine is missing, with what to do about it', () => {
    const { status, stderr } = spawnSync(process.execPath, [BUNDLE, 'check', '--track', 'production'], {
      cwd: repository.root,
      encoding: 'utf8',
      env: { ...process.env, REPROGATE_DOCKER: 'no-such-docker' },
    })
    expect([status, stderr]).toEqual([2, expect.stringMatching(/no-such-docker[^]*Fix: /)])
  })
  test('--json prints the report and nothing else; the same report lies in .reprogate', () => {
    const { stdout } = cli('check', '--json')
    expect(parseReport(stdout)).toMatchObject({
      verdict: 'could-not-check',
      decision: 'pass',
    })
    expect(JSON.parse(repository.read('.reprogate/report.json'))).toEqual(JSON.parse(stdout))
  })
})

describe('record', () => {
  const EVALUATE =
    'import json\njson.dump({"accuracy": 0.5, "loss": float("nan")}, open("metrics.json", "w"))\n'
  const WRITTEN = `# what ada knows
model: {name: digits, version: 1.0.0, path: models/digits/model.bin} # the weights
run: {rationale: a new try}
data:
  - {name: digits, version: v3, path: data/test.csv, licence: CC-BY-4.0}
seeds: {init: 7}
evaluation: {command: [python3, evaluate.py]}
`
  beforeEach(() => {
    repository.write('evaluate.py', EVALUATE)
    repository.write(
      'Dockerfile',
      'ARG BASE\nFROM ${BASE}\nRUN echo hello > /etc/greeting\nENV GREETING=hello\n',
    )
    repository.write(RECORD, WRITTEN)
    repository.save()
  })
  const record = () =>
    cli('record', 'digits', '--push', `${REGISTRY}/reprogate-test-cli`, '--build-arg', `BASE=${BASE}`)

  test('fills in what a machine can know, keeps what a person wrote, and lists the rest; then it is reproduced', () => {
    const { status, stdout } = record()
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/hyperparameters[^]*Record them under hyperparameters/),
    ])
    const text = repository.read(RECORD)
    expect(text).toMatch(/^# what ada knows$/m)
    expect(text).toContain('# the weights')
    expect(parse(text)).toMatchObject({
      model: { version: '1.0.0', digest: expect.stringMatching(/^sha256:/) },
      run: { rationale: 'a new try' },
      code: { commit: repository.git('rev-parse', 'HEAD'), dirty: false },
      data: [{ licence: 'CC-BY-4.0', digest: expect.stringMatching(/^sha256:/) }],
      environment: {
        image: expect.stringMatching(/reprogate-test-cli@sha256:/),
        args: { BASE },
        hash: expect.stringMatching(/^env-v1:sha256:/),
      },
      seeds: { init: 7 },
      evaluation: { metrics: { accuracy: 0.5, loss: NaN } },
    })

    repository.edit(RECORD, 'seeds:', 'hyperparameters: {}\nseeds:')
    repository.save()
    const checked = cli('check', '--track', 'production', '--json')
    expect(JSON.parse(checked.stdout)).toMatchObject({
      verdict: 'reproduced',
      // A loss of NaN proves nothing, and somebody should know.
      decision: 'warn',
      models: [{ agreement: 'identical', findings: [{ rule: 'metrics/value-not-finite', level: 'warn' }] }],
    })
    expect(checked.status).toBe(0)

    // Again without options: the image that the record names serves.
    expect(cli('record', 'digits')).toMatchObject({ status: 0 })
    expect(parse(repository.read(RECORD))).toMatchObject({ environment: parse(text).environment })
  })

  test('a checkout made under umask 077 is checked like any other, and stays as it was', () => {
    const reads = 'for name in ("data/test.csv", "models/digits/model.bin"): open(name).read()\n'
    repository.write('evaluate.py', reads + EVALUATE)
    repository.save()
    record()
    repository.edit(RECORD, 'seeds:', 'hyperparameters: {}\nseeds:')
    repository.save()
    const clone = mkdtempSync(join(tmpdir(), 'reprogate-umask-'))
    const inClone = (script: string) => {
      const result = spawnSync('bash', ['-c', `umask 077; ${script}`], { cwd: clone, encoding: 'utf8' })
      return { status: result.status, stdout: result.stdout }
    }
    const state = () =>
      inClone(
        'find . -mindepth 1 -path ./.git -prune -o -path ./.reprogate -prune -o -printf "%p %m %T@\\n" | sort',
      )
    try {
      expect(inClone(`git clone -q '${repository.root}' .`)).toMatchObject({ status: 0 })
      const before = state()
      expect(before.stdout).toMatch(/data\/\S+ 600 /)
      const { stdout } = inClone(`'${process.execPath}' '${BUNDLE}' check --track production --json`)
      expect(JSON.parse(stdout)).toMatchObject({
        verdict: 'reproduced',
        models: [{ agreement: 'identical' }],
      })
      expect(state()).toEqual(before)
    } finally {
      rmSync(clone, { recursive: true, force: true })
    }
  })

  test('a probe says what moves the results, and what to do about it', () => {
    repository.write(
      'evaluate.py',
      `import os\n${EVALUATE.replace('0.5', 'len(os.environ.get("TZ", "abcde")) / 10')}`,
    )
    repository.save()
    record()
    repository.edit(RECORD, 'seeds:', 'hyperparameters: {}\nseeds:')
    repository.save()
    const { status, stdout } = cli('probe', 'digits')
    expect(stdout).toMatch(/✔ hash seed +same/)
    expect(stdout).toMatch(/✖ time zone +accuracy 0\.5.* → 0\.7.*\n +fix: Compute in UTC/)
    expect(status).toBe(1)
  })

  test('without a registry the manifest is the pin: it is compared with the rebuild, and may not replace an image', () => {
    const { status, stdout } = cli('record', 'digits', '--build-arg', `BASE=${BASE}`)
    expect([status, stdout]).toEqual([0, expect.stringContaining('pinned by its manifest')])
    const { environment } = parse(repository.read(RECORD)) as { environment: Record<string, unknown> }
    expect(environment).toMatchObject({
      hash: expect.stringMatching(/^env-v1:/),
      manifest: expect.anything(),
    })
    expect(environment).not.toHaveProperty('image')
    repository.edit(RECORD, 'seeds:', 'hyperparameters: {}\nseeds:')
    repository.save()
    const check = (...args: string[]) =>
      JSON.parse(cli('check', '--track', 'production', '--json', ...args).stdout) as Report_
    expect(check('--base', 'HEAD~1')).toMatchObject({
      verdict: 'reproduced',
      models: [
        {
          parity: 'content',
          agreement: 'identical',
          stages: expect.arrayContaining([
            expect.objectContaining({ summary: expect.stringContaining('pinned by its manifest') }),
          ]),
        },
      ],
    })

    repository.edit('Dockerfile', 'GREETING=hello', 'GREETING=goodbye')
    repository.save()
    expect(check()).toMatchObject({
      verdict: 'not-reproduced',
      models: [
        {
          findings: expect.arrayContaining([expect.objectContaining({ rule: 'environment/config-differs' })]),
        },
      ],
    })

    repository.git('reset', '-q', '--hard', 'HEAD~1')
    const own = repository.read(RECORD)
    const manifest = 'models/digits/environment.json'
    const kept = repository.read(manifest)
    repository.write(manifest, '{}')
    repository.edit(RECORD, 'environment:\n', `environment:\n  image: e.x/d@sha256:${'7'.repeat(64)}\n`)
    repository.save()
    repository.write(RECORD, own)
    repository.write(manifest, kept)
    repository.save()
    expect(check('--base', 'HEAD~1')).toMatchObject({
      verdict: 'could-not-check',
      models: [
        {
          findings: expect.arrayContaining([
            expect.objectContaining({ rule: 'environment/manifest-unknown' }),
          ]),
        },
      ],
    })
  })

  test('a cached rebuild is no evidence', () => {
    record()
    repository.edit(RECORD, 'seeds:', 'hyperparameters: {}\nseeds:')
    repository.save()
    expect(
      JSON.parse(cli('check', '--track', 'production', '--rebuild', 'cached', '--json').stdout),
    ).toMatchObject({
      verdict: 'could-not-check',
      decision: 'fail',
      models: [
        {
          parity: 'unverifiable',
          findings: expect.arrayContaining([expect.objectContaining({ rule: 'environment/cached-rebuild' })]),
        },
      ],
    })
  })

  test('says so when the tree is dirty, when the evaluation fails', () => {
    repository.write('evaluate.py', `${EVALUATE}# not committed`)
    expect(record()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('not committed: evaluate.py'),
    })
    expect(parse(repository.read(RECORD)).code.dirty).toBe(true)

    repository.write(RECORD, WRITTEN)
    repository.write('evaluate.py', 'raise SystemExit("no such thing")\n')
    repository.save()
    expect(record()).toMatchObject({ status: 2, stderr: expect.stringContaining('no such thing') })
    expect(repository.read(RECORD)).toBe(WRITTEN)
  })

  test('of a glob the newest finished file counts, and is named; what measures the machine is left out', () => {
    repository.write(
      'reprogate.yml',
      `models: {digits: {record: ${RECORD}, evaluation: {command: [python3, evaluate.py], metrics: "results/*.yaml"}}}\n`,
    )
    repository.write('results/0.yaml', 'accuracy: 1.0\n')
    repository.write(
      'evaluate.py',
      'import os\nassert not os.path.exists("results/0.yaml")\nos.makedirs("results", exist_ok=True)\n' +
        'for at, text in enumerate(["accuracy: 0.25", "accuracy: 0.5\\neval_runtime: 3.5", "accuracy: ["]):\n' +
        '  name = f"results/{at + 1}.yaml"\n  open(name, "w").write(text)\n  os.utime(name, (at, at))\n',
    )
    repository.save()
    const { status, stdout } = cli('record', 'digits', '--build-arg', `BASE=${BASE}`)
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/accuracy 0\.5[^]*metrics from results\/2\.yaml[^]*left out[^]*eval_runtime/),
    ])
    expect(parse(repository.read(RECORD))).toMatchObject({ evaluation: { metrics: { accuracy: 0.5 } } })
  })

  test('a command is run and watched: what it reads, writes and is told', () => {
    repository.write(
      'train.py',
      'import sys\nrows = open("data/train.csv").read()\nopen("models/digits/model.bin", "w").write(rows[:5])\nopen("log.txt", "w").write("x")\n',
    )
    repository.save()
    const { status, stdout } = cli('record', 'digits', '--', 'python3', 'train.py', '--seed', '3', '--lr=0.1')
    expect([status, stdout]).toEqual([0, expect.stringContaining('2 files written')])
    const written = parse(repository.read(RECORD)) as Record<string, unknown>
    expect(written).toMatchObject({
      model: { digest: sha256('id,x,') },
      run: {
        command: ['python3', 'train.py', '--seed', '3', '--lr=0.1'],
        seconds: expect.any(Number),
        rationale: 'a new try',
        outputs: [{ path: 'log.txt', digest: sha256('x') }, { path: 'models/digits/model.bin' }],
      },
      code: { commit: repository.git('rev-parse', 'HEAD'), dirty: false },
      // What a person wrote stays, and wins.
      seeds: { seed: 3, init: 7 },
      hyperparameters: { lr: 0.1 },
      environment: { packages: { path: 'models/digits/environment.packages.txt' } },
    })
    // Only where something can watch.
    const traces = spawnSync('strace', ['-f', '--seccomp-bpf', 'true']).status === 0
    expect(stdout).toContain(traces ? '1 file read' : 'strace')
    const paths = (written['data'] as { path: string }[]).map(({ path }) => path)
    expect(paths).toEqual(traces ? ['data/test.csv', 'data/train.csv'] : ['data/test.csv'])

    repository.write(RECORD, WRITTEN)
    expect(cli('record', 'digits', '--', 'python3', '-c', 'raise SystemExit(3)')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ended with exit code 3'),
    })
    expect(repository.read(RECORD)).toBe(WRITTEN)
  })

  test('the record of another model is not written over', () => {
    rmSync(`${repository.root}/reprogate.yml`, { force: true })
    const other = 'model: {name: letters}\n'
    repository.write('provenance.yml', other)
    expect(cli('record', 'toy', '--image', BASE)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no model is called toy: provenance.yml is the record of letters'),
    })
    expect(repository.read('provenance.yml')).toBe(other)
  })

  test('a model that nobody has described yet gets a record that lists what is open', () => {
    rmSync(`${repository.root}/${RECORD}`)
    repository.write(
      'reprogate.yml',
      `models: {digits: {record: ${RECORD}, evaluation: {command: [python3, evaluate.py]}}}\n`,
    )
    repository.save()
    const { status, stdout } = record()
    expect([status, stdout]).toEqual([0, expect.stringMatching(/model.path[^]*data[^]*seeds/)])
    expect(Object.keys(parse(repository.read(RECORD)))).toEqual([
      'reprogate',
      'model',
      'run',
      'code',
      'environment',
      'evaluation',
    ])
  })
})
