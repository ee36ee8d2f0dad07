import { basename, dirname, join } from 'node:path/posix'
import type { TreeFiles } from '../../system/tree-files.js'
import { decodedText } from '../../text/decoded.js'
import { condaEnvironment, condaExplicit, condaLock, pixi } from './conda.js'
import {
  bareName,
  levelReached,
  plainName,
  type LockContent,
  type LockEntry,
  type LockFormat,
  type LockLevel,
} from './lock.js'
import { description, julia, renv } from './other-languages.js'
import { pipfile, pipfileLock } from './pipfile.js'
import { pdm, poetry } from './poetry.js'
import { cogLock, pyproject, setupCfg, setupPy } from './projects.js'
import { pylock } from './pylock.js'
import { requirements } from './requirements.js'
import { uv } from './uv.js'

/** Best first, for files of one role. */
export const LOCK_FORMATS: readonly LockFormat[] = [
  ...[uv, poetry, pdm, pylock, pipfileLock],
  ...[condaLock, pixi, condaExplicit, renv, julia],
  ...[requirements, condaEnvironment, pipfile, pyproject, setupCfg, setupPy, description, cogLock],
]

/** What a file says of an environment. */
export interface LockReading {
  /** Relative to the working directory. */
  path: string
  format: string
  level: LockLevel
  python?: string | undefined
  entries: LockEntry[]
  /** Entries that may be another version tomorrow, in the order of the file. */
  unpinned: LockEntry[]
  system: string[]
  /** Why it cannot be read, as a clause; then it has no entries. */
  problem?: string | undefined
}

/** Bytes of a lock; the largest public ones have a few MiB. */
const LARGEST_LOCK = 16 * 1024 ** 2
/** Files that one list may name, and how deep. */
const MOST_NESTED = 50
const DEEPEST_NESTED = 8

/** The format that a file may have, by its name. */
export const lockFormatOf = (path: string): LockFormat | undefined =>
  LOCK_FORMATS.find(({ files }) => files.test(basename(path)))

/**
 * Reads a file that says what an environment holds, with the files that it names. Nothing is executed; what
 * cannot be read is a problem of the reading.
 *
 * @param path relative to the working directory
 * @returns null: it is nothing of the kind
 */
export async function readLock(files: TreeFiles, path: string): Promise<LockReading | null> {
  const format = lockFormatOf(path)
  if (format === undefined) return null
  const reader: NestedReader = { files, seen: new Set([path]), constraints: new Map() }
  const read = await contentOf(files, path, [format, ...otherFormats(path, format)])
  if (read === null) return null
  if ('problem' in read) return { path, ...NOTHING, format: format.name, problem: read.problem }
  const entries = await withNested(reader, path, read.content, 0)
  const content = { ...read.content, entries: entries.map((entry) => constrained(entry, reader.constraints)) }
  return {
    path,
    format: read.format,
    level: levelReached(content),
    python: content.python,
    entries: content.entries,
    unpinned: content.entries.filter(({ loose }) => loose !== undefined),
    system: content.system ?? [],
  }
}

const NOTHING = { level: 0, entries: [], unpinned: [], system: [] } satisfies Partial<LockReading>

/** A name such as `environment.txt` may be of several formats. */
const otherFormats = (path: string, first: LockFormat): LockFormat[] =>
  LOCK_FORMATS.filter((format) => format !== first && format.files.test(basename(path)))

async function contentOf(
  files: TreeFiles,
  path: string,
  formats: readonly LockFormat[],
): Promise<{ format: string; content: LockContent } | { problem: string } | null> {
  const read = await files.read(path, LARGEST_LOCK)
  if ('refused' in read) return { problem: read.why }
  const text = decodedText(read.bytes)
  if (text === undefined) return { problem: 'is binary, and no text' }
  let problem: string | undefined
  for (const { name, read: parse } of formats) {
    try {
      const content = parse(text)
      if (content !== null) return { format: name, content }
    } catch (error) {
      problem ??= (error as Error).message
    }
  }
  return problem === undefined ? null : { problem }
}

interface NestedReader {
  files: TreeFiles
  seen: Set<string>
  /** Versions that `-c` files pin, by plain name. */
  constraints: Map<string, LockEntry>
}

/** The entries of a list with those of the files that it names, in their order. */
async function withNested(
  reader: NestedReader,
  path: string,
  { entries, nested = [] }: LockContent,
  depth: number,
): Promise<LockEntry[]> {
  const all = [...entries]
  for (const { path: written, kind, line } of nested) {
    const candidates =
      kind === 'project'
        ? PROJECT_FILES.map((name) => join(dirname(path), written, name))
        : [join(dirname(path), written)]
    // The project itself is pinned by its commit; what it asks for counts if nothing else is said.
    if (kind === 'project' && entries.length > 0) continue
    const found = await firstReadable(reader, candidates, depth)
    if (found === 'nothing') continue
    if ('problem' in found) all.push({ name: written, line, loose: `cannot be read: ${found.problem}` })
    else if (kind === 'constraint')
      for (const entry of found.entries) reader.constraints.set(plainName(entry.name), entry)
    else all.push(...found.entries)
  }
  return all
}

const PROJECT_FILES = ['pyproject.toml', 'setup.cfg', 'setup.py']

async function firstReadable(
  reader: NestedReader,
  paths: readonly string[],
  depth: number,
): Promise<{ entries: LockEntry[] } | { problem: string } | 'nothing'> {
  for (const path of paths) {
    if (reader.seen.has(path)) return 'nothing'
    if (depth >= DEEPEST_NESTED || reader.seen.size >= MOST_NESTED)
      return { problem: 'too many files name one another' }
    const project =
      paths.length > 1 ? LOCK_FORMATS.find(({ files }) => files.test(basename(path))) : requirements
    const read = await contentOf(reader.files, path, project ? [project] : [])
    if (read === null || ('problem' in read && paths.length > 1)) continue
    reader.seen.add(path)
    if ('problem' in read) return read
    const inner = await withNested(reader, path, read.content, depth + 1)
    return { entries: inner.map((entry) => ({ file: path, ...entry })) }
  }
  return 'nothing'
}

/** What a constraint pins is pinned. */
function constrained(entry: LockEntry, constraints: ReadonlyMap<string, LockEntry>): LockEntry {
  const pin = constraints.get(bareName(entry.name))
  if (entry.loose === undefined || pin?.version === undefined || pin.loose !== undefined) return entry
  return { ...entry, loose: undefined, range: undefined, version: pin.version, hashed: pin.hashed }
}
