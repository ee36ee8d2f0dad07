import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Repository } from '../github/repository.js'

/** What somebody writes who wants an environment to pass that was not rebuilt, on the bundle. */

jest.setTimeout(300_000)

const { REPROGATE_TEST_BASE: base = '', REPROGATE_TEST_REGISTRY: registry = '' } = process.env
const CLI = resolve('dist/cli/index.js')
const MARK = `attack-${randomUUID()}`
const TARGET = `${registry}/${MARK}`
const RECORD = 'models/toy/provenance.yml'
const DOCKERFILE = `FROM ${base}\nRUN echo toy > /etc/toy\nENV HF_TOKEN=first-value\n`

const FILES = {
  Dockerfile: DOCKERFILE,
  'models/toy/model.json': '{"threshold": 3}\n',
  'data/test.csv': 'id,x,label\na,1,1\nb,4,1\n',
  'evaluate.py': `import json\njson.dump({'accuracy': 0.5}, open('metrics.json', 'w'))\n`,
  'reprogate.yml': `track: production
models:
  toy:
    record: ${RECORD}
    environment: {dockerfile: Dockerfile}
    evaluation: {command: [python3, evaluate.py], metrics: metrics.json}
`,
  [RECORD]: `model: {name: toy, version: 1.0.0, path: models/toy/model.json}
data:
  - {name: toy, version: v1, split: test, path: data/test.csv, licence: CC0-1.0}
seeds: {init: 7}
hyperparameters: {threshold: 3}
`,
  '.gitignore': '.reprogate/\n',
}

const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8', stdio: 'pipe' }).trim()

let repository: Repository
let image: string
let record: string
const cli = (...args: string[]) => {
  const options = { cwd: repository.path, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], options)
  return { status, text: stdout + stderr }
}

interface Seen {
  status: number | null
  verdict: string
  parity: string | null
  rules: string[]
  text: string
}

/** Commits a Dockerfile, records the pinned image for it, and checks. */
function attempt(dockerfile: string): Seen {
  repository.commit({ Dockerfile: dockerfile, [RECORD]: FILES[RECORD] }, 'Another way to build it')
  const recorded = cli('record', 'toy', '--image', image)
  if (recorded.status !== 0) throw new Error(recorded.text)
  repository.commit({}, 'Record it')
  const { status, text } = cli('check')
  const json = readFileSync(join(repository.path, '.reprogate/report.json'), 'utf8')
  const [model] = (
    JSON.parse(json) as { models: { verdict: string; parity: string | null; findings: { rule: string }[] }[] }
  ).models
  const { verdict, parity, findings } = model!
  return { status, verdict, parity, rules: findings.map(({ rule }) => rule), text: text + json }
}

beforeAll(() => {
  repository = new Repository(FILES)
  const recorded = cli('record', 'toy', '--push', TARGET)
  if (recorded.status !== 0) throw new Error(recorded.text)
  record = readFileSync(join(repository.path, RECORD), 'utf8')
  image = /image: (\S+@sha256:[0-9a-f]{64})/.exec(record)![1]!
})
afterAll(() => {
  repository.remove()
  const images = docker('images', '--quiet', '--no-trunc', '--filter', `reference=${registry}/${MARK}*`)
  if (images !== '') docker('image', 'rm', '--force', ...new Set(images.split('\n')))
})

test('a neighbour who builds the image in another honest way is told what differs, and nothing else', () => {
  const { rules, verdict } = attempt(
    `# why\nfrom \\\n  # a comment in between\n\n  ${base}\nRUN echo toy > /etc/toy\nENV HF_TOKEN=first-value\n`,
  )
  expect(rules.filter((rule) => rule.startsWith('environment/'))).toEqual([])
  expect(verdict).toBe('reproduced')
})

describe('an attacker who wants the pinned image to pass for its own rebuild', () => {
  test('starts from it', () => {
    const seen = attempt(`FROM ${image}\n`)
    expect(seen).toMatchObject({ status: 2, verdict: 'could-not-check' })
    expect(seen.rules).toContain('environment/not-rebuilt')
  })

  test('starts from it under another name, with other settings', () => {
    const other = `${TARGET}-other:1`
    execFileSync('docker', ['build', '--quiet', '--tag', other, '-'], {
      input: `FROM ${image}\nLABEL a=b\n`,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    docker('push', '--quiet', other)
    const digests = docker('image', 'inspect', '--format', '{{join .RepoDigests "\\n"}}', other).split('\n')
    const pushed = digests.find((digest) => digest.startsWith(`${TARGET}-other@`))!
    const seen = attempt(`FROM ${pushed}\nENV HF_TOKEN=first-value\n`)
    expect(seen).toMatchObject({ status: 2, verdict: 'could-not-check', parity: 'unverifiable' })
    expect(seen.rules).toContain('environment/not-rebuilt')
  })

  test('flattens it into one layer, and does its last step again', () => {
    const flat = `${TARGET}-flat:1`
    const container = docker('create', image, '/none')
    execFileSync('bash', ['-c', `docker export ${container} | docker import - ${flat}`])
    docker('rm', container)
    docker('push', '--quiet', flat)
    const digests = docker('image', 'inspect', '--format', '{{join .RepoDigests "\\n"}}', flat).split('\n')
    const pushed = digests.find((digest) => digest.startsWith(`${TARGET}-flat@`))!
    for (const step of [
      `FROM ${pushed}\nRUN echo toy > /etc/toy`,
      `FROM scratch\nCOPY --from=${pushed} / /`,
    ]) {
      const seen = attempt(`${step}\nENV HF_TOKEN=first-value\n`)
      expect(seen.rules).toContain('environment/not-rebuilt')
      expect(seen.verdict).not.toBe('reproduced')
    }
  })

  test.each([
    ['behind vertical tabs', (text: string) => `FROM\v${text}\f`],
    ['in a continued line', (text: string) => `FROM \\\n# FROM ${base}\n\n${text}`],
    ['with two backslashes', (text: string) => `FROM ${base}\nLABEL a=b \\\\\nCOPY --from=${text} / /`],
    ['in a here-document', (text: string) => `FROM ${base}\nRUN <<CMD\nFROM ${text}\nCMD`],
    ['in a trigger', (text: string) => `FROM ${base} AS a\nONBUILD COPY --from=${text} / /\nFROM a`],
    ['in full-width letters', (text: string) => `FROM ${base}\nＦＲＯＭ ${text}`],
  ])('names it %s', (_, write) => {
    const { status, verdict, rules } = attempt(`${write(image)}\n`)
    // 1: the record is not complete; 2: the check could not run.
    expect([1, 2]).toContain(status)
    expect(verdict).not.toBe('reproduced')
    expect(rules.some((rule) => /not-rebuilt|dockerfile-unclear/.test(rule))).toBe(true)
  })
})

test.each([
  ['an old one of Docker’s', 'docker/dockerfile:1.0-experimental'],
  ['a digest under a good name', `docker/dockerfile:1@sha256:${'7'.repeat(64)}`],
])('an attacker who wants the builder to run another frontend names %s', (_, frontend) => {
  const { status, rules } = attempt(`# syntax=${frontend}\n${DOCKERFILE}`)
  expect(status).toBe(1)
  expect(rules).toContain('environment/syntax-not-allowed')
})

test('an attacker who wants to read a secret of the image makes the rebuild differ in it', () => {
  const seen = attempt(DOCKERFILE.replace('first-value', 'second-value'))
  expect(seen.rules).toContain('environment/config-differs')
  expect(seen.text).toContain('HF_TOKEN')
  expect(seen.text).not.toMatch(/first-value|second-value/)
})

test('an attacker who wants the check to hang puts a line of 4 MiB into the metadata of a package', () => {
  const info = '/usr/local/lib/python3.11/dist-packages/evil-1.dist-info'
  const line = `print('Name: a' + ' ' * (4 << 20) + 'b')`
  const seen = attempt(`${DOCKERFILE}RUN mkdir -p ${info} && python3 -c "${line}" > ${info}/METADATA\n`)
  expect(seen.rules).toContain('environment/package-differs')
})
