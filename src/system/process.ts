import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { ReprogateError } from './errors.js'

export interface RunOptions {
  cwd?: string
  /** The whole environment of the child; default: this process's own. */
  env?: NodeJS.ProcessEnv
  /** Milliseconds; default ten minutes. */
  timeout?: number
  /** Bytes of standard output that are kept; the rest is counted and dropped. Default 16 MiB. */
  outputCap?: number
  /** Written to the child's standard input, which is then closed. */
  input?: string | Readable
  /**
   * Every line of standard output and standard error, as it comes, cut at 4,096 characters. Between the
   * two streams no order is certain.
   */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Takes standard output as a stream in place of keeping it. */
  onStdout?: (stream: Readable) => Promise<void>
}

export interface RunResult {
  code: number
  stdout: Buffer
  /** The last 64 KiB. */
  stderr: string
  /** Stopped at its time limit. */
  timedOut: boolean
  /** Standard output was longer than the cap. */
  truncated: boolean
}

export type Runner = (argv: readonly [string, ...string[]], options?: RunOptions) => Promise<RunResult>

const STDERR_KEPT = 64 * 1024
const LINE_KEPT = 4096
/** Between asking a child to stop and killing it. */
const GRACE_MS = 2000

/** Cuts a byte stream into lines of at most `LINE_KEPT` characters; never holds more than one line. */
function lineSplitter(onLine: (line: string) => void) {
  let pending = ''
  let dropping = false
  return {
    push(chunk: string) {
      for (const [index, part] of chunk.split('\n').entries()) {
        if (index > 0) {
          onLine(pending.replace(/\r$/, ''))
          pending = ''
          dropping = false
        }
        if (dropping) continue
        pending += part
        if (pending.length > LINE_KEPT) {
          pending = pending.slice(0, LINE_KEPT) + ' …'
          dropping = true
        }
      }
    },
    end() {
      if (pending !== '') onLine(pending.replace(/\r$/, ''))
    },
  }
}

/**
 * The one way in which other programs are called. A program that exits with a code is a result;
 * one that cannot be started is a `ReprogateError`; a cancelled run rejects with the signal's reason.
 */
export function createRunner(signal: AbortSignal): Runner {
  return (argv, options = {}) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const [program, ...args] = argv
      const child = spawn(program, args, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        // A group of its own: what the child has started is stopped with it.
        detached: process.platform !== 'win32',
      })

      const kill = (how: NodeJS.Signals) => {
        try {
          if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, how)
          else child.kill(how)
        } catch {
          // It has ended meanwhile.
        }
      }
      let timedOut = false
      let killer: NodeJS.Timeout | undefined
      const stop = () => {
        kill('SIGTERM')
        killer ??= setTimeout(() => kill('SIGKILL'), GRACE_MS)
      }
      const timer = setTimeout(() => {
        timedOut = true
        stop()
      }, options.timeout ?? 600_000)
      signal.addEventListener('abort', stop, { once: true })
      const settle = () => {
        clearTimeout(timer)
        clearTimeout(killer)
        signal.removeEventListener('abort', stop)
      }

      const cap = options.outputCap ?? 16 * 1024 * 1024
      const kept: Buffer[] = []
      let size = 0
      let truncated = false
      let stderr = ''
      let consumed: Promise<void> = Promise.resolve()
      let failure: unknown

      const { onLine } = options
      const out = onLine && lineSplitter((line) => onLine(line, 'stdout'))
      const err = onLine && lineSplitter((line) => onLine(line, 'stderr'))
      if (options.onStdout) {
        consumed = options.onStdout(child.stdout!).catch((error: unknown) => {
          failure = error
          stop()
          child.stdout!.resume()
        })
      } else {
        const decoder = new TextDecoder()
        child.stdout!.on('data', (chunk: Buffer) => {
          out?.push(decoder.decode(chunk, { stream: true }))
          if (size < cap) kept.push(chunk.subarray(0, cap - size))
          truncated ||= size + chunk.length > cap
          size += chunk.length
        })
      }
      const decoder = new TextDecoder()
      child.stderr!.on('data', (chunk: Buffer) => {
        const text = decoder.decode(chunk, { stream: true })
        err?.push(text)
        stderr = (stderr + text).slice(-STDERR_KEPT)
      })

      if (child.stdin) {
        // A child that does not read its input to the end closes the pipe: its exit code tells the rest.
        child.stdin.on('error', () => {})
        if (typeof options.input === 'string') child.stdin.end(options.input)
        else options.input?.pipe(child.stdin)
      }

      child.on('error', (error: NodeJS.ErrnoException) => {
        settle()
        reject(
          error.code === 'ENOENT'
            ? new ReprogateError(
                'program/missing',
                `\`${program}\` is not installed`,
                `Install ${program} and put it on the PATH.`,
              )
            : error,
        )
      })
      child.on('close', (code) => {
        settle()
        out?.end()
        err?.end()
        void consumed.then(() => {
          if (signal.aborted) return reject(signal.reason)
          if (failure !== undefined) return reject(failure)
          resolve({ code: code ?? 1, stdout: Buffer.concat(kept), stderr, timedOut, truncated })
        })
      })
    })
}
