import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../src/system/context.js'
import { Git } from '../../src/system/git.js'
import { uncancelled } from '../../src/system/process.js'
import { silent } from './gate.js'

/** Git on a folder, as a session opens it. */
export const openGit = (
  directory: string,
  scratch = mkdtempSync(join(tmpdir(), 'reprogate-scratch-')),
): Promise<Git> => Git.open(uncancelled, directory, scratch)

/** What a room is given in a check, without a session around it. */
export async function contextOf(directory: string): Promise<Context> {
  const scratch = mkdtempSync(join(tmpdir(), 'reprogate-scratch-'))
  const git = await openGit(directory, scratch)
  return {
    root: directory,
    prefix: git.prefix,
    git,
    run: uncancelled,
    progress: silent,
    signal: new AbortController().signal,
    scratch,
    defer() {},
    now: () => performance.now(),
  }
}
