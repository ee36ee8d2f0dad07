import type { LockEntry, LockFormat } from './lock.js'
import {
  isGitCommit,
  isSha256,
  lockedPackages,
  tableIn,
  tablesIn,
  tomlTable,
  wordIn,
  type LockTable,
} from './values.js'

/** Sources that are the project itself, or a part of it in the same tree. */
const OWN = ['editable', 'virtual', 'directory']

/** `uv.lock`, version 1. */
export const uv: LockFormat = {
  name: 'uv',
  files: /^uv\.lock$/,
  read(text) {
    const table = tomlTable(text)
    return {
      python: wordIn(table['requires-python']),
      whole: true,
      entries: lockedPackages(text, table, 'package').flatMap(({ one, line }) => uvEntry(one, line)),
    }
  },
}

function uvEntry(one: LockTable, line: number | undefined): LockEntry[] {
  const [name = '', version, source] = [wordIn(one.name), wordIn(one.version), tableIn(one.source)]
  if (OWN.some((kind) => kind in source)) return []
  const entry: LockEntry = { name, version, line }
  const git = wordIn(source.git)
  if (git !== undefined) {
    const commit = git.slice(git.lastIndexOf('#') + 1)
    return isGitCommit(commit)
      ? [{ ...entry, hashed: true, range: `git+${git.replace(/[?#].*/s, '')}@${commit}` }]
      : [{ ...entry, loose: 'comes from git without a commit' }]
  }
  if ('path' in source) return [{ ...entry, loose: 'names a file of another machine' }]
  if (version === undefined) return [{ ...entry, loose: 'names no version' }]
  const files = [tableIn(one.sdist), ...tablesIn(one.wheels)].filter((file) => Object.keys(file).length > 0)
  return [{ ...entry, hashed: files.length > 0 && files.every(({ hash }) => isSha256(hash)) }]
}
