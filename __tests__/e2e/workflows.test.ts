import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findActionlint, findZizmor } from '../../scripts/world/linters.js'
import { attempt } from '../../scripts/world/system.js'

/** The workflows, judged by actionlint and zizmor; and both of these, judged by a workflow that is wrong. */

jest.setTimeout(60_000)

const WRONG = `
name: wrong
on: pull_request
permissions: {}
jobs:
  greet:
    needs: nobody
    runs-on: ubuntu-24.04
    steps:
      - run: echo "\${{ github.event.pull_request.title }}"
      - run: echo $HOME
`
let actionlint: string
let shellcheck: string
let zizmor: string
let folder: string
let wrong: string

beforeAll(async () => {
  const log = (line: string) => process.stderr.write(`world: ${line}\n`)
  ;({ actionlint, shellcheck } = await findActionlint(log))
  zizmor = await findZizmor(log)
  folder = mkdtempSync(join(tmpdir(), 'workflows-'))
  wrong = join(folder, 'wrong.yml')
  writeFileSync(wrong, WRONG)
}, 600_000)
afterAll(() => rmSync(folder, { recursive: true }))

async function judge(...argv: [string, ...string[]]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await attempt(argv)
  return { code, said: `${stdout}${stderr}` }
}
const lint = (...files: string[]) =>
  judge(actionlint, '-no-color', '-shellcheck', shellcheck, '-pyflakes=', ...files)
const audit = (...paths: string[]) =>
  judge(zizmor, '--quiet', '--offline', '--persona=pedantic', '--strict-collection', ...paths)

describe('actionlint', () => {
  test('has nothing to say of our workflows', async () => {
    const names = readdirSync('.github/workflows')
    expect(names).toContain('release.yml')
    expect(await lint(...names.map((name) => join('.github/workflows', name)))).toEqual({ code: 0, said: '' })
  })

  test('finds an unknown job, an injection and a slip of the shell', async () => {
    const { code, said } = await lint(wrong)
    expect(code).toBe(1)
    expect(said).toContain('"greet" needs job "nobody" which does not exist')
    expect(said).toContain('"github.event.pull_request.title" is potentially untrusted')
    expect(said).toContain('SC2086')
  })
})

describe('zizmor', () => {
  test('has nothing to say of our workflows, the action and dependabot', async () => {
    expect(await audit('.github', 'action.yml')).toEqual({
      code: 0,
      said: expect.stringContaining('No findings to report'),
    })
  })

  test('finds an injection', async () => {
    const { code, said } = await audit(wrong)
    // 14: at least one finding of the highest severity.
    expect(code).toBe(14)
    expect(said).toContain('error[template-injection]')
  })
})
