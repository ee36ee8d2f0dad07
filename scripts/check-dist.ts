/** Builds into a throwaway folder and compares with `dist/`, byte for byte; then executes both bundles. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const filesBelow = (folder: string): Map<string, Buffer> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path)]),
  )

const problems: string[] = []
const fresh = mkdtempSync(join(tmpdir(), 'reprogate-dist-'))
try {
  const ncc = (entry: string, into: string) =>
    execFileSync('npx', ['--no-install', 'ncc', 'build', entry, '-o', into, '--license', 'licenses.txt'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  ncc('src/main.ts', fresh)
  ncc('src/cli.ts', join(fresh, 'cli'))
  const [built, committed] = [filesBelow(fresh), filesBelow('dist')]
  for (const path of new Set([...built.keys(), ...committed.keys()]))
    if (!built.get(path)?.equals(committed.get(path) ?? Buffer.alloc(0)))
      problems.push(`dist/${path} is not what the build gives: run \`npm run build\``)
} finally {
  rmSync(fresh, { recursive: true, force: true })
}

const help = spawnSync(process.execPath, ['dist/cli/index.js', '--help'], { encoding: 'utf8' })
if (help.status !== 0 || !help.stdout.includes('reprogate'))
  problems.push(`dist/cli/index.js does not run: ${help.stderr}`)
// Without a runner around it the action has to say so, and fail: a crash is never a pass.
const action = spawnSync(process.execPath, ['dist/index.js'], {
  encoding: 'utf8',
  env: { PATH: process.env['PATH'] },
})
if (action.status !== 1 || !/::error/.test(action.stdout))
  problems.push(`dist/index.js does not fail as it should: ${action.stdout}${action.stderr}`)

for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
