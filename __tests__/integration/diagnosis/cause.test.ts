import { afterAll, describe, expect, test } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AXES } from '../../../src/diagnosis/axes.js'
import { probeAxes } from '../../../src/diagnosis/probe.js'
import { runAndRead } from '../../../src/evaluation/run.js'
import { useLab } from '../evaluation/lab.js'
import { removeImages, searchPlanted, wheel, wheels } from './pairs.js'

/** One cause is planted in each; what is named must be it, and the replays are counted. */

const lab = useLab()
afterAll(removeImages)

const metric = (lines: string, value: string) =>
  `import json\n${lines}\nopen('metrics.json', 'w').write(json.dumps({'accuracy': ${value}}))\n`

/** Of the numbers that ten of the packages have. */
const SUM = metric(
  'import importlib\nparts = [importlib.import_module(f"part{n}").VALUE for n in range(1, 11)]',
  'sum(parts)',
)
const part = (n: number) => `pkg:pypi/part${n}`

describe('a difference of the images', () => {
  test('one package among twenty', async () => {
    const found = await searchPlanted(lab, {
      script: SUM,
      pinned: { files: wheels('1.0', {}) },
      rebuilt: { files: wheels('2.0', { part7: '1' }) },
    })
    expect(found).toMatchObject({ shown: 'alone', names: [part(7)], differences: 20 })
    expect(found.replays.length).toBeLessThanOrEqual(12)
  }, 120_000)

  test('predictions, kept until they are compared', async () => {
    const found = await searchPlanted(lab, {
      script: `${metric('import part7', 'part7.VALUE')}
open('predictions.csv', 'w').write('id,label\\n' + ''.join(f'{n},{n % 3 + part7.VALUE}\\n' for n in range(30)))`,
      predictions: { path: 'predictions.csv', key: 'id' },
      pinned: { files: wheels('1.0', {}) },
      rebuilt: { files: wheels('2.0', { part7: '1' }) },
    })
    expect(found).toMatchObject({ shown: 'alone', names: [part(7)] })
    expect(found.replays.map(({ gave }) => gave)).not.toContain('none')
  }, 120_000)

  test('two packages jointly', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import part3, part8', 'part3.VALUE * part8.VALUE'),
      pinned: { files: wheels('1.0', {}) },
      rebuilt: { files: wheels('2.0', { part3: '1', part8: '1' }) },
    })
    expect(found).toMatchObject({ shown: 'together', either: true })
    expect(found.names.sort()).toEqual([part(3), part(8)])
  }, 120_000)

  test('either of two packages', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import part3, part8', 'max(part3.VALUE, part8.VALUE)'),
      pinned: { files: wheels('1.0', {}) },
      rebuilt: { files: wheels('2.0', { part3: '1', part8: '1' }) },
    })
    expect(found).toMatchObject({ shown: 'each', names: [part(3), part(8)] })
  }, 120_000)

  test('a package that loads only with another one', async () => {
    const base = (version: string) => wheel('base', version, `ABI = ${version[0]}\n`)
    const top = (version: string) =>
      wheel('top', version, `import base\nassert base.ABI >= 2 or True\nVALUE = ${version[0]}\n`)
    const strict = (version: string) =>
      wheel(
        'top',
        version,
        `import base\nassert base.ABI == 1, "binary incompatibility"\nVALUE = ${version[0]}\n`,
      )
    const found = await searchPlanted(lab, {
      script: metric('import top', 'top.VALUE'),
      pinned: { files: { ...wheels('1.0', {}, 5), ...base('1.0'), ...strict('1.0') } },
      rebuilt: { files: { ...wheels('2.0', {}, 5), ...base('2.0'), ...top('2.0') } },
    })
    expect(found).toMatchObject({ shown: 'enough', names: ['pkg:pypi/top'] })
    expect(found.also.map(({ name }) => name)).toEqual(['pkg:pypi/base'])
    expect(found.why).toContain('binary incompatibility')
  }, 120_000)

  test('an environment variable, among files that changed', async () => {
    const script = metric('import os', 'int(os.environ.get("SCALE", "1"))')
    const found = await searchPlanted(lab, {
      script,
      pinned: { env: { SCALE: '2' }, files: { '/opt/a.txt': '1', '/opt/b.txt': '1' } },
      rebuilt: { env: { SCALE: '3' }, files: { '/opt/a.txt': '2', '/opt/b.txt': '2' } },
    })
    expect(found).toMatchObject({ shown: 'alone', names: ['Env.SCALE'], differences: 3 })
  }, 120_000)

  test('a data file of a package, under the same version', async () => {
    const tables = (weight: string) => wheel('tables', '1.0', '', { 'tables/weights.txt': weight })
    const found = await searchPlanted(lab, {
      script: metric(
        'import tables, pathlib\ntext = pathlib.Path(tables.__file__).with_name("weights.txt").read_text()',
        'float(text)',
      ),
      pinned: { files: { ...wheels('1.0', {}, 5), ...tables('0.5') } },
      rebuilt: { files: { ...wheels('2.0', {}, 5), ...tables('0.25') } },
    })
    expect(found).toMatchObject({ shown: 'alone' })
    expect(found.factors[0]).toMatchObject({ kind: 'package-file', owner: 'pkg:pypi/tables' })
  }, 120_000)

  test('a file that only the rebuild has, in a folder of its own', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import os', '1 if os.path.isdir("/opt/extra") else 0'),
      pinned: { files: { '/opt/a.txt': '1' } },
      rebuilt: { files: { '/opt/a.txt': '2', '/opt/extra/x.txt': '1' } },
    })
    expect(found).toMatchObject({ shown: 'alone', names: ['/opt/extra/x.txt'] })
  }, 120_000)

  test('a program of a Debian package, beside a library of another', async () => {
    const deb = (name: string, version: string, path: string, text: string) => ({
      [path]: text,
      [`/var/lib/dpkg/status.d/${name}`]: `Package: ${name}\nVersion: ${version}\nArchitecture: all\n`,
      [`/var/lib/dpkg/info/${name}.list`]: `/.\n${path}\n`,
    })
    const debs = (version: string, share: string) => ({
      ...deb('answer', version, '/usr/share/answer/answer.py', `print(${share})`),
      ...deb('libother', version, '/usr/lib/libother.so.1', `not loaded ${version}`),
    })
    const found = await searchPlanted(lab, {
      script: metric(
        'import subprocess\ntext = subprocess.run(["python3", "/usr/share/answer/answer.py"], capture_output=True).stdout',
        'int(text)',
      ),
      pinned: { files: { ...debs('1', '41'), ...wheels('1.0', {}, 5) } },
      rebuilt: { files: { ...debs('2', '42'), ...wheels('2.0', {}, 5) } },
    })
    expect(found).toMatchObject({ shown: 'alone', names: ['pkg:deb/debian/answer'], differences: 7 })
  }, 120_000)

  test('a rebuild in which the evaluation fails', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import part4', 'part4.VALUE'),
      pinned: { files: wheels('1.0', {}, 8) },
      rebuilt: { files: wheels('2.0', { part4: 'float_', part9: '0' }, 8) },
    })
    expect(found).toMatchObject({ shown: 'alone', names: [part(4)] })
  }, 120_000)
})

describe('conditions, in one image', () => {
  test('threads', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import os', 'len(os.sched_getaffinity(0))'),
      recordedWith: { hostname: 'replay', env: { HOME: '/tmp', LOGNAME: 'replay' }, cpus: '0' },
    })
    expect(found).toMatchObject({ shown: 'condition', names: ['one thread'] })
  }, 120_000)

  test('the order of a set', async () => {
    const found = await searchPlanted(lab, {
      script: metric('names = {f"name{n}" for n in range(50)}', 'int(next(iter(names))[4:])'),
      recorded: { metrics: { accuracy: 100 } },
    })
    expect(found).toMatchObject({ shown: 'steadied', names: ['a fixed hash seed'] })
    expect(found.replays.length).toBeLessThanOrEqual(6)
  }, 120_000)

  test('the order of a folder', async () => {
    const files = Object.fromEntries(['a', 'b', 'c'].map((name, n) => [`parts/${name}.txt`, String(n)]))
    const found = await searchPlanted(lab, {
      script: metric(
        'import os',
        'int(open("parts/" + os.listdir("parts")[-1]).read()) + 10 * (os.listdir("parts") == ["a.txt", "b.txt", "c.txt"][::-1])',
      ),
      files,
      recorded: { metrics: { accuracy: 10 } },
    })
    expect(found).toMatchObject({ shown: 'condition', names: ['folders listed backwards'] })
  }, 120_000)

  test('the clock', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import datetime', 'datetime.date.today().year'),
      recorded: { metrics: { accuracy: 2001 } },
    })
    expect(found).toMatchObject({ shown: 'condition', names: ['another time of day and year'] })
  }, 120_000)

  test('the time zone', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import time', 'time.timezone'),
      recorded: { metrics: { accuracy: -46800 } },
    })
    expect(found).toMatchObject({ shown: 'condition', names: ['another time zone'] })
  }, 120_000)

  test('the locale', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import locale', 'len(locale.getpreferredencoding())'),
      recorded: { metrics: { accuracy: 14 } },
    })
    expect(found).toMatchObject({ shown: 'condition', names: ['another locale'] })
  }, 120_000)

  test('the host name', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import socket', 'len(socket.gethostname())'),
      recorded: { metrics: { accuracy: 7 } },
    })
    expect(found).toMatchObject({ shown: 'condition', names: ['another host name'] })
  }, 120_000)

  test('a number without a seed', async () => {
    const found = await searchPlanted(lab, {
      script: metric('import random', 'random.random()'),
      recorded: { metrics: { accuracy: 0.5 } },
    })
    expect(found).toMatchObject({ shown: 'unsteady', names: [] })
    expect(found.replays.length).toBe(2)
  }, 120_000)

  test('a metric that nothing gives', async () => {
    const found = await searchPlanted(lab, {
      script: metric('', '0.75'),
      recorded: { metrics: { accuracy: 0.76 } },
    })
    expect(found).toMatchObject({ shown: 'unexplained', names: [], moving: [] })
    expect(found.replays.length).toBe(1)
  }, 120_000)
})

describe('inputs of the previous record', () => {
  test('a row of the data', async () => {
    const old = join(lab.home, 'old.csv')
    await writeFile(old, '1\n2\n')
    const found = await searchPlanted(lab, {
      script: metric('', 'sum(float(line) for line in open("data.csv"))'),
      files: { 'data.csv': '1\n3\n' },
      recorded: { metrics: { accuracy: 3 } },
      inputs: [
        {
          name: 'data.csv',
          exchange: (request) => ({ ...request, mounts: [{ source: old, target: 'data.csv' }] }),
          fix: 'Record the run again.',
        },
        {
          name: 'the command',
          exchange: (request) => ({ ...request, command: ['python3', '-c', 'pass'] }),
          fix: '',
        },
      ],
    })
    expect(found).toMatchObject({ shown: 'input', names: ['data.csv'] })
  }, 120_000)
})

test('a probe says what each axis does to the outputs', async () => {
  const request = await lab.request(
    metric(
      'import os, socket',
      'len(os.sched_getaffinity(0)) if socket.gethostname() == "replay" else 1 / 0',
    ),
  )
  const outcome = await runAndRead(lab.context, request)
  if ('finding' in outcome) throw new Error(outcome.finding.message)
  const chosen = AXES.filter(({ id }) => ['threads', 'host-name', 'time-zone'].includes(id))
  const { axes } = await probeAxes(lab.context, { request, outcome, steady: true }, chosen)
  expect(axes).toMatchObject([
    { name: 'threads', effect: 'moves', text: expect.stringContaining('accuracy') },
    { name: 'time zone', effect: 'same', text: 'same' },
    { name: 'host name', effect: 'fails', text: expect.stringContaining('ZeroDivisionError') },
  ])
  expect(axes.map(({ fix }) => fix !== undefined)).toEqual([true, false, true])
}, 120_000)
