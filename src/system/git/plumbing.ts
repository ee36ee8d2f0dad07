import { mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReprogateError } from '../errors.js'
import type { RunOptions, RunProgram, RunResult } from '../process.js'
import type { Located } from './locate.js'

/** Bytes of a list that git prints. */
const LIST_LARGEST = 128 * 1024 * 1024
/** What a user's own configuration, never a repository's, may say of files in the work tree. */
const OF_THE_USER = String.raw`^core\.(excludesfile|autocrlf|eol)$`
const OF_THE_REPOSITORY = String.raw`^(core\.repositoryformatversion|extensions\..*|remote\.origin\.url)$`
/** No object is ever fetched behind our back: a transport is a program of the repository's choice. */
const OFFLINE = { GIT_ALLOW_PROTOCOL: '', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' }

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

type Settings = ReadonlyMap<string, string>

/**
 * Calls git on a repository whose configuration it does not read. Git is given a folder of our own, with
 * a configuration of our own, that only borrows the repository's objects and branches: so no filter, hook,
 * monitor, pager, credential helper, driver or include of the repository can run, and no grafts,
 * replacements, index bits or `core.worktree` of it can change what is seen.
 */
export class Plumbing {
  private constructor(
    private readonly run: RunProgram,
    readonly place: Located,
    private readonly scratch: string,
    private readonly own: { folder: string; env: NodeJS.ProcessEnv; settings: Settings },
  ) {}

  /**
   * @param scratch absolute path of a folder that is removed when the check ends
   * @throws ReprogateError `git/unsupported` for a repository whose format git could not read this way
   */
  static async open(run: RunProgram, place: Located, scratch: string): Promise<Plumbing> {
    const folder = await mkdtemp(join(scratch, 'git-'))
    const settings = await settingsOf(run, join(place.commonDir, 'config'))
    const { stdout } = await run(
      ['git', 'config', '--null', '--get-regexp', OF_THE_USER],
      // Not a repository: only the files of the user and of the machine are read.
      { env: { ...withoutGit(), GIT_DIR: '/dev/null' } },
    )
    await borrow(folder, place, configuration(settings, parsed(stdout)))
    const env = { ...withoutGit(), ...environment(folder, place) }
    if (await stat(place.top).catch(() => undefined)) env['GIT_WORK_TREE'] = place.top
    return new Plumbing(run, place, scratch, { folder, env, settings })
  }

  /** Another repository, seen in the same way. */
  other(place: Located): Promise<Plumbing> {
    return Plumbing.open(this.run, place, this.scratch)
  }

  /** A value of the repository's own configuration that says how it is made, or `remote.origin.url`. */
  setting(name: string): string | undefined {
    return this.own.settings.get(name)
  }

  /** Where an index of our own may be kept. */
  indexAt(name: string): NodeJS.ProcessEnv {
    return { GIT_INDEX_FILE: join(this.own.folder, name) }
  }

  /** The index of the repository, for the names in it. */
  indexOfRepository(): NodeJS.ProcessEnv {
    return { GIT_INDEX_FILE: join(this.place.gitDir, 'index') }
  }

  /** The result, whatever the exit code is. `env` is added to the environment. */
  call(args: readonly string[], { env, ...options }: RunOptions = {}): Promise<RunResult> {
    return this.run(['git', '--no-pager', ...args], {
      cwd: this.own.folder,
      outputCap: LIST_LARGEST,
      ...options,
      env: { ...this.own.env, ...env },
    })
  }

  /** Like `call`, with the working directory as the current one: paths are relative to it. */
  here(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.call(args, { cwd: join(this.place.top, this.place.prefix), ...options })
  }

  /**
   * Standard output of git that has succeeded, whole: output that is parsed is never cut silently.
   *
   * @throws ReprogateError `git/failed`, `git/partial-clone`, `output/truncated`
   */
  async must(result: Promise<RunResult>, what: string): Promise<Buffer> {
    const { code, stderr, stdout, truncated } = await result
    if (code !== 0) throw this.failure(what, lastLine(stderr))
    if (truncated) throw new ReprogateError('output/truncated', `git ${what} printed too much to be read`)
    return stdout
  }

  /** What git says of itself, with the likely reason. */
  failure(what: string, said: string): ReprogateError {
    return this.setting('extensions.partialclone') === undefined
      ? new ReprogateError('git/failed', `git ${what} failed: ${said}`)
      : new ReprogateError('git/partial-clone', `git ${what} failed in a clone that is not whole: ${said}`)
  }
}

/** The environment without what git reads from it. */
function withoutGit(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('GIT_'))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', ...OFFLINE }
}

const environment = (folder: string, { commonDir }: Located): NodeJS.ProcessEnv => ({
  HOME: folder,
  XDG_CONFIG_HOME: folder,
  GIT_DIR: folder,
  GIT_OBJECT_DIRECTORY: join(commonDir, 'objects'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
})

/** `name\nvalue\0`, as `git config --null` prints it; a later value wins. */
const parsed = (output: Buffer): Map<string, string> =>
  new Map(
    output
      .toString('utf8')
      .split('\0')
      .filter((setting) => setting !== '')
      .map((setting) => {
        const [name = '', ...value] = setting.split('\n')
        return [name, value.join('\n')]
      }),
  )

/** Read as data: a file that is named includes no other. */
async function settingsOf(run: RunProgram, file: string): Promise<Settings> {
  const { code, stdout, stderr } = await run(
    ['git', 'config', '--file', file, '--no-includes', '--null', '--get-regexp', OF_THE_REPOSITORY],
    { env: { ...withoutGit(), GIT_DIR: '/dev/null' } },
  )
  if (code > 1) throw new ReprogateError('git/failed', `${file} cannot be read: ${lastLine(stderr)}`)
  return parsed(stdout)
}

/** The text of our own configuration. */
function configuration(repository: Settings, user: Settings): string {
  const storage = repository.get('extensions.refstorage') ?? 'files'
  if (storage !== 'files')
    throw new ReprogateError(
      'git/unsupported',
      `the repository keeps its branches as ${storage}`,
      'Run `git refs migrate --ref-format=files` (git 2.46 or later), or clone with `--ref-format=files`.',
    )
  const format = repository.get('extensions.objectformat')
  const lines = [
    '[core]',
    'bare = false',
    `repositoryFormatVersion = ${format === undefined ? 0 : 1}`,
    // A graph of commits is a copy of what they say, and could say something else.
    'commitGraph = false',
    'fileMode = true',
    'ignoreCase = false',
    'precomposeUnicode = true',
    // Files that a sparse checkout left out, and that are there nevertheless, are looked at.
    'sparseCheckout = true',
    'hooksPath = /dev/null',
    'attributesFile = /dev/null',
    ...[...user].map(([name, value]) => `${name.replace(/^core\./, '')} = ${quoted(value)}`),
    ...(format === undefined ? [] : ['[extensions]', `objectFormat = ${quoted(format)}`]),
  ]
  return `${lines.join('\n')}\n`
}

const quoted = (value: string): string =>
  `"${value.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`

/** A git folder of our own, which leads to the other's branches. What is not there may come later. */
async function borrow(folder: string, { gitDir, commonDir }: Located, config: string): Promise<void> {
  await writeFile(join(folder, 'HEAD'), await readFile(join(gitDir, 'HEAD')))
  await writeFile(join(folder, 'config'), config)
  await mkdir(join(folder, 'info'))
  for (const name of ['refs', 'packed-refs', 'shallow', 'info/exclude'])
    await symlink(join(commonDir, name), join(folder, name))
  for (const name of await readdir(gitDir))
    if (name.startsWith('sharedindex.')) await symlink(join(gitDir, name), join(folder, name))
}
