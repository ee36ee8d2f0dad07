import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { until } from './system.js'

const STOP_MS = 15_000

/** Ends the program when its own standard input ends: when we are gone, however that came, so is the program. */
const GUARD =
  'exec 3<&0; "$@" </dev/null & child=$!; { cat <&3; kill "$child"; } >/dev/null 2>&1 & wait "$child"'

/**
 * Starts a program that stays, in a process group of its own: an interrupt at the terminal must not end it
 * before those who still need it have cleaned up.
 *
 * @param logFile takes what it prints; overwritten
 * @param ready asked until it answers yes, for at most a minute
 * @returns what stops it
 * @throws Error with its last lines when it ends or does not answer
 */
export async function startDaemon(
  argv: readonly [string, ...string[]],
  logFile: string,
  ready: () => Promise<boolean>,
): Promise<() => Promise<void>> {
  const [program] = argv
  const out = openSync(logFile, 'w')
  const child = spawn('sh', ['-c', GUARD, 'sh', ...argv], { detached: true, stdio: ['pipe', out, out] })
  closeSync(out)
  let ended = false
  const end = new Promise<void>((resolve) => {
    const over = () => {
      ended = true
      resolve()
    }
    child.once('exit', over)
    child.once('error', over)
  })
  const stop = async () => {
    child.stdin?.end()
    // The guard leads the group.
    const killer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), STOP_MS)
    await end
    clearTimeout(killer)
  }

  const answers = await until(async () => ended || (await ready()), 60_000)
  if (answers && !ended) {
    child.unref()
    return stop
  }
  await stop()
  const said = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-5).join('\n')
  throw new Error(`${program} did not start:\n${said}`)
}
