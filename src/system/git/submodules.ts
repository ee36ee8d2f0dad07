import { lstat, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { gitFolderOf, isGitFolder, ofModules, type Located } from './locate.js'
import type { Plumbing } from './plumbing.js'
import { byteText, entryAt, pathText } from './tree.js'

/**
 * The repository of a submodule from what the checkout has: below the git folder of the repository around
 * it, or in the work tree.
 *
 * @param path relative to the top, one character a byte
 * @returns undefined if the commit that the tree names is not there
 */
export async function submoduleWith(
  outer: Plumbing,
  { path, commit, names }: { path: string; commit: string; names: ReadonlyMap<string, string> },
): Promise<Plumbing | undefined> {
  const name = pathText(path)
  if (byteText(name) !== path) return undefined
  const kept = [...new Set([names.get(name) ?? name, name])]
    .filter((one) => !one.split('/').includes('..'))
    .flatMap((one) => [outer.place.gitDir, outer.place.commonDir].map((dir) => join(dir, 'modules', one)))
  const checkedOut = await checkedOutAt(outer.place, name)
  for (const gitDir of new Set([...(checkedOut === undefined ? [] : [checkedOut]), ...kept])) {
    const inner = await opened(outer, name, gitDir)
    if (inner && (await holds(inner, commit))) return inner
  }
  return undefined
}

/** The repository whose work tree is checked out at a submodule's path; undefined if there is none. */
export async function submoduleAt(outer: Plumbing, path: string): Promise<Plumbing | undefined> {
  const gitDir = await checkedOutAt(outer.place, pathText(path))
  return gitDir === undefined ? undefined : opened(outer, pathText(path), gitDir)
}

/** Paths of submodules, and the names by which git keeps them, as the commit itself says. */
export async function submoduleNames(git: Plumbing, commit: string): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const file = await entryAt(git, commit, '.gitmodules')
  if (file?.kind !== 'file') return names
  const query = ['config', '--blob', file.oid, '--no-includes', '--null', '--get-regexp']
  const { code, stdout, truncated } = await git.call([...query, String.raw`^submodule\..*\.path$`])
  // A file that git cannot read names nothing: then the default names hold.
  if (code !== 0 || truncated) return names
  for (const setting of stdout.toString('utf8').split('\0')) {
    const [, name, path] = /^submodule\.([^\n]*)\.path\n(.*)$/s.exec(setting) ?? []
    if (name !== undefined && path !== undefined) names.set(path, name)
  }
  return names
}

async function checkedOutAt(outer: Located, path: string): Promise<string | undefined> {
  const folder = join(outer.top, path)
  if ((await realpath(folder).catch(() => undefined)) !== folder) return undefined
  const kind = await lstat(join(folder, '.git')).catch(() => undefined)
  if (kind?.isDirectory()) return join(folder, '.git')
  const gitDir = kind?.isFile() ? await gitFolderOf(folder) : undefined
  return gitDir !== undefined && ofModules(outer, gitDir) ? gitDir : undefined
}

async function opened(outer: Plumbing, path: string, gitDir: string): Promise<Plumbing | undefined> {
  const real = await realpath(gitDir).catch(() => undefined)
  if (real !== gitDir || !(await isGitFolder(gitDir))) return undefined
  return outer.other({ top: join(outer.place.top, path), prefix: '', gitDir, commonDir: gitDir })
}

/** Whether a repository holds a commit. */
export async function holds(git: Plumbing, commit: string): Promise<boolean> {
  const asked = git.call(['cat-file', '--batch-check'], { input: `${commit}^{commit}\n` })
  return / commit \d+$/.test((await git.must(asked, 'cat-file')).toString().trim())
}
