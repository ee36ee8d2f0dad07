import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createRunner, type RunOptions, type RunResult } from '../../src/system/process.js'

/** One line for whoever waits. */
export type Log = (line: string) => void

/** Cleaning up has to go on when everything else is cancelled. */
const persistent = createRunner(new AbortController().signal)

/** Runs a program; one that cannot be started counts as exit code 127. */
export const attempt = (
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<Pick<RunResult, 'code' | 'stdout' | 'stderr'>> =>
  persistent(argv, options).catch((error: Error) => ({
    code: 127,
    stdout: Buffer.alloc(0),
    stderr: error.message,
  }))

/**
 * Runs a program to its good end.
 *
 * @returns its standard output, trimmed
 * @throws Error with what it last said
 */
export async function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await persistent(argv, options)
  if (code === 0) return stdout.toString().trim()
  const said = (stderr.trim() || stdout.toString().trim()).split('\n').slice(-5).join('\n')
  throw new Error(`${argv.slice(0, 3).join(' ')} failed (${code}): ${said}`)
}

export const docker = (...args: string[]): Promise<string> => run(['docker', ...args])

/** Daemons live in `sbin`, which is not on everybody's PATH. */
export const isInstalled = (program: string): boolean =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].some(
    (folder) => folder !== '' && existsSync(join(folder, program)),
  )

/** Whether Debian packages can be installed: root on Debian, Ubuntu or their like. */
export const canInstall = (): boolean => process.getuid?.() === 0 && isInstalled('apt-get')

let updated: Promise<unknown> | undefined

/** Installs Debian packages; those that this release does not have may be marked with a trailing `?`. */
export async function install(packages: readonly string[], log: Log): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  updated ??= run(['apt-get', 'update', '-qq'], options)
  await updated
  const wanted: string[] = []
  for (const name of packages) {
    const optional = name.endsWith('?')
    const bare = name.replace(/\?$/, '')
    if (!optional || (await attempt(['apt-cache', 'show', bare])).code === 0) wanted.push(bare)
  }
  log(`installing ${wanted.join(', ')}`)
  await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...wanted], options)
}

/** Where what is worth keeping between runs is kept; made when it is missing. */
export async function cacheFolder(...parts: string[]): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'reprogate', ...parts)
  await mkdir(folder, { recursive: true })
  return folder
}

/** The port on loopback, or a free one where it is taken. */
export function freePort(preferred: number): Promise<number> {
  const ask = (port: number) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer()
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        const address = server.address()
        server.close(() => resolve(typeof address === 'object' && address ? address.port : port))
      })
    })
  return ask(preferred).catch(() => ask(0))
}

/**
 * Asks again and again until the answer is yes.
 *
 * @param limit milliseconds
 * @returns whether the answer came in time
 */
export async function until(answer: () => Promise<boolean>, limit: number): Promise<boolean> {
  const end = performance.now() + limit
  while (!(await answer())) {
    if (performance.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return true
}
