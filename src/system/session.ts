import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, Progress } from './context.js'
import { errorText, ReprogateError } from './errors.js'
import { Git } from './git.js'
import { createRunner } from './process.js'

/** What a door gives the engine. */
export interface World {
  progress: Progress
  signal: AbortSignal
}

/**
 * Runs `work` in a context of its own, and undoes afterwards what it has started: containers, images
 * and folders go whether it ended, failed or was cancelled.
 *
 * @param directory the working directory, in a git work tree
 * @throws ReprogateError `directory/missing`, `git/no-repository`
 */
export async function withSession<T>(
  directory: string,
  { progress, signal }: World,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const root = await realpath(directory).catch(() => {
    throw new ReprogateError('directory/missing', `there is no folder ${directory}`)
  })
  const scratch = await mkdtemp(join(await realpath(process.env['RUNNER_TEMP'] ?? tmpdir()), 'reprogate-'))
  const cleanups: (() => Promise<void>)[] = [
    () => rm(scratch, { recursive: true, force: true, maxRetries: 3 }),
  ]
  try {
    const run = createRunner(signal)
    const git = await Git.open(run, root, scratch)
    return await work({
      root,
      prefix: git.prefix,
      git,
      run,
      progress,
      signal,
      scratch,
      defer: (cleanup) => cleanups.push(cleanup),
      now: () => performance.now(),
    })
  } finally {
    for (const cleanup of cleanups.reverse())
      await cleanup().catch((error: unknown) => progress.line(`left behind: ${errorText(error)}`))
  }
}
