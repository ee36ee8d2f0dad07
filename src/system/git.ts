import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { normalize } from 'node:path/posix'
import { ReprogateError } from './errors.js'
import type { RunOptions, RunProgram, RunResult } from './process.js'

/** Bytes of a file of the repository that is held whole. */
const LARGEST_FILE = 256 * 1024 * 1024
/** Bytes of a diff that is shown. */
const DIFF_SHOWN = 64 * 1024
/** Before every command: what the repository's own configuration could run is switched off. */
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '-c', 'safe.directory=*']

const zeroSeparated = (output: Buffer): string[] =>
  output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '')

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

/** What the gate asks of git. Revisions that come from a record are 40 hex digits before they get here. */
export class Git {
  private exports = 0

  private constructor(
    private readonly run: RunProgram,
    private readonly directory: string,
    private readonly scratch: string,
    private readonly place: { top: string; prefix: string },
  ) {}

  /** The folder with the work tree, absolute. */
  get top(): string {
    return this.place.top
  }

  /** The working directory within it: '' or 'examples/digits/'. */
  get prefix(): string {
    return this.place.prefix
  }

  /**
   * Opens the repository that holds `directory`, a real absolute path.
   *
   * @throws ReprogateError `git/no-repository`
   */
  static async open(run: RunProgram, directory: string, scratch: string): Promise<Git> {
    const unopened = new Git(run, directory, scratch, { top: directory, prefix: '' })
    const place = await unopened.call(['rev-parse', '--show-toplevel', '--show-prefix'])
    if (place.code !== 0)
      throw new ReprogateError('git/no-repository', `${directory} is not in a git repository`)
    const [top = directory, prefix = ''] = place.stdout.toString().split('\n')
    return new Git(run, directory, scratch, { top, prefix })
  }

  async head(): Promise<string> {
    return (await this.text(['rev-parse', '--verify', 'HEAD^{commit}'])).trim()
  }

  async shallow(): Promise<boolean> {
    return (await this.text(['rev-parse', '--is-shallow-repository'])).trim() === 'true'
  }

  /** Whether the repository holds this commit. */
  async has(commit: string): Promise<boolean> {
    return (await this.call(['cat-file', '-e', `${commit}^{commit}`])).code === 0
  }

  async isAncestor(commit: string, head: string): Promise<boolean> {
    return (await this.call(['merge-base', '--is-ancestor', commit, head])).code === 0
  }

  /** Bytes of a file of the working directory at a commit; null if it is not there, or is not a regular file. */
  async show(commit: string, path: string): Promise<Buffer | null> {
    const name = normalize(path)
    if (name.startsWith('..') || name.startsWith('/')) return null
    const listed = await this.call(['ls-tree', '--full-tree', '-z', commit, '--', this.prefix + name])
    // A link's blob is the name of its target, and a builder would follow it to another file.
    const [, blob] = /^100(?:644|755) blob (\w+)\t/.exec(listed.stdout.toString()) ?? []
    return blob === undefined ? null : this.must(['cat-file', 'blob', blob], { outputCap: LARGEST_FILE })
  }

  /** Paths that differ between two commits, relative to the working directory. */
  async changed(from: string, to: string): Promise<string[]> {
    const options = ['--name-only', '--no-renames', '--no-ext-diff', '--relative', '-z']
    return zeroSeparated(await this.must(['diff', ...options, from, to, '--', '.']))
  }

  /** Tracked files of the working directory that differ from HEAD, and untracked ones, relative to it. */
  async dirty(): Promise<string[]> {
    const options = ['--porcelain=v1', '--no-renames', '-z', '--untracked-files=all']
    const entries = zeroSeparated(await this.must(['status', ...options, '--', '.']))
    return entries.map((entry) => entry.slice(3 + this.prefix.length))
  }

  /** Files that git knows at HEAD or in the work tree, relative to the working directory. */
  async files(): Promise<string[]> {
    return zeroSeparated(
      await this.must(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.']),
    )
  }

  /** The unified diff of one file, to be shown: at most its first 64 KiB. */
  async diff(from: string, to: string, path: string): Promise<string> {
    const options = ['--no-ext-diff', '--no-textconv', '--no-color']
    const result = await this.succeed(['diff', ...options, from, to, '--', path], { outputCap: DIFF_SHOWN })
    return result.stdout.toString() + (result.truncated ? '\n… the rest of the diff is not shown\n' : '')
  }

  /**
   * Writes the working directory's tree at a commit into a new folder, with fresh modification times and
   * the modes that git records: 755 or 644, whatever the umask is.
   */
  async export(commit: string, into: string): Promise<void> {
    // Not `git archive`: its export-ignore and export-subst attributes would give other files than the commit has.
    const index = join(this.scratch, `index-${this.exports++}`)
    const own = { env: { ...this.environment(), GIT_INDEX_FILE: index } }
    await mkdir(into, { recursive: true })
    await this.must(['read-tree', `${commit}:${this.prefix}`], own)
    await this.must(['--work-tree', this.top, 'checkout-index', '--all', '--force', `--prefix=${into}/`], {
      ...own,
      cwd: this.top,
    })
    await recordedModes(into)
  }

  /** Address of `origin`, without a password. */
  async remote(): Promise<string | undefined> {
    const result = await this.call(['remote', 'get-url', 'origin'])
    if (result.code !== 0) return undefined
    // A token in the address has no place in a record.
    return result.stdout
      .toString()
      .trim()
      .replace(/^(https?:\/\/)[^/@]*@/, '$1')
  }

  /** Commits that touch a path, newest first. */
  async history(path: string, limit: number): Promise<string[]> {
    const output = await this.text(['log', `--max-count=${limit}`, '--format=%H', '--', path])
    return output.split('\n').filter(Boolean)
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_LITERAL_PATHSPECS: '1',
    }
  }

  private call(args: string[], options: RunOptions = {}): Promise<RunResult> {
    return this.run(['git', ...SAFE, ...args], {
      cwd: this.directory,
      env: this.environment(),
      ...options,
    })
  }

  private async succeed(args: string[], options?: RunOptions): Promise<RunResult> {
    const result = await this.call(args, options)
    if (result.code === 0) return result
    throw new ReprogateError('git/failed', `git ${args[0]} failed: ${lastLine(result.stderr)}`)
  }

  /** Output that is parsed is never cut silently. */
  private async must(args: string[], options?: RunOptions): Promise<Buffer> {
    const { stdout, truncated } = await this.succeed(args, options)
    if (truncated) throw new ReprogateError('output/truncated', `git ${args[0]} printed too much to be read`)
    return stdout
  }

  private async text(args: string[]): Promise<string> {
    return (await this.must(args)).toString()
  }
}

async function recordedModes(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await recordedModes(path)
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644)
  }
}
