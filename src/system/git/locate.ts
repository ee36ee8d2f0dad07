import { lstat, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { ReprogateError } from '../errors.js'
import { liesIn, readRegular } from '../files.js'

/** Where a repository is. All paths are absolute and real. */
export interface Located {
  /** The folder with the work tree. */
  top: string
  /** The working directory within it: '' or 'examples/digits/'. */
  prefix: string
  gitDir: string
  /** Where objects and branches are: another one than `gitDir` if the work tree is a linked one. */
  commonDir: string
}

/** Bytes of a `.git` file, and of the files by which a git folder vouches for it. */
const LARGEST = 8 * 1024

const refuse = (message: string): never => {
  throw new ReprogateError('git/untrusted', message)
}

/**
 * Finds the repository of a folder: the nearest `.git` from there upwards, and nothing else. Git's own
 * discovery is never used, as it would take any folder with a `HEAD`, `objects` and `refs` for a
 * repository, and these can be files of a commit.
 *
 * @param directory a real absolute path
 * @throws ReprogateError `git/no-repository`; `git/untrusted` for a `.git` that is a link, that belongs
 * to somebody else, or that names a git folder which does not name it back
 */
export async function locate(directory: string): Promise<Located> {
  const top = await nearest(directory)
  if (top === undefined)
    throw new ReprogateError('git/no-repository', `${directory} is not in a git repository`)
  const way = relative(top, directory)
  const place = { top, prefix: way === '' ? '' : `${way.split(sep).join('/')}/` }
  await ownedAsWell(join(top, '.git'), directory)
  const kind = await lstat(join(top, '.git'))
  if (kind.isDirectory()) {
    const gitDir = join(top, '.git')
    if (!(await isGitFolder(gitDir)))
      throw new ReprogateError('git/no-repository', `${gitDir} is not a git repository`)
    return { ...place, gitDir, commonDir: gitDir }
  }
  if (!kind.isFile()) return refuse(`${top}/.git is a link, and neither a folder nor a file of git`)
  return { ...place, ...(await vouchedFor(top)) }
}

/** The folder that a `.git` file names; undefined if it does not name one. */
export async function gitFolderOf(folder: string): Promise<string | undefined> {
  const text = await textOf(join(folder, '.git'))
  const [, target] = /^gitdir: (.+)$/.exec(text ?? '') ?? []
  return target === undefined ? undefined : realpath(resolve(folder, target)).catch(() => undefined)
}

/** Whether a folder has what a repository has. */
export async function isGitFolder(path: string): Promise<boolean> {
  const there = async (name: string, what: 'isFile' | 'isDirectory') =>
    stat(join(path, name)).then(
      (found) => found[what](),
      () => false,
    )
  return (await there('HEAD', 'isFile')) && (await there('objects', 'isDirectory'))
}

async function nearest(directory: string): Promise<string | undefined> {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (await exists(join(folder, '.git'))) return folder
    if (folder === dirname(folder)) return undefined
  }
}

/** Somebody else's `.git` above the working directory would say what is judged. */
async function ownedAsWell(path: string, directory: string): Promise<void> {
  const [{ uid }, own] = [await lstat(path), await stat(directory)]
  if (uid !== own.uid && uid !== 0 && uid !== process.geteuid?.())
    refuse(`${path} does not belong to the owner of ${directory}`)
}

/** The git folder of a linked work tree or of a submodule, which names the work tree back; or one kept apart. */
async function vouchedFor(top: string): Promise<Pick<Located, 'gitDir' | 'commonDir'>> {
  const gitDir = await gitFolderOf(top)
  if (gitDir === undefined || !(await exists(gitDir))) return refuse(`${top}/.git names no git folder`)
  const common = await textOf(join(gitDir, 'commondir'))
  if (common === undefined) return (await keptApart(top, gitDir)) ?? submoduleOf(top, gitDir)
  const commonDir = await realpath(resolve(gitDir, common)).catch(() => '')
  const back = resolve(gitDir, (await textOf(join(gitDir, 'gitdir'))) ?? '')
  const mutual =
    dirname(gitDir) === join(commonDir, 'worktrees') &&
    basename(back) === '.git' &&
    (await realpath(dirname(back)).catch(() => '')) === top
  if (!mutual || (await amongFiles(top, commonDir)) || !(await isGitFolder(commonDir)))
    return refuse(`${top}/.git names ${gitDir}, which does not name it back`)
  return { gitDir, commonDir }
}

/**
 * The git folder of `git init --separate-git-dir`, which names nothing back: no commit can bring a `.git`
 * file, and this one names no folder that a commit could bring, nor the `.git` of another work tree.
 */
async function keptApart(
  top: string,
  gitDir: string,
): Promise<Pick<Located, 'gitDir' | 'commonDir'> | undefined> {
  if (basename(gitDir) === '.git' || relative(top, gitDir).split(sep)[0] !== '..') return undefined
  // Below another `.git` it is a submodule's, or a linked work tree's.
  if (gitDir.split(sep).includes('.git') || (await amongFiles(dirname(gitDir), gitDir))) return undefined
  if (!(await isGitFolder(gitDir))) return undefined
  await ownedAsWell(gitDir, top)
  return { gitDir, commonDir: gitDir }
}

/** A submodule's git folder lies in that of the repository around it. */
async function submoduleOf(top: string, gitDir: string): Promise<Pick<Located, 'gitDir' | 'commonDir'>> {
  const outer = top === dirname(top) ? undefined : await nearest(dirname(top))
  const around = outer === undefined ? undefined : await locate(outer)
  if (!around || !ofModules(around, gitDir) || !(await isGitFolder(gitDir)))
    return refuse(`${top}/.git names ${gitDir}, which no repository around it knows as a submodule`)
  return { gitDir, commonDir: gitDir }
}

/** Whether a git folder lies where a repository keeps those of its submodules. */
export const ofModules = ({ gitDir, commonDir }: Located, path: string): boolean =>
  [gitDir, commonDir].some((folder) => liesIn(join(folder, 'modules'), path))

/** Whether a git folder lies among files that a commit can bring: in a work tree, and in no `.git` there. */
async function amongFiles(top: string, path: string): Promise<boolean> {
  for (let folder = top; ; folder = dirname(folder)) {
    const planted = liesIn(folder, path) && !relative(folder, path).split(sep).includes('.git')
    if (planted && (await exists(join(folder, '.git')))) return true
    if (folder === dirname(folder)) return false
  }
}

const textOf = (path: string): Promise<string | undefined> =>
  readRegular(path, LARGEST).then(
    (bytes) => bytes.toString('utf8').replace(/\r?\n$/, ''),
    () => undefined,
  )

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )
