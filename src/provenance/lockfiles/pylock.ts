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

/** `pylock.toml` (PEP 751). */
export const pylock: LockFormat = {
  name: 'pylock',
  files: /^pylock(?:\.[^./]+)?\.toml$/,
  read(text) {
    const table = tomlTable(text)
    return {
      python: wordIn(table['requires-python']),
      whole: true,
      entries: lockedPackages(text, table, 'packages').flatMap(({ one, line }) => pylockEntry(one, line)),
    }
  },
}

function pylockEntry(one: LockTable, line: number | undefined): LockEntry[] {
  const [name = '', version] = [wordIn(one.name), wordIn(one.version)]
  const entry: LockEntry = { name, version, line }
  const marker = wordIn(one.marker)
  if (marker !== undefined) entry.marker = marker
  if ('directory' in one) return []
  if ('vcs' in one) {
    const vcs = tableIn(one.vcs)
    const commit = wordIn(vcs['commit-id'])
    return isGitCommit(commit)
      ? [{ ...entry, hashed: true, range: `${wordIn(vcs.type) ?? 'git'}+${wordIn(vcs.url) ?? ''}@${commit}` }]
      : [{ ...entry, loose: 'comes from a repository without a commit' }]
  }
  const files = [tableIn(one.sdist), tableIn(one.archive), ...tablesIn(one.wheels)].filter(
    (file) => Object.keys(file).length > 0,
  )
  if (version === undefined && !('archive' in one)) return [{ ...entry, loose: 'names no version' }]
  const hashed = files.length > 0 && files.every(({ hashes }) => isSha256(tableIn(hashes).sha256))
  return [{ ...entry, hashed }]
}
