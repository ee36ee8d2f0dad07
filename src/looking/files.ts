import { dirname } from 'node:path/posix'

/** Folders that others wrote, or that tools fill: nothing in them is this repository's own. */
const FOREIGN =
  /(?:^|\/)(?:site-packages|dist-packages|node_modules|\.tox|\.venv|venv|__pycache__|\.ipynb_checkpoints|conda-meta|bower_components|vendor|third_party|external|\.git|\.dvc\/plots|\.reprogate)\/|\.egg-info\//

/** What only an environment has: the folder above it is one, whatever it is called. */
const ENVIRONMENT_MARKS: readonly RegExp[] = [
  /^(.+)\/pyvenv\.cfg$/,
  /^(.+)\/conda-meta\/history$/,
  /^(.+)\/(?:Scripts|bin)\/(?:activate|python\.exe|pip\.exe)$/,
  /^(.+)\/[Ll]ib\/os\.py$/,
  /^(.+)\/lib\/python3[^/]*\/site-packages\//,
]

/** The files that count: without foreign trees and environments that were committed, under any name. */
export function filesThatCount(files: readonly string[]): string[] {
  const environments = new Set(
    files.flatMap((file) => ENVIRONMENT_MARKS.flatMap((mark) => mark.exec(file)?.[1] ?? [])),
  )
  return files.filter((file) => !FOREIGN.test(file) && !isBelowAny(environments, file)).sort()
}

/** Folders below the top with a licence and a build of their own: a copy of another project. */
export function vendoredFolders(files: readonly string[]): ReadonlySet<string> {
  const licensed = new Set(
    files.filter((file) => /\/LICEN[CS]E[^/]*$/.test(file)).map((file) => dirname(file)),
  )
  const built = files.filter((file) => /\/(?:setup\.py|pyproject\.toml)$/.test(file))
  return new Set(built.map((file) => dirname(file)).filter((folder) => licensed.has(folder)))
}

/** Whether a path lies below one of the folders. */
export function isBelowAny(folders: ReadonlySet<string>, path: string): boolean {
  if (folders.size === 0) return false
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    if (folders.has(path.slice(0, end))) return true
  return false
}
