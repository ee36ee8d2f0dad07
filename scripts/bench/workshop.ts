import { basename, join } from 'node:path'
import type { Engine } from '../../src/engine/engine.js'
import { createRunner, type RunProgram, type RunOptions, type RunResult } from '../../src/system/process.js'

/** What every bench works with. */
export interface Workshop {
  run: RunProgram
  engine: Engine
  /** Reference by digest of a Debian with Python. */
  base: string
  /** `127.0.0.1:5000` */
  registry: string
  /** A throwaway folder. */
  folder: string
  log(line: string): void
}

/** Runs a program that has to succeed. */
export async function must(
  run: RunProgram,
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await run(argv, { timeout: 3_600_000, ...options })
  if (result.code === 0 && !result.timedOut) return result
  const said = (result.stderr || result.stdout.toString()).trim().split('\n').slice(-20).join('\n')
  throw new Error(`\`${argv.join(' ')}\` ended with exit code ${result.code}:\n${said}`)
}

/** `docker` with the builder that the gate would use. */
export const docker = ({ run, engine }: Workshop, args: readonly string[], options: RunOptions = {}) =>
  must(run, [engine.program, ...args], { ...options, env: engine.env })

/** Removes a container or an image, also after the bench was cancelled. */
export async function remove({ engine }: Workshop, args: readonly string[]): Promise<void> {
  await createRunner(new AbortController().signal)([engine.program, ...args], { env: engine.env })
}

/** Builds a folder into an image. @returns its tag, of this process alone */
export async function build(shop: Workshop, folder: string, args: readonly string[]): Promise<string> {
  const tag = `reprogate-bench:${basename(folder)}-${process.pid}`
  await docker(shop, ['build', '--tag', tag, ...args, '--', folder])
  return tag
}

/** One file out of a TypeScript entry, as users run it: no compiler's time or memory in the figures. */
export async function bundle({ run, folder, log }: Workshop, entry: string): Promise<string> {
  const into = join(folder, 'bundles', entry.replaceAll(/[^a-z]+/g, '-'))
  log(`building a bundle of ${entry}`)
  await must(run, ['npx', '--no-install', 'ncc', 'build', entry, '-o', into])
  return join(into, 'index.js')
}
