import { spawn } from 'node:child_process'

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Runs `reprogate` in a folder. */
export type Command = (args: readonly string[], folder: string) => Promise<Ended>

/** A check that hangs is not as expected either. */
const LIMIT_MS = 15 * 60_000
/** It has containers and images to remove before it ends. */
const GRACE_MS = 60_000

/**
 * The built command under the Node that runs this. Cancelled, it is given time to clean up after itself;
 * only then the promise rejects, with the signal's reason.
 *
 * @param cli path of `dist/cli/index.js`
 */
export const commandOf =
  (cli: string, signal: AbortSignal): Command =>
  (args, folder) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const child = spawn(process.execPath, [cli, ...args], {
        cwd: folder,
        // As it is now: a scenario may have put a tool on the path, and a test has a copy of it.
        env: process.env,
        // An interrupt at the terminal reaches it through us, once.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [out, err]: [Buffer[], Buffer[]] = [[], []]
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
      let killer: NodeJS.Timeout | undefined
      const stop = () => {
        child.kill('SIGTERM')
        killer ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
      }
      const limit = setTimeout(stop, LIMIT_MS)
      signal.addEventListener('abort', stop, { once: true })
      const settle = () => {
        clearTimeout(limit)
        clearTimeout(killer)
        signal.removeEventListener('abort', stop)
      }
      child.on('error', (error) => {
        settle()
        reject(error)
      })
      child.on('close', (code) => {
        settle()
        if (signal.aborted) return reject(signal.reason)
        resolve({
          code: code ?? -1,
          stdout: Buffer.concat(out).toString(),
          stderr: Buffer.concat(err).toString(),
        })
      })
    })

/** What it said last. */
export const lastLines = ({ stdout, stderr }: Ended): string =>
  (stderr.trim() || stdout.trim()).split('\n').slice(-5).join('\n')
