import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { createRepository, RECORD, type Repository } from '../support/repository.js'

jest.setTimeout(300_000)

const BUNDLE = resolve('dist/cli/index.js')
const BASE = process.env['REPROGATE_TEST_BASE']!
const REGISTRY = process.env['REPROGATE_TEST_REGISTRY']!

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

describe('explain', () => {
  test('finds the cause of a report here, tells what is otherwise, and says if it does not differ here', () => {
    repository.write(
      'evaluate.py',
      'import json\njson.dump({"accuracy": len(open("/etc/greeting").read()) / 10}, open("metrics.json", "w"))\n',
    )
    repository.write('Dockerfile', 'ARG BASE\nFROM ${BASE}\nRUN echo hello > /etc/greeting\n')
    repository.write(
      RECORD,
      `model: {name: digits, version: 1.0.0, path: models/digits/model.bin}
data:
  - {name: digits, version: v3, path: data/test.csv, licence: CC-BY-4.0}
seeds: {init: 7}
hyperparameters: {}
evaluation: {command: [python3, evaluate.py]}
`,
    )
    repository.save()
    cli('record', 'digits', '--push', `${REGISTRY}/reprogate-explain`, '--build-arg', `BASE=${BASE}`)
    repository.save()
    repository.edit('Dockerfile', 'hello', 'hi')
    repository.save()
    const report = JSON.parse(cli('check', '--track', 'production', '--json').stdout) as {
      models: { evidence: { machine: { cpu: string; engine: string } } }[]
    }
    expect(report.models[0]!.evidence.machine).toMatchObject({
      cpu: expect.any(String),
      engine: expect.any(String),
    })

    // As if another machine had made it, on the merge of a pull request that no clone has.
    const seen = { ...report, judged: 'merge', commit: 'f'.repeat(40) }
    seen.models[0]!.evidence.machine.cpu = 'Another CPU'
    repository.write('../report.json', JSON.stringify(seen))
    const found = cli('explain', 'digits', '--report', '../report.json', '--limit', 'cause=5')
    expect(found.stdout).toMatch(/Explained: .*etc\/greeting.*alone accounts for it/)
    expect(found.stdout).toContain('CPU: Another CPU in the report')
    expect(found.stdout).toContain('commit: fffffff in the report')
    expect(found.status).toBe(0)

    repository.edit('Dockerfile', 'hi >', 'hello >')
    repository.save()
    const here = cli('explain', '--report', '../report.json', '--rebuild', 'cached', '--json')
    expect(here.status).toBe(1)
    expect(JSON.parse(here.stdout)).toMatchObject({
      models: [
        {
          outcome: 'not-seen-here',
          says: expect.stringContaining('was not seen on this machine'),
          otherwise: expect.arrayContaining([
            expect.stringMatching(/etc\/greeting.*in the report, not here/),
            'accuracy: 0.3 in the report, 0.6 here',
          ]),
        },
      ],
    })
  })

  test.each([
    ['{"reprogate": "report/2"}', 'is not a report of reprogate (reprogate'],
    ['no JSON', 'is not JSON'],
    [undefined, 'cannot be read (ENOENT)'],
  ])('a report that is %j is wrong usage', (text, says) => {
    if (text !== undefined) repository.write('report.json', text)
    const { status, stderr } = cli('explain', '--report', 'report.json')
    expect([status, stderr]).toEqual([2, expect.stringContaining(says)])
  })
})
