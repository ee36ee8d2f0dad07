import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pythonWith } from '../../scripts/world/python.js'
import { makeEnvironment } from '../../src/init/environment/index.js'
import { createRunner } from '../../src/system/process.js'
import { memoryTree } from '../support/memory-tree.js'

jest.setTimeout(300_000)

const scratch = mkdtempSync(join(tmpdir(), 'reprogate-make-'))
const path = process.env['PATH']
beforeAll(async () => {
  process.env['PATH'] = `${dirname(await pythonWith('uv'))}:${path}`
})
afterAll(() => {
  process.env['PATH'] = path
  rmSync(scratch, { recursive: true, force: true })
})

test('the real resolver takes versions of the date, adds what is imported, and leaves out what never was', async () => {
  const made = await makeEnvironment(
    {
      run: createRunner(new AbortController().signal),
      scratch,
      today: '2026-01-01T00:00:00Z',
      git: {
        lastChange: () => Promise.resolve('2022-03-01T10:00:00+02:00'),
        shallow: () => Promise.resolve(false),
      },
    },
    {
      files: memoryTree({
        'requirements.txt': 'packaging\nsix>=1.10\npluggy==99.1\n',
        'eval.py': 'import yaml',
      }),
      folder: '.',
      installed: [],
      code: ['eval.py'],
      imports: ['yaml', 'os'],
    },
  )
  if ('cannot' in made) throw new Error(made.cannot)
  const [dockerfile, lock, note] = made.files
  const pins = [...lock!.text.matchAll(/^([\w-]+)==(\S+) \\\n {4}--hash=sha256:/gm)].map(
    ([, name, version]) => `${name} ${version}`,
  )
  // The newest that the index had on the first of March 2022.
  expect(pins).toEqual(['packaging 21.3', 'pyparsing 3.0.7', 'pyyaml 6.0', 'setuptools 60.9.3', 'six 1.16.0'])
  expect(JSON.parse(note!.text)).toMatchObject({
    level: 'reconstructed',
    asOf: '2022-03-01T08:00:00Z',
    attempt: 'as-of',
    python: '3.9',
    added: ['pyyaml'],
    dropped: [expect.stringContaining('pluggy==99.1')],
  })
  expect(dockerfile!.text).toMatch(
    /^# Environment from requirements\.txt, RECONSTRUCTED as of 2022-03-01T08:00:00Z/,
  )
})
