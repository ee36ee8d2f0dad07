import type { LockEntry, LockFormat } from './lock.js'
import { isGitCommit, isSha256, itemsIn, wordLines, tableIn, tomlTable, wordIn, yamlTable } from './values.js'
import { requirementIn } from './requirement.js'

/** `Pipfile.lock`, JSON: what is installed, without what only developers need. */
export const pipfileLock: LockFormat = {
  name: 'Pipfile.lock',
  files: /^Pipfile\.lock$/,
  read(text) {
    const { table, lineOf } = yamlTable(text)
    const requires = tableIn(tableIn(table._meta).requires)
    return {
      python: wordIn(requires.python_full_version) ?? wordIn(requires.python_version),
      whole: true,
      entries: Object.entries(tableIn(table.default)).flatMap(([name, value]) =>
        lockedEntry(name, value, lineOf(['default', name])),
      ),
    }
  },
}

function lockedEntry(name: string, value: unknown, line: number | undefined): LockEntry[] {
  const one = tableIn(value)
  if ('path' in one || one.editable === true) return []
  const entry: LockEntry = { name, line }
  if ('git' in one)
    return isGitCommit(one.ref)
      ? [
          {
            ...entry,
            version: wordIn(one.ref),
            hashed: true,
            range: `git+${wordIn(one.git)}@${wordIn(one.ref)}`,
          },
        ]
      : [{ ...entry, loose: 'comes from git without a commit' }]
  const parsed = requirementIn(`${name}${wordIn(one.version) ?? ''}`)
  if (parsed?.version === undefined) return [{ ...entry, loose: 'names no version' }]
  const hashes = itemsIn(one.hashes)
  return [{ ...entry, version: parsed.version, hashed: hashes.length > 0 && hashes.every(isSha256) }]
}

/** `Pipfile`: what is asked for. */
export const pipfile: LockFormat = {
  name: 'Pipfile',
  files: /^Pipfile$/,
  read(text) {
    const table = tomlTable(text)
    const lines = wordLines(text)
    const requires = tableIn(table.requires)
    return {
      python: wordIn(requires.python_full_version) ?? wordIn(requires.python_version),
      best: 2,
      entries: Object.entries(tableIn(table.packages)).flatMap(([name, value]) =>
        askedEntry(lines, name, value),
      ),
    }
  },
}

/** One line of a table of names, as `Pipfile` and Poetry have it: a range, or a table with one. */
export function askedEntry(lines: ReadonlyMap<string, number>, name: string, value: unknown): LockEntry[] {
  const one = typeof value === 'string' ? { version: value } : tableIn(value)
  if ('path' in one || 'file' in one) return []
  const entry: LockEntry = { name, line: lines.get(name) }
  if ('git' in one) {
    const commit = wordIn(one.ref) ?? wordIn(one.rev)
    const range = `git+${wordIn(one.git)}@${commit ?? 'HEAD'}`
    return isGitCommit(commit)
      ? [{ ...entry, version: commit, hashed: true, range }]
      : [{ ...entry, range, loose: 'comes from git without a commit' }]
  }
  const range = wordIn(one.version) ?? '*'
  if (range === '*' || range === '') return [{ ...entry, range: '', loose: 'names no version' }]
  const exact = /^={0,3}\s*(\d[\w.!+-]*)$/.exec(range)
  if (exact) return [{ ...entry, version: exact[1] }]
  return [{ ...entry, range, loose: `\`${range}\` is a range` }]
}
