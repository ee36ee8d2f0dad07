import type { LockContent, LockEntry, LockFormat } from './lock.js'
import { requirementIn } from './requirement.js'
import { isSha256, itemsIn, tableIn, tablesIn, wordIn, yamlTable, type LockTable } from './values.js'

/** `conda-lock.yml`, version 1. */
export const condaLock: LockFormat = {
  name: 'conda-lock',
  files: /^[\w.-]*conda-lock\.ya?ml$/,
  read(text) {
    const { table, lineOf } = yamlTable(text)
    if (!Array.isArray(table.package)) return null
    const packages = tablesIn(table.package)
    const python = packages.find(({ name }) => name === 'python')
    return {
      python: wordIn(python?.version),
      whole: true,
      entries: packages.map((one, at) => condaLockEntry(one, lineOf(['package', at]))),
    }
  },
}

function condaLockEntry(one: LockTable, line: number | undefined): LockEntry {
  const [name = '', version] = [wordIn(one.name), wordIn(one.version)]
  if (version === undefined) return { name, line, loose: 'names no version' }
  return { name, version, line, hashed: isSha256(tableIn(one.hash).sha256) }
}

/** `conda list --explicit`: addresses, each with a digest behind `#`. */
export const condaExplicit: LockFormat = {
  name: 'explicit conda',
  files: /^(?:[\w.-]*(?:conda|spec|explicit)|environment|env|linux|osx|win)[\w.-]*\.(?:txt|lock)$/i,
  read(text) {
    const lines = text.split(/\r?\n/)
    if (!lines.some((line) => line.trim() === '@EXPLICIT')) return null
    const entries = lines.flatMap((line, at) => explicitEntry(line.trim(), at + 1))
    return { entries, whole: true, python: entries.find(({ name }) => name === 'python')?.version }
  },
}

function explicitEntry(text: string, line: number): LockEntry[] {
  if (!/^https?:\/\//.test(text)) return []
  const [address = '', digest] = text.split('#')
  const file = address.slice(address.lastIndexOf('/') + 1)
  const parts = file.replace(/\.(?:conda|tar\.bz2)$/, '').split('-')
  const [name, version] = parts.length < 3 ? [file] : [parts.slice(0, -2).join('-'), parts.at(-2)]
  if (digest === undefined) return [{ name, version, line, loose: 'an address without a digest' }]
  return [{ name, version, line, hashed: isSha256(digest.replace(/^sha256:/, '')) }]
}

/** `pixi.lock` of every version: a list of packages by address, or by name and version. */
export const pixi: LockFormat = {
  name: 'pixi',
  files: /^pixi\.lock$/,
  read(text) {
    const { table, lineOf } = yamlTable(text)
    const packages = tablesIn(table.packages)
    const entries = packages.flatMap((one, at) => pixiEntry(one, lineOf(['packages', at])))
    return { entries, whole: true, python: entries.find(({ name }) => name === 'python')?.version }
  },
}

function pixiEntry(one: LockTable, line: number | undefined): LockEntry[] {
  const address = wordIn(one.conda) ?? wordIn(one.url) ?? wordIn(one.pypi) ?? ''
  const [conda] =
    address === ''
      ? []
      : explicitEntry(`${address}#${wordIn(one.sha256) ?? wordIn(one.md5) ?? ''}`, line ?? 1)
  const name = wordIn(one.name) ?? conda?.name ?? address
  const version = wordIn(one.version) ?? conda?.version
  if (one.editable === true || address === '.' || address.startsWith('./')) return []
  if (version === undefined) return [{ name, line, loose: 'names no version' }]
  return [{ name, version, line, hashed: isSha256(one.sha256) }]
}

/** `environment.yml`: `=` asks for a prefix, so that only `==` and a build pin; a list of pip inside. */
export const condaEnvironment: LockFormat = {
  name: 'conda environment',
  files: /^(?:[\w.-]*environment[\w.-]*|conda|[\w.-]*conda_env[\w.-]*|env)\.ya?ml$/i,
  read(text): LockContent | null {
    const { table, lineOf } = yamlTable(text)
    if (!Array.isArray(table.dependencies)) return null
    const entries = itemsIn(table.dependencies).flatMap((item, at): LockEntry[] => {
      if (typeof item === 'string') return condaEntry(item, lineOf(['dependencies', at]))
      return itemsIn(tableIn(item).pip).flatMap((line, index) => {
        const entry = requirementIn((wordIn(line) ?? '').trim())
        return entry ? [{ ...entry, line: lineOf(['dependencies', at, 'pip', index]) }] : []
      })
    })
    const python = entries.find(({ name }) => name === 'python')
    const whole = entries.some(({ range }) => range?.startsWith('build '))
    return { entries, whole, best: 3, python: python?.version ?? python?.range?.replace(/^=/, '') }
  },
}

/** Characters of one entry. */
const LONGEST = 1000

function condaEntry(text: string, line: number | undefined): LockEntry[] {
  if (text.length > LONGEST)
    return [{ name: text.slice(0, 60), line, loose: 'is nothing that conda understands' }]
  const asked = text.trim()
  const [start = '', name] = /^(?:[^:\s]+::)?([A-Za-z0-9_][\w.-]*)/.exec(asked) ?? []
  if (name === undefined) return []
  const rest = asked.slice(start.length).trimStart()
  const [, exact] = /^==\s*([^\s=,|*]+)$/.exec(rest) ?? []
  if (exact !== undefined) return [{ name, version: exact, line }]
  const [, version, build] = /^=([^\s=,|*]+)=([^\s=*]+)$/.exec(rest) ?? []
  if (version !== undefined) return [{ name, version, range: `build ${build}`, line }]
  if (rest === '') return [{ name, line, range: '', loose: 'names no version' }]
  const what = /^=[^=]/.test(rest) ? `\`${rest}\` is the beginning of a version` : `\`${rest}\` is a range`
  return [{ name, line, range: rest, loose: what }]
}
