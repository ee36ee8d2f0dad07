import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { createRepository, RECORD, type Repository } from '../../support/repository.js'

jest.setTimeout(300_000)

const BUNDLE = resolve('dist/cli/index.js')
const LARGEST = 1024 * 1024

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

/** Generous: a bomb of the old days took minutes, and obeyed no signal. */
const PATIENCE = 60_000

function check(...options: string[]) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, 'check', ...options], {
    cwd: repository.root,
    encoding: 'utf8',
    timeout: PATIENCE,
    maxBuffer: 256 * LARGEST,
  })
  return { status, signal, stdout, stderr }
}

const filled = (line: (i: number) => string): string => {
  const lines: string[] = []
  for (let size = 0, i = 0; size < LARGEST - 100; i++) {
    lines.push(line(i))
    size += lines.at(-1)!.length
  }
  return lines.join('')
}

describe('an attacker who wants the job to hang on the record', () => {
  test.each<[string, () => string]>([
    ['unknown keys', () => filled((i) => `k${i}: 1\n`)],
    ['one key, again and again', () => filled(() => 'seeds: {a: 1}\n')],
    [
      'metrics that are words',
      () => `evaluation:\n  metrics:\n${filled((i) => `    m${i}: x\n`)}`.slice(0, LARGEST),
    ],
    ['seeds that are lists', () => `seeds:\n${filled((i) => `  m${i}: [x]\n`)}`.slice(0, LARGEST)],
    [
      'data sets that say nothing',
      () => `data:\n${Array.from({ length: 10_000 }, (_, i) => `  - {name: d${i}}\n`).join('')}`,
    ],
    ['blank lines', () => '\n'.repeat(LARGEST - 1)],
    ['commas', () => `[${','.repeat(LARGEST - 10)}]`],
    ['a name of dots', () => `evaluation: {metrics: {"${'a.'.repeat(500_000)}": 1}}`],
    ['brackets', () => '['.repeat(LARGEST - 1)],
    ['JSON of another tool', () => `{${filled((i) => `"k${i}":{"a":[1]},`)}"z":1}`],
  ])('%s', (_, text) => {
    repository.write(RECORD, text())
    repository.save()
    const { status, signal, stdout } = check('--track', 'production', '--json')
    expect([status, signal]).toEqual([1, null])
    // The report stays one that can be read.
    expect(stdout.length).toBeLessThan(4 * LARGEST)
    const report = JSON.parse(stdout)
    expect(report.verdict).toBe('incomplete')
    expect(report.models[0].findings.length).toBeLessThan(1000)
    expect(check('--track', 'production').stdout.length).toBeLessThan(LARGEST)
  })
})

describe('an attacker who wants to command the runner or the terminal with the record', () => {
  const EVIL = ['\u001b[2J', '\u202e', '\u200b', '##[add-matcher]/evil.json', '::add-path::/evil']
  test('by names, values and keys', () => {
    const words = JSON.stringify(EVIL.join(' '))
    repository.edit(RECORD, 'licence: CC-BY-4.0', `licence: ${words}`)
    repository.edit(RECORD, 'by: ada', `by: ${words}`)
    repository.edit(RECORD, 'seeds:', `${words}: 1\n? {"\\n::add-path::/evil": 1}\n: 1\nseeds:`)
    repository.edit(RECORD, 'accuracy: 0.972175', `accuracy: 0.972175, ${words}: .nan`)
    repository.save()
    for (const options of [[], ['--json']]) {
      const { stdout, stderr } = check('--track', 'production', ...options)
      for (const text of [stdout, stderr]) {
        expect(text).not.toMatch(/[\u001b\u202e\u200b]|##\[|^\s*::/m)
      }
    }
  })

  test('by a policy that cannot be read', () => {
    repository.write('reprogate.yml', `? "${'\\n'}::add-path::/evil \\e[2J ##[x]"\n: 1\n`)
    const { status, stderr, stdout } = check()
    expect(status).toBe(2)
    expect(stdout + stderr).not.toMatch(/[\u001b]|##\[|^\s*::/m)
  })
})

describe('an attacker who wants a weak digest to count as proof', () => {
  test('an md5 of the data, on the production track', () => {
    repository.edit(
      RECORD,
      /digest: "sha256:[0-9a-f]{64}"\n {4}licence/,
      `digest: "md5:${'0'.repeat(32)}"\n    licence`,
    )
    repository.save()
    const report = JSON.parse(check('--track', 'production', '--json').stdout)
    expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
    expect(report.models[0].findings).toContainEqual(
      expect.objectContaining({
        rule: 'record/digest-weak',
        level: 'error',
        field: 'data[0].digest',
        line: 13,
      }),
    )
  })
})
