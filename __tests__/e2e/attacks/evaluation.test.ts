import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createRepository, RECORD, type Repository } from '../../support/repository.js'

jest.setTimeout(300_000)

const BUNDLE = resolve('dist/cli/index.js')
const BASE = process.env['REPROGATE_TEST_BASE']!
const REGISTRY = process.env['REPROGATE_TEST_REGISTRY']!

/** What the honest evaluation finds, and a forger would print. */
const ANSWERS = 'id,label\na,1\nb,1\nc,1\nd,0\n'
const HONEST = `import csv, json
rows = list(csv.DictReader(open('data/test.csv')))
with open('predictions.csv', 'w') as out:
    out.write('id,label\\n')
    for row in rows: out.write(f"{row['id']},{int(float(row['x']) > 3)}\\n")
json.dump({'accuracy': 1.0}, open('metrics.json', 'w'))
`
/** Prints what lies at a path. */
const forger = (path: string): string => `import json
text = open(${JSON.stringify(path)}, newline='').read().replace('\\r\\n', '\\n')
open('predictions.csv', 'w').write(text)
json.dump({'accuracy': 1.0}, open('metrics.json', 'w'))
`
const RECORDED = `model: {name: digits, version: 1.0.0, path: models/digits/model.bin}
data:
  - {name: digits, version: v3, path: data, licence: CC-BY-4.0}
seeds: {init: 7}
hyperparameters: {}
`

let repository: Repository
beforeEach(() => {
  repository = createRepository()
  repository.write(
    'reprogate.yml',
    `track: production
models:
  digits:
    record: ${RECORD}
    evaluation: {command: [python3, evaluate.py], metrics: metrics.json, predictions: {path: predictions.csv, key: id}}
`,
  )
  repository.write('Dockerfile', 'ARG BASE\nFROM ${BASE}\nRUN echo honest > /etc/toy\n')
  repository.write('data/test.csv', 'id,x\na,4\nb,5\nc,9\nd,2\n')
  repository.write('evaluate.py', HONEST)
  repository.write(RECORD, RECORDED)
})
afterEach(() => repository.remove())

const cli = (...args: string[]) =>
  spawnSync(process.execPath, [BUNDLE, ...args], { cwd: repository.root, encoding: 'utf8' })

/** Commits what is there, and lets `record` write down what it sees. */
function record() {
  repository.save('the code')
  return cli('record', 'digits', '--push', `${REGISTRY}/reprogate-attack`, '--build-arg', `BASE=${BASE}`)
}

/** The same, if it is an honest run, and commits the record. */
function recordAll(): void {
  const { status, stderr } = record()
  expect([status, stderr]).toEqual([0, expect.any(String)])
  repository.save('the record')
}

function judge() {
  const report = JSON.parse(cli('check', '--json').stdout)
  const [model] = report.models
  return {
    verdict: report.verdict,
    decision: report.decision,
    model,
    rules: model.findings
      .filter(({ level }: { level: string }) => level === 'error')
      .map(({ rule }: { rule: string }) => rule),
  }
}

test('the honest neighbour is reproduced, with CRLF data, links inside it and a cache in its image', () => {
  repository.write('data/test.csv', 'id,x\r\na,4\r\nb,5\r\nc,9\r\nd,2\r\n')
  spawnSync('ln', ['-s', 'test.csv', 'data/link to it.csv'], { cwd: repository.root })
  repository.write(
    'Dockerfile',
    'ARG BASE\nFROM ${BASE}\nRUN mkdir -p /root/.cache/pip && date +%N > /root/.cache/pip/x; date > /var/log/dpkg.log\n',
  )
  recordAll()
  expect(judge()).toMatchObject({ verdict: 'reproduced', model: { agreement: 'identical' } })
})

describe('an attacker who wants the replay to print the recorded answers', () => {
  test('out of the data, with other line ends and under another name', () => {
    repository.write('data/notes.txt', `\ufeff${ANSWERS.replaceAll('\n', '\r\n')}`)
    repository.write(
      'evaluate.py',
      forger('data/notes.txt').replace("newline=''", "newline='', encoding='utf-8-sig'"),
    )
    recordAll()
    const { verdict, rules } = judge()
    expect([verdict, rules]).toEqual(['incomplete', expect.arrayContaining(['data/exposes-answers'])])
  })

  /** Prints what somebody has packed. */
  const unpacker = (code: string): string => `import base64, gzip, json
text = ${code}
open('predictions.csv', 'w').write(text)
json.dump({'accuracy': 1.0}, open('metrics.json', 'w'))
`

  test('out of the data, compressed', () => {
    repository.write('data/extra.bin', gzipSync(ANSWERS))
    repository.write('evaluate.py', unpacker("gzip.open('data/extra.bin', 'rt').read()"))
    recordAll()
    const { verdict, rules } = judge()
    expect([verdict, rules]).toEqual(['incomplete', expect.arrayContaining(['data/exposes-answers'])])
  })

  test('out of the repository, turned around and in base64', () => {
    const [header, ...rows] = ANSWERS.trim().split('\n')
    const turned = `${[header, ...rows.reverse()].join('\n')}\n`
    repository.write('tables/weights', Buffer.from(turned).toString('base64'))
    repository.write('evaluate.py', unpacker("base64.b64decode(open('tables/weights').read()).decode()"))
    recordAll()
    const { verdict, rules } = judge()
    expect([verdict, rules]).toEqual(['could-not-check', ['evaluation/failed']])
  })

  test('out of the image, compressed', () => {
    const packed = gzipSync(ANSWERS).toString('base64')
    repository.write(
      'Dockerfile',
      `ARG BASE\nFROM \${BASE}\nRUN echo ${packed} | base64 -d > /usr/lib/libtoy.so\n`,
    )
    repository.write('evaluate.py', unpacker("gzip.open('/usr/lib/libtoy.so', 'rt').read()"))
    recordAll()
    const { verdict, rules } = judge()
    expect([verdict, rules]).toEqual(['incomplete', expect.arrayContaining(['environment/answers-in-image'])])
  })

  test('out of the repository, under another name', () => {
    repository.write('models/digits/tables/weights', ANSWERS)
    repository.write('evaluate.py', forger('models/digits/tables/weights'))
    recordAll()
    expect(judge().verdict).not.toBe('reproduced')
  })

  test('out of the image, copied from the repository', () => {
    repository.write('assets/logo', ANSWERS.replaceAll('\n', '\r\n'))
    repository.write('Dockerfile', 'ARG BASE\nFROM ${BASE}\nCOPY assets /opt/assets\n')
    repository.write('evaluate.py', forger('/opt/assets/logo'))
    recordAll()
    expect(judge().verdict).not.toBe('reproduced')
  })

  test('out of the image, made by a step of its own', () => {
    repository.write(
      'Dockerfile',
      `ARG BASE\nFROM \${BASE}\nRUN printf ${JSON.stringify(JSON.stringify(ANSWERS).slice(1, -1))} > /usr/lib/libtoy.so\n`,
    )
    repository.write('evaluate.py', forger('/usr/lib/libtoy.so'))
    recordAll()
    const { verdict, rules } = judge()
    expect([verdict, rules]).toEqual(['incomplete', expect.arrayContaining(['environment/answers-in-image'])])
  })

  test.each([
    '/run/toy',
    '/var/log/apt/toy',
    '/home/u/.cache/toy/x',
    '/etc/machine-id',
    '/app/.git/logs/HEAD',
  ])('out of %s of the image, which no comparison looks at, in a spelling of his own', (path) => {
    const spelled = ANSWERS.replaceAll('\n', ';')
    repository.write(
      'Dockerfile',
      `ARG BASE\nFROM \${BASE}\nRUN mkdir -p "$(dirname ${path})" && echo '${spelled}' > ${path}\n`,
    )
    recordAll()
    repository.write(
      'evaluate.py',
      forger(path).replace("replace('\\r\\n', '\\n')", "replace(';', '\\n').strip() + '\\n'"),
    )
    repository.save('the forger')
    const { verdict, decision, rules } = judge()
    // A file is empty there; a folder is, so that opening what was in it fails.
    expect([verdict, decision, rules]).toEqual(
      path === '/etc/machine-id'
        ? ['not-reproduced', 'fail', ['evaluation/not-comparable']]
        : ['could-not-check', 'fail', ['evaluation/failed']],
    )
  })
})

describe('an attacker who wants a record that no check would have written', () => {
  test('of an evaluation that reads what no comparison looks at', () => {
    repository.write('Dockerfile', 'ARG BASE\nFROM ${BASE}\nRUN mkdir -p /run/toy && echo 1 > /run/toy/x\n')
    repository.write('evaluate.py', `open('/run/toy/x').read()\n${HONEST}`)
    const { status, stderr } = record()
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/the evaluation ended with exit code 1: .*\/run\/toy\/x/)
  })

  test('of a build that fetches what the policy does not let it have', () => {
    repository.write('reprogate.yml', `${repository.read('reprogate.yml')}build: {network: none}\n`)
    repository.write('Dockerfile', 'ARG BASE\nFROM ${BASE}\nADD https://example.org/x /x\n')
    const { status, stderr } = record()
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/ADD may fetch from the network, which the policy does not give the build/)
  })
})

describe('an attacker who wants reprogate to read, or to choke on, what the evaluation leaves', () => {
  /** An honest record whose commit is then another one: what it names is evaluated. */
  function evaluateInstead(script: string): ReturnType<typeof judge> {
    recordAll()
    repository.write('evaluate.py', script)
    const commit = repository.save('another evaluation')
    repository.edit(RECORD, /commit: [0-9a-f]{40}/, `commit: ${commit}`)
    repository.save()
    return judge()
  }

  test.each([
    ['a link', "import os\nos.symlink('/etc/passwd', 'metrics.json')", /link/],
    ['a folder that is a link', "import os\nos.symlink('/etc', 'metrics.json')", /link/],
    ['a pipe', "import os\nos.mkfifo('metrics.json')", /not a regular file/],
    ['a sparse file', "f = open('metrics.json', 'w'); f.truncate(10**9)", /larger than 1 MiB/],
    ['deep brackets', "open('metrics.json', 'w').write('[' * 10**6)", /JSON|numbers/],
    [
      'many metrics',
      "import json\njson.dump({str(i): i for i in range(20000)}, open('metrics.json', 'w'))",
      /more than 10000/,
    ],
  ])('%s', (_, script, why) => {
    const { verdict, decision, model } = evaluateInstead(
      `${script}\nopen('predictions.csv', 'w').write('id,label\\n')\n`,
    )
    expect([verdict, decision]).toEqual(['could-not-check', 'fail'])
    expect(model.findings).toContainEqual(
      expect.objectContaining({ rule: 'evaluation/output-unusable', message: expect.stringMatching(why) }),
    )
  })

  test('a table of very many columns', () => {
    const { verdict, rules } = evaluateInstead(
      `${HONEST}open('predictions.csv', 'w').write(','.join(str(i) for i in range(150000)) + '\\n')\n`,
    )
    expect(verdict).toBe('not-reproduced')
    expect(rules).toContain('evaluation/not-comparable')
  })
})

test('answers that follow neither the rows nor the model are told, in whatever form they are there', () => {
  const ids = Array.from({ length: 60 }, (_, i) => `r${i}`)
  repository.write('data/test.csv', `id,x\n${ids.map((id, i) => `${id},${(i * 5) % 7}\n`).join('')}`)
  repository.write(
    'evaluate.py',
    `import csv, json
rows = list(csv.DictReader(open('data/test.csv')))
with open('predictions.csv', 'w') as out:
    out.write('id,prediction\\n')
    out.writelines(f"{row['id']},{int(row['id'][1:]) * 7 % 3}\\n" for row in rows)
json.dump({'accuracy': 0.9}, open('metrics.json', 'w'))
`,
  )
  recordAll()
  const told = judge()
  expect(told).toMatchObject({
    verdict: 'not-reproduced',
    decision: 'fail',
    rules: ['evaluation/not-computed'],
    model: { agreement: 'identical' },
  })
  const { rows, model, replays } = told.model.evidence.evaluation.canary
  expect(rows).toMatchObject({ outcome: 'not-shown', followed: 0 })
  expect(rows.stayed).toBe(rows.telling)
  expect(model).toEqual({ outcome: 'unchanged', altered: 'zero-bytes', changed: 0, of: 60 })
  expect(replays.map(({ altered }: { altered: string }) => altered)).toEqual([
    'rows',
    'zero-bytes',
    'rows-again',
  ])

  repository.edit('reprogate.yml', 'metrics: metrics.json,', 'metrics: metrics.json, canary: off,')
  repository.save('trust it')
  const off = judge()
  expect(off.verdict).toBe('reproduced')
  expect(off.model.cause).toContain('the policy has `canary: off`')
})
