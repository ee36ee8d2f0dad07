import type { LockEntry, LockFormat } from './lock.js'
import {
  isGitCommit,
  isSha256,
  lockedPackages,
  tableIn,
  tomlTable,
  wordIn,
  type LockTable,
} from './values.js'

/** `poetry.lock` of every age: hashes stand with the package, or in `[metadata.files]` or `[metadata.hashes]`. */
export const poetry: LockFormat = {
  name: 'poetry',
  files: /^poetry\.lock$/,
  read: readPackages,
}

/** `pdm.lock`: the same form, `[metadata.files]` by name and version. */
export const pdm: LockFormat = {
  name: 'pdm',
  files: /^pdm\.lock$/,
  read: readPackages,
}

function readPackages(text: string) {
  const table = tomlTable(text)
  const metadata = tableIn(table.metadata)
  const kept = { ...tableIn(metadata.hashes), ...tableIn(metadata.files) }
  return {
    python: wordIn(metadata['python-versions']) ?? wordIn(metadata.requires_python),
    whole: true,
    entries: lockedPackages(text, table, 'package').flatMap(({ one, line }) => entryOf(one, kept, line)),
  }
}

function entryOf(one: LockTable, kept: LockTable, line: number | undefined): LockEntry[] {
  const [name = '', version, source] = [wordIn(one.name), wordIn(one.version), tableIn(one.source)]
  const [kind, commit] = [wordIn(source.type), wordIn(source.resolved_reference) ?? wordIn(one.revision)]
  // What lies in the tree is pinned by the commit.
  if (kind === 'directory' || one.editable === true || 'path' in one) return []
  const entry: LockEntry = { name, version, line }
  const address = wordIn(source.url) ?? wordIn(one.git)
  if (kind === 'git' || 'git' in one)
    return isGitCommit(commit)
      ? [{ ...entry, hashed: true, ...(address && { range: `git+${address}@${commit}` }) }]
      : [{ ...entry, loose: 'comes from git without a commit' }]
  if (version === undefined) return [{ ...entry, loose: 'names no version' }]
  const files = [one.files, kept[name], kept[`${name} ${version}`]].find((list) => Array.isArray(list))
  const hashes = ((files as unknown[] | undefined) ?? []).map((file) =>
    typeof file === 'string' ? file : tableIn(file).hash,
  )
  return [{ ...entry, hashed: hashes.length > 0 && hashes.every(isSha256) }]
}
