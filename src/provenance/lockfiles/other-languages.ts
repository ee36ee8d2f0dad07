import type { LockEntry, LockFormat } from './lock.js'
import {
  headingsIn,
  isGitCommit,
  itemsIn,
  tableIn,
  tableLines,
  tablesIn,
  tomlTable,
  wordIn,
  yamlTable,
  type LockTable,
} from './values.js'

/** R's `renv.lock`: versions; its hashes are of descriptions, not of bytes. */
export const renv: LockFormat = {
  name: 'renv',
  files: /^renv\.lock$/,
  read(text) {
    const { table, lineOf } = yamlTable(text)
    const moves = tablesIn(tableIn(table.R).Repositories).some(({ URL }) => wordIn(URL)?.endsWith('/latest'))
    const entries = Object.entries(tableIn(table.Packages)).map(([name, value]): LockEntry => {
      const one = tableIn(value)
      const entry = { name, version: wordIn(one.Version), line: lineOf(['Packages', name]) }
      if (entry.version === undefined) return { ...entry, loose: 'names no version' }
      if (
        !/^(?:Repository|CRAN|Bioconductor)?$/.test(wordIn(one.Source) ?? '') &&
        !isGitCommit(one.RemoteSha)
      )
        return { ...entry, loose: `comes from ${wordIn(one.Source)} without a commit` }
      return moves && one.Source === 'Repository'
        ? { ...entry, loose: 'its repository is `…/latest`, which moves on' }
        : entry
    })
    return { entries, whole: true, best: 3 }
  },
}

/** R's `DESCRIPTION`: what a package asks for. */
export const description: LockFormat = {
  name: 'DESCRIPTION',
  files: /^DESCRIPTION$/,
  read(text) {
    if (!/^(?:Package|Imports|Depends):/m.test(text)) return null
    const entries: LockEntry[] = []
    let field = ''
    for (const [at, line] of text.split(/\r?\n/).entries()) {
      const [, key, rest] = /^([A-Za-z@/]+):(.*)$/.exec(line) ?? []
      if (key !== undefined) field = key
      else if (!/^\s/.test(line)) field = ''
      if (!/^(?:Depends|Imports|LinkingTo)$/.test(field)) continue
      for (const part of (rest ?? line).split(',')) {
        const [, name, range = ''] = /^([A-Za-z][\w.]*)(?:\s*\(([^)]*)\))?$/.exec(part.trim()) ?? []
        if (name === undefined || name === 'R') continue
        const version = /^==\s*(\S+)$/.exec(range.trim())?.[1]
        const loose = range === '' ? 'names no version' : `\`${range.trim()}\` is a range`
        entries.push({ name, line: at + 1, ...(version === undefined ? { range, loose } : { version }) })
      }
    }
    return { entries, best: 2 }
  },
}

/** Julia's `Manifest.toml`: every package by the id of its git tree; the standard library goes with Julia. */
export const julia: LockFormat = {
  name: 'Julia manifest',
  files: /^Manifest(?:-v[\d.]+)?\.toml$/,
  read(text) {
    const table = tomlTable(text)
    const second = 'manifest_format' in table
    const deps = second ? tableIn(table.deps) : table
    const headings = headingsIn(text)
    const hasJulia = wordIn(table.julia_version) !== undefined
    const entries = Object.entries(deps).flatMap(([name, value]) => {
      const all = tablesIn(value)
      const lines = tableLines(headings, second ? `deps.${name}` : name, all.length)
      return itemsIn(value).length === 0
        ? []
        : all.flatMap((one, at) => juliaEntry(name, one, { line: lines[at], hasJulia }))
    })
    return { entries, whole: true }
  },
}

function juliaEntry(
  name: string,
  one: LockTable,
  { line, hasJulia }: { line: number | undefined; hasJulia: boolean },
): LockEntry[] {
  const [version, tree] = [wordIn(one.version), one['git-tree-sha1']]
  if ('path' in one) return [{ name, version, line, loose: 'names a folder that the manifest does not pin' }]
  if (isGitCommit(tree)) return [{ name, version, line, hashed: true }]
  return hasJulia
    ? [{ name, version, line, hashed: true }]
    : [{ name, version, line, loose: 'belongs to a Julia whose version is not given' }]
}
