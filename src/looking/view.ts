import { basename } from 'node:path/posix'
import type { SourceTree } from '../provenance/sources/source.js'
import { decodedText } from '../text/decoded.js'
import { parseYaml, type ParsedYaml } from '../text/yaml.js'
import type { Place } from '../verdict/finding.js'
import { filesThatCount, isBelowAny, vendoredFolders } from './files.js'

/** Bytes of one file, by its kind: what is larger is not looked into. */
const CAPS: readonly [RegExp, number][] = [
  [/\.ipynb$/i, 6 * 1024 ** 2],
  [/\.(?:json|jsonl|ya?ml|csv|tsv)$/i, 1024 ** 2],
  [/\.(?:py|r|jl)$/i, 400 * 1024],
]
const CAP = 200 * 1024
/** Files and bytes that one look reads in all: a repository of any size takes seconds. */
const MOST_FILES = 3000
const MOST_BYTES = 96 * 1024 ** 2

/** A tree as it is looked at: the files that count, and capped reads of them. Nothing is executed. */
export interface View {
  /** Paths relative to the working directory, sorted. */
  readonly files: readonly string[]
  /** Of the tree, those that do not count included. */
  readonly total: number
  has(path: string): boolean
  hasFolder(path: string): boolean
  /** Files with this name, in any folder. */
  named(name: string): readonly string[]
  /** A copy of another project: it gives no command, seed or environment. */
  isVendored(path: string): boolean
  /** The text of a file; undefined: missing, binary, larger than its kind may be, or the look has read enough. */
  text(path: string): Promise<string | undefined>
  yaml(path: string): Promise<ParsedYaml | undefined>
  /** A place as people see it: relative to the root of the repository. */
  at(path: string, line?: number): Place
}

export async function viewOf(tree: SourceTree): Promise<View> {
  const all = await tree.files.list()
  const files = filesThatCount(all)
  const known = new Set(files)
  const vendored = vendoredFolders(files)
  const folders = foldersIn(files)
  const names = new Map<string, string[]>()
  for (const file of files) {
    const same = names.get(basename(file))
    if (same) same.push(file)
    else names.set(basename(file), [file])
  }
  const texts = new Map<string, Promise<string | undefined>>()
  const left = { files: MOST_FILES, bytes: MOST_BYTES }
  const read = async (path: string): Promise<string | undefined> => {
    if (!known.has(path) || left.files-- <= 0 || left.bytes <= 0) return undefined
    const cap = CAPS.find(([kind]) => kind.test(path))?.[1] ?? CAP
    const file = await tree.files.read(path, cap)
    if (!('bytes' in file)) return undefined
    left.bytes -= file.bytes.length
    return decodedText(file.bytes)
  }
  const text = (path: string) => {
    const reading = texts.get(path) ?? read(path)
    texts.set(path, reading)
    return reading
  }
  return {
    files,
    total: all.length,
    has: (path) => known.has(path),
    hasFolder: (path) => folders.has(path),
    named: (name) => names.get(name) ?? [],
    isVendored: (path) => isBelowAny(vendored, path),
    text,
    yaml: async (path) => {
      const content = await text(path)
      return content === undefined ? undefined : parseYaml(content)
    },
    at: (path, line) => ({ file: tree.prefix + path, ...(line !== undefined && { line }) }),
  }
}

function foldersIn(files: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const file of files)
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
      const folder = file.slice(0, end)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  return folders
}
