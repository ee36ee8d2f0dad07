import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  access,
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Context } from '../../src/system/context.js'
import { findEngine, type Engine } from '../../src/engine/engine.js'
import { replay } from '../../src/evaluation/replay.js'
import { checkEvaluation, runOnce, type EvaluationRequest } from '../../src/evaluation/check.js'
import { createRunner } from '../../src/system/process.js'

/** The real engine runs small evaluations, friendly and hostile ones. */

const reference = process.env['REPROGATE_TEST_BASE']
if (reference === undefined) throw new Error('REPROGATE_TEST_BASE is not set')

let engine: Engine
let image: string
let home: string
let context: Context
let shown: string[]
let controller: AbortController
const cleanups: (() => Promise<void>)[] = []

const docker = (...args: string[]) => {
  const { stdout, stderr, status } = spawnSync('docker', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

function newContext(): Context {
  const run = createRunner(controller.signal)
  return {
    root: home,
    prefix: '',
    run,
    progress: { start: () => {}, line: (line) => void shown.push(line), end: () => {} },
    signal: controller.signal,
    scratch: join(home, 'scratch'),
    defer: (cleanup) => void cleanups.push(cleanup),
    now: () => performance.now(),
  }
}

beforeAll(async () => {
  engine = await findEngine(createRunner(new AbortController().signal))
  if ((await engine.inspect(reference)) === null) await engine.pull(reference)
  image = (await engine.inspect(reference))!.Id
}, 120_000)

beforeEach(async () => {
  controller = new AbortController()
  shown = []
  home = await realpath(await mkdtemp(join(tmpdir(), 'evaluation test, "q" ')))
  await mkdir(join(home, 'scratch'))
  await mkdir(join(home, 'tree'))
  context = newContext()
})

/** Nothing may be left behind, after every test. */
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  const left = await readdir(join(home, 'scratch'))
  await rm(home, { recursive: true, force: true })
  expect(left.filter((name) => !name.startsWith('predictions-'))).toEqual([])
  expect(docker('ps', '--all', '--quiet', '--filter', `label=${engine.label}`)).toBe('')
  expect(docker('volume', 'ls', '--quiet', '--filter', 'name=reprogate-replay')).toBe('')
})

const LIMITS = { build: 1, evaluation: 1, memory: 0.5, processes: 64, output: 0.05 }

/** A repository with an evaluate.py; `files` are committed beside it. */
async function request(
  script: string,
  files: Record<string, string> = {},
  overrides: Partial<EvaluationRequest> = {},
): Promise<EvaluationRequest> {
  const tree = join(home, 'tree')
  for (const [path, text] of Object.entries({ 'evaluate.py': script, ...files })) {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await writeFile(join(tree, path), text)
  }
  return {
    image,
    prepare: async () => {
      const folder = await mkdtemp(join(home, 'scratch', 'export-'))
      await cp(tree, folder, { recursive: true, verbatimSymlinks: true })
      return folder
    },
    mounts: [],
    hide: { paths: [], digests: [] },
    command: ['python3', 'evaluate.py'],
    metrics: 'metrics.json',
    limits: LIMITS,
    recorded: { metrics: { accuracy: 0.75 } },
    tolerance: {},
    locate: (field) => ({ file: 'provenance.yml', line: field.length }),
    ...overrides,
  }
}

const PREDICTIONS = 'id,prediction,score\n1,3,0.5\n2,8,0.25\n3,8,0.125\n4,1,0.0625\n'
const write = (accuracy: number | string = 0.75, predictions = PREDICTIONS) => `
import json
open('metrics.json', 'w').write(json.dumps({'accuracy': ${accuracy}}))
open('predictions.csv', 'w').write(${JSON.stringify(predictions)})
`
/** What `recorded` and the policy say of predictions that lie beside the record. */
async function kept(text = PREDICTIONS) {
  const file = join(home, 'recorded.csv')
  await writeFile(file, text)
  return {
    predictions: { path: 'predictions.csv', key: 'id' },
    recorded: { metrics: { accuracy: 0.75 }, predictions: { file, digest: sha256(text), rows: 4 } },
  }
}

describe('agreement', () => {
  test('an evaluation that gives what was recorded, twice', async () => {
    const result = await checkEvaluation(context, engine, await request(write(), {}, await kept()))
    expect(result).toMatchObject({
      findings: [],
      agreement: 'identical',
      summary: 'identical: 4 predictions, 1 metric; twice',
      evidence: {
        deterministic: true,
        exitCode: 0,
        metrics: [{ name: 'accuracy', recorded: '0.75', replayed: '0.75', agrees: true }],
        predictions: { rows: 4, flips: 0 },
      },
    })
    expect(result.evidence.replays).toHaveLength(2)
  }, 60_000)

  test('a flip and another accuracy are named, with field, line and values', async () => {
    const result = await checkEvaluation(
      context,
      engine,
      await request(write(0.5, PREDICTIONS.replace('3,8,', '3,5,')), {}, await kept()),
    )
    expect(result.agreement).toBe('different')
    expect(result.summary).toBe('different: 1 of 4 predictions flipped, the same way twice')
    expect(result.findings).toEqual([
      {
        rule: 'evaluation/metric-differs',
        message: 'accuracy 0.750000 → 0.500000, allowed ±0.000001',
        file: 'provenance.yml',
        line: 'evaluation.metrics.accuracy'.length,
        field: 'evaluation.metrics.accuracy',
        expected: '0.75',
        actual: '0.5',
      },
      {
        rule: 'evaluation/prediction-differs',
        message: '1 of 4 predictions flipped, first `3`',
        file: 'provenance.yml',
        line: 'evaluation.predictions'.length,
        field: 'evaluation.predictions',
        expected: 'prediction 8',
        actual: 'prediction 5',
      },
    ])
  }, 60_000)

  test('an evaluation without a seed is nondeterministic', async () => {
    const script = `
import json, random
open('metrics.json', 'w').write(json.dumps({'accuracy': random.random()}))
open('predictions.csv', 'w').write('id,prediction\\n' + ''.join(f'{i},{random.randrange(10**6)}\\n' for i in range(4)))
`
    const result = await checkEvaluation(
      context,
      engine,
      await request(script, {}, await kept('id,prediction\n0,1\n1,1\n2,1\n3,1\n')),
    )
    expect(result.agreement).toBe('nondeterministic')
    expect(result.evidence).toMatchObject({ deterministic: false, controls: { rows: 4, flips: 4 } })
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/nondeterministic', message: expect.stringContaining('4 of 4 predictions flipped') },
    ])
  }, 60_000)

  test('with a digest alone, other bytes are a difference that cannot be shown', async () => {
    const base = await kept()
    const only = {
      ...base,
      recorded: { ...base.recorded, predictions: { digest: base.recorded.predictions.digest } },
    }
    const same = await checkEvaluation(context, engine, await request(write(), {}, only))
    expect(same.agreement).toBe('identical')
    const other = await checkEvaluation(
      context,
      engine,
      await request(write(0.75, PREDICTIONS.replace('1,3', '1,4')), {}, only),
    )
    expect(other.agreement).toBe('different')
    expect(other.findings.map(({ rule }) => rule)).toEqual([
      'evaluation/prediction-differs',
      'evaluation/predictions-not-kept',
    ])
  }, 60_000)

  test('nothing recorded: nothing is run and nothing agrees', async () => {
    const result = await checkEvaluation(
      context,
      engine,
      await request(write(), {}, { recorded: { metrics: {} } }),
    )
    expect(result).toMatchObject({ agreement: null, evidence: { replays: [] } })
  })
})

test('recorded predictions, and no word of where the evaluation writes them', async () => {
  const { recorded } = await kept()
  const result = await checkEvaluation(context, engine, await request(write(), {}, { recorded }))
  expect(result).toMatchObject({
    agreement: null,
    evidence: { replays: [] },
    findings: [
      { rule: 'evaluation/output-unusable', message: expect.stringContaining('The record has predictions') },
    ],
  })
})

describe('an evaluation that does not come to its end', () => {
  test('a failing one is named by exit code and the last line of its standard error', async () => {
    const script =
      "import sys; sys.stderr.write('no such model\\n'); sys.stderr.flush(); print('almost there'); sys.exit(1)"
    const result = await checkEvaluation(context, engine, await request(script))
    expect(result).toMatchObject({
      agreement: null,
      summary: 'failed: exit code 1',
      evidence: { exitCode: 1, tail: expect.arrayContaining(['almost there', 'no such model']) },
      findings: [
        {
          rule: 'evaluation/failed',
          message: 'The evaluation ended with exit code 1: `no such model`',
          actual: 'exit code 1',
        },
      ],
    })
    await expect(runOnce(context, engine, await request(script))).rejects.toMatchObject({
      code: 'evaluation/failed',
    })
  }, 60_000)

  test('a program that is not there', async () => {
    const result = await checkEvaluation(
      context,
      engine,
      await request('', {}, { command: ['no-such-program', '--privileged'] }),
    )
    expect(result.agreement).toBeNull()
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/failed', message: expect.stringContaining('no-such-program') },
    ])
  }, 60_000)

  test('one that sleeps is stopped at its time limit', async () => {
    const script = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'
    const begun = performance.now()
    const result = await checkEvaluation(
      context,
      engine,
      await request(script, {}, { limits: { ...LIMITS, evaluation: 0.05 } }),
    )
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(result).toMatchObject({
      agreement: null,
      summary: 'out of time',
      findings: [
        {
          rule: 'evaluation/timeout',
          message: 'The evaluation was stopped after 0.05 minutes',
          remedy: 'Make it smaller, or raise `limits.evaluation` in the policy.',
        },
      ],
    })
  }, 60_000)

  test('one that needs too much memory is named as such', async () => {
    const result = await checkEvaluation(
      context,
      engine,
      await request('x = bytearray(2**30)\nfor i in range(0, 2**30, 4096): x[i] = 1'),
    )
    expect(result.findings).toMatchObject([
      {
        rule: 'evaluation/timeout',
        message: 'The evaluation needed more than 0.5 GiB of memory',
        remedy: 'Make it smaller, or raise `limits.memory` in the policy.',
      },
    ])
  }, 60_000)

  test('one that writes without end is stopped; no file outgrows the limit', async () => {
    const script = `
import time
for n in range(10**6):
    open(f'part-{n}', 'wb').write(b'x' * 2**20)
    time.sleep(0.01)
`
    const result = await checkEvaluation(context, engine, await request(script))
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/timeout', message: 'The evaluation wrote more than 0.05 GiB or 500,000 files' },
    ])
    const single = await checkEvaluation(
      context,
      engine,
      await request("f = open('metrics.json', 'wb'); f.truncate(2**40)"),
    )
    expect(single.findings).toMatchObject([
      { rule: 'evaluation/failed', message: expect.stringContaining('File too large') },
    ])
  }, 60_000)

  test('a cancelled one leaves nothing behind', async () => {
    const running = replay(
      context,
      engine,
      await request("import time\nprint('started', flush=True)\ntime.sleep(600)"),
    )
    const watch = setInterval(() => shown.includes('started') && controller.abort(new Error('cancelled')), 20)
    await expect(running).rejects.toThrow('cancelled')
    clearInterval(watch)
    expect(await readdir(join(home, 'scratch'))).toEqual([])
    expect(docker('ps', '--all', '--quiet', '--filter', `label=${engine.label}`)).toBe('')
  }, 60_000)

  test('one that is cancelled while its container is made leaves nothing behind', async () => {
    for (const delay of [0, 60, 120, 240]) {
      controller = new AbortController()
      context = newContext()
      const running = replay(context, engine, await request('import time; time.sleep(600)'))
      setTimeout(() => controller.abort(new Error('cancelled')), delay)
      await expect(running).rejects.toThrow('cancelled')
      expect(docker('ps', '--all', '--quiet', '--filter', `label=${engine.label}`)).toBe('')
      expect(await readdir(join(home, 'scratch'))).toEqual([])
    }
  }, 60_000)
})

describe('output that cannot be used', () => {
  test.each([
    ['nothing', 'pass', '`metrics.json` was not written'],
    ['a FIFO', "import os; os.mkfifo('metrics.json')", '`metrics.json` is not a regular file'],
    [
      'a link to a file of this machine',
      "import os; os.symlink('/etc/passwd', 'metrics.json')",
      '`metrics.json` is a link or lies behind one',
    ],
    ['no JSON', "open('metrics.json', 'w').write('accuracy: 0.75')", '`metrics.json` is not JSON'],
    ['a sparse file', "open('metrics.json', 'w').truncate(2 * 2**20)", '`metrics.json` is larger than 1 MiB'],
  ])(
    '%s',
    async (_, script, problem) => {
      const result = await checkEvaluation(context, engine, await request(script))
      expect(result.agreement).toBeNull()
      expect(result.findings).toMatchObject([
        {
          rule: 'evaluation/output-unusable',
          message: expect.stringContaining(problem),
          file: 'provenance.yml',
          line: 'evaluation'.length,
        },
      ])
    },
    60_000,
  )

  test('a folder that the run replaces by a link to one of this machine', async () => {
    const outside = join(home, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'metrics.json'), '{"accuracy": 0.75}')
    await chmod(outside, 0o755)
    const script = `import os, shutil; shutil.rmtree('out'); os.symlink(${JSON.stringify(outside)}, 'out')`
    const result = await checkEvaluation(
      context,
      engine,
      await request(script, { 'out/keep': '' }, { metrics: 'out/metrics.json' }),
    )
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/output-unusable', message: expect.stringContaining('lies behind one') },
    ])
  }, 60_000)

  test('a metrics file that was there before is not output', async () => {
    const result = await checkEvaluation(
      context,
      engine,
      await request('pass', { 'metrics.json': '{"accuracy": 0.75}' }),
    )
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/output-unusable', message: expect.stringContaining('was not written') },
    ])
  }, 60_000)
})

describe('the sandbox', () => {
  /** Runs a script that prints what it sees. */
  async function prints(
    script: string,
    files?: Record<string, string>,
    overrides?: Partial<EvaluationRequest>,
  ) {
    const run = await replay(
      context,
      engine,
      await request(script, files, { metrics: undefined, ...overrides }),
    )
    return { ...run, text: run.tail.join('\n') }
  }

  test('recorded answers are out of sight, by path and under any other name', async () => {
    await mkdir(join(home, 'tree', 'model'), { recursive: true })
    await symlink('answers/real.csv', join(home, 'tree', 'link.csv'))
    const { text, exitCode } = await prints(
      "import os\nfor top, _, names in os.walk('.'):\n  for n in names: print(os.path.join(top, n))",
      {
        'model/predictions.csv': PREDICTIONS,
        'model/copy of it': PREDICTIONS,
        'model/metrics.json': '{"accuracy": 0.75}',
        'answers/real.csv': 'other bytes',
        'model/weights': 'w',
      },
      {
        hide: {
          paths: ['model/predictions.csv', 'model/metrics.json', 'link.csv'],
          digests: [sha256(PREDICTIONS)],
        },
      },
    )
    expect(exitCode).toBe(0)
    expect(text.split('\n').sort()).toEqual(['./evaluate.py', './model/weights'])
  }, 60_000)

  test('a hidden path below a mounted folder is refused', async () => {
    const source = join(home, 'tree', 'data')
    const visible = await request('', { 'data/predictions.csv': PREDICTIONS })
    await expect(
      replay(context, engine, {
        ...visible,
        mounts: [{ source, target: 'data' }],
        hide: { paths: ['data/predictions.csv'], digests: [] },
      }),
    ).rejects.toMatchObject({ code: 'evaluation/answers-visible' })
  })

  test('no hidden file is looked for behind a link that leads out of the export', async () => {
    const outside = join(home, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'predictions.csv'), 'precious')
    await symlink(outside, join(home, 'tree', 'model'))
    await prints(
      'pass',
      {},
      { hide: { paths: ['model/predictions.csv', '../outside/predictions.csv'], digests: [] } },
    )
    expect(await exists(join(outside, 'predictions.csv'))).toBe(true)
  }, 60_000)

  test('data is there, from a path with commas and quotes, and cannot be written', async () => {
    const source = join(home, 'tree', 'data')
    const { text } = await prints(
      `
for path in ('data/x.csv', 'deep/er/x.csv'):
    print(open(path).read())
    for act in (lambda: open(path, 'w'), lambda: __import__('os').remove(path)):
        try: act(); print('WRITTEN')
        except OSError as e: print(e.strerror)
`,
      { 'data/x.csv': 'real data' },
      {
        mounts: [
          { source, target: 'data' },
          { source: join(source, 'x.csv'), target: 'deep/er/x.csv' },
        ],
      },
    )
    expect(text).not.toContain('WRITTEN')
    expect(text.match(/real data/g)).toHaveLength(2)
    expect(text.match(/Read-only file system/g)).toHaveLength(3)
  }, 60_000)

  test('no network, no privileges, nothing of the runner, no proxy of the docker client', async () => {
    const config = join(home, 'docker')
    await mkdir(config)
    await writeFile(
      join(config, 'config.json'),
      JSON.stringify({ proxies: { default: { httpProxy: 'http://user:secret-of-proxy@proxy:3128' } } }),
    )
    const hostile = {
      ...engine,
      env: {
        ...engine.env,
        DOCKER_CONFIG: config,
        HTTP_PROXY: 'http://secret-of-client:1',
        MY_TOKEN: 'secret-of-job',
      },
    }
    const run = await replay(
      context,
      hostile,
      await request(
        `
import os, socket
try: socket.create_connection(('1.1.1.1', 53), 2); print('NETWORK')
except OSError as e: print('no network:', e)
print(sorted(os.environ))
for pid in (1, os.getpid()):
    try: print(open(f'/proc/{pid}/environ').read().split(chr(0)))
    except OSError as e: print(e)
print([l.strip() for l in open('/proc/self/status') if l.startswith(('Cap', 'NoNewPrivs', 'Uid', 'Seccomp:'))])
print(socket.gethostname(), os.getcwd(), os.listdir('/sys/class/net'), os.path.exists('/var/run/docker.sock'))
try: open('/etc/x', 'w'); print('ROOT WRITTEN')
except OSError as e: print(e.strerror)
`,
        {},
        { metrics: undefined },
      ),
    )
    const text = run.tail.join('\n')
    expect(run.exitCode).toBe(0)
    expect(text).not.toMatch(/NETWORK|ROOT WRITTEN|secret|PROXY|TOKEN/)
    expect(text).toContain("replay /workspace ['lo'] False")
    expect(text).toMatch(/CapBnd:\\t0{16}/)
    expect(text).toMatch(/CapEff:\\t0{16}/)
    expect(text).toContain('NoNewPrivs:\\t1')
    expect(text).toContain('Seccomp:\\t2')
    if (process.getuid?.() === 0) expect(text).toContain('Uid:\\t65534\\t65534')
  }, 60_000)

  test('processes are bounded', async () => {
    const { text } = await prints(`
import os, time
made = 0
try:
    while made < 2000:
        if os.fork() == 0: time.sleep(600); os._exit(0)
        made += 1
except OSError as e: print(made < 70, e.strerror)
`)
    expect(text).toContain('True Resource temporarily unavailable')
  }, 60_000)

  test('the entrypoint of the image does not interfere, and its volumes cannot be filled', async () => {
    const id = spawnSync('docker', ['build', '--quiet', '-'], {
      input: `FROM ${reference}\nRUN mkdir /keep && echo kept > /keep/a && chmod 777 /keep\nVOLUME /keep /tmp /workspace/deep/er\nENV OF_IMAGE=there\nENTRYPOINT ["false"]\nCMD ["x"]\nHEALTHCHECK CMD false\n`,
      encoding: 'utf8',
    })
      .stdout.trim()
      .split('\n')
      .at(-1)!
    try {
      const { text, exitCode } = await prints(
        `
import os
print(os.environ['OF_IMAGE'], open('/keep/a').read().strip())
for path in ('/keep/b', 'deep/er/b'):
    try: open(path, 'w'); print('WRITTEN')
    except OSError as e: print(e.strerror)
open('/tmp/x', 'w')
`,
        {},
        { image: id },
      )
      expect([exitCode, text]).toEqual([0, 'there kept\nRead-only file system\nRead-only file system'])
    } finally {
      docker('rmi', id)
    }
  }, 120_000)

  test('what it prints is kept as text, cut and bounded', async () => {
    const { tail } = await prints(
      "print('::error file=x::no');print(chr(27)+'[31mred'+chr(27)+'[0m'+chr(7));print('x'*10**7)\nfor i in range(5000): print(i)\nprint('::error::end')",
    )
    expect(shown[0]).toBe('::error file=x::no')
    expect(shown.length).toBeLessThan(2010)
    expect(tail).toHaveLength(40)
    expect(tail.at(-1)).toBe('::error::end')
  }, 60_000)

  test('folders without permissions and without end are removed', async () => {
    const { exitCode } = await prints(`
import os
os.mkdir('locked'); open('locked/x', 'w'); os.chmod('locked', 0)
for i in range(300):
    os.mkdir('d' * 100); os.chdir('d' * 100)
`)
    expect([0, 137]).toContain(exitCode)
    expect(await readdir(join(home, 'scratch'))).toEqual([])
  }, 60_000)
})

afterAll(async () => {
  await engine.sweep()
})
