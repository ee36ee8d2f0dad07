import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { normalize } from 'node:path/posix'
import { ReprogateError } from './errors.js'
import type { Runner, RunOptions } from './process.js'

/** What the gate asks of git. Revisions that come from a record are 40 hex digits before they get here. */
export interface Git {
  /** The folder with the work tree, absolute. */
  readonly top: string
  /** The working directory within it: '' or 'examples/digits/'. */
  readonly prefix: string
  head(): Promise<string>
  shallow(): Promise<boolean>
  /** Whether the repository holds this commit. */
  has(commit: string): Promise<boolean>
  isAncestor(commit: string, head: string): Promise<boolean>
  /** Bytes of a file of the working directory at a commit; null where it is not there, or is no regular file. */
  show(commit: string, path: string): Promise<Buffer | null>
  /** Blob of a file in the working directory as it is now compared with a commit: paths that differ, relative to the working directory. */
  changed(from: string, to: string): Promise<string[]>
  /** Tracked files of the working directory that differ from HEAD, and untracked ones, relative to it. */
  dirty(): Promise<string[]>
  /** Files git knows at HEAD or in the work tree, relative to the working directory. */
  files(): Promise<string[]>
  diff(from: string, to: string, path: string): Promise<string>
  /** Writes the working directory's tree at a commit into a new folder, with fresh modification times. */
  export(commit: string, into: string): Promise<void>
  remote(): Promise<string | undefined>
  /** Commits that touch a path, newest first. */
  history(path: string, limit: number): Promise<string[]>
}

const lines0 = (out: Buffer): string[] =>
  out
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '')

/** Opens the repository that holds `directory`, a real absolute path. */
export async function openGit(run: Runner, directory: string, scratch: string): Promise<Git> {
  // Options of the repository's own configuration that run programs are switched off; hooks never run here.
  const env = {
    ...process.env,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
  }
  const call = (args: string[], options: RunOptions = {}) =>
    run(
      ['git', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '-c', `safe.directory=*`, ...args],
      {
        cwd: directory,
        env,
        ...options,
      },
    )
  const must = async (args: string[], options?: RunOptions): Promise<Buffer> => {
    const result = await call(args, options)
    if (result.code !== 0)
      throw new ReprogateError(
        'git/failed',
        `git ${args[0]} failed: ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
        'Check that the repository is whole (`git fsck`) and checked out with `fetch-depth: 0`.',
      )
    return result.stdout
  }

  const place = await call(['rev-parse', '--show-toplevel', '--show-prefix'])
  if (place.code !== 0)
    throw new ReprogateError(
      'git/no-repository',
      `${directory} is not in a git repository`,
      'Run reprogate in a git work tree; on a runner, put `actions/checkout` before this step.',
    )
  const [top = directory, prefix = ''] = place.stdout.toString().split('\n')
  let exports = 0

  return {
    top,
    prefix,
    head: async () => (await must(['rev-parse', '--verify', 'HEAD^{commit}'])).toString().trim(),
    shallow: async () => (await must(['rev-parse', '--is-shallow-repository'])).toString().trim() === 'true',
    has: async (commit) => (await call(['cat-file', '-e', `${commit}^{commit}`])).code === 0,
    isAncestor: async (commit, head) =>
      (await call(['merge-base', '--is-ancestor', commit, head])).code === 0,
    show: async (commit, path) => {
      const name = normalize(path)
      if (name.startsWith('..') || name.startsWith('/')) return null
      const listed = await call(['ls-tree', '--full-tree', '-z', commit, '--', prefix + name])
      // A link's blob is the name of its target, and a builder would follow it to another file.
      const [, blob] = /^100(?:644|755) blob (\w+)\t/.exec(listed.stdout.toString()) ?? []
      return blob === undefined ? null : must(['cat-file', 'blob', blob], { outputCap: 256 * 1024 * 1024 })
    },
    changed: async (from, to) =>
      lines0(
        await must([
          'diff',
          '--name-only',
          '--no-renames',
          '--no-ext-diff',
          '--relative',
          '-z',
          from,
          to,
          '--',
          '.',
        ]),
      ),
    dirty: async () => {
      const entries = lines0(
        await must(['status', '--porcelain=v1', '--no-renames', '-z', '--untracked-files=all', '--', '.']),
      )
      return entries.map((entry) => entry.slice(3)).map((path) => path.slice(prefix.length))
    },
    files: async () =>
      lines0(await must(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.'])),
    diff: async (from, to, path) =>
      (
        await must(['diff', '--no-ext-diff', '--no-textconv', '--no-color', from, to, '--', path], {
          outputCap: 64 * 1024,
        })
      ).toString(),
    export: async (commit, into) => {
      // Not `git archive`: its export-ignore and export-subst attributes would give other files than the commit has.
      const index = join(scratch, `index-${exports++}`)
      const own = { env: { ...env, GIT_INDEX_FILE: index } }
      await mkdir(into, { recursive: true })
      await must(['read-tree', `${commit}:${prefix}`], own)
      await must(['--work-tree', top, 'checkout-index', '--all', '--force', `--prefix=${into}/`], {
        ...own,
        cwd: top,
      })
    },
    remote: async () => {
      const result = await call(['remote', 'get-url', 'origin'])
      // A token in the address has no place in a record.
      return result.code === 0
        ? result.stdout
            .toString()
            .trim()
            .replace(/^(https?:\/\/)[^/@]*@/, '$1')
        : undefined
    },
    history: async (path, limit) =>
      (await must(['log', `--max-count=${limit}`, '--format=%H', '--', path]))
        .toString()
        .split('\n')
        .filter(Boolean),
  }
}
