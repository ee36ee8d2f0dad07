import { listed, plural } from '../../text/numbers.js'
import type { Found } from '../../verdict/finding.js'
import type { Reading, SourceTree } from '../sources/source.js'
import { lockCandidates, type LockWish } from './choose.js'
import { readLock, type LockReading } from './index.js'
import type { LockEntry } from './lock.js'

/** Candidates that are opened until one says something. */
const MOST_OPENED = 20
/** Entries that a message names. */
const NAMED = 5

/** The first candidate that says what the environment holds; undefined: none does. */
export async function bestLock(tree: SourceTree, wish: LockWish): Promise<LockReading | undefined> {
  const candidates = lockCandidates(await tree.files.list(), wish)
  let unreadable: LockReading | undefined
  for (const path of candidates.slice(0, MOST_OPENED)) {
    const lock = await readLock(tree.files, path)
    if (lock === null || (lock.entries.length === 0 && lock.problem === undefined)) continue
    if (lock.problem === undefined) return lock
    unreadable ??= lock
  }
  return unreadable
}

/**
 * What the lock of a model says, as a source: a remark with its level, and findings. It fills in no field of
 * a record: a lock says what may be installed, an image what was.
 */
export async function lockReadingOf(tree: SourceTree, wish: LockWish): Promise<Reading | undefined> {
  const lock = await bestLock(tree, wish)
  if (lock === undefined) return undefined
  const file = tree.prefix + lock.path
  return {
    source: lock.format,
    file,
    record: null,
    problems: lockFindings(lock, tree.prefix),
    placeOf: () => ({ file }),
    remarks: lock.problem === undefined ? [{ text: levelText(lock), file }] : [],
  }
}

const LEVEL_TEXTS = [
  'says nothing',
  'some versions are open',
  'direct versions are pinned',
  'all versions are pinned',
  'all bytes are pinned',
  'the image is pinned',
] as const

/** `environment L1: some versions are open, 156 of 168 are pinned` */
function levelText({ level, entries, unpinned }: LockReading): string {
  const pinned = entries.length - unpinned.length
  return `environment L${level}: ${LEVEL_TEXTS[level]}, ${pinned} of ${plural(entries.length, 'entry', 'entries')} by version`
}

function lockFindings({ path, unpinned, entries, problem }: LockReading, prefix: string): Found[] {
  const file = prefix + path
  if (problem !== undefined)
    return [{ rule: 'environment/lock-unreadable', message: `${path} cannot be read: ${problem}`, file }]
  const [first] = unpinned
  if (first === undefined) return []
  const told = unpinned.map((entry) => entryText(entry, path))
  return [
    {
      rule: 'environment/unpinned',
      message: `${unpinned.length} of ${plural(entries.length, 'entry', 'entries')} may be another version tomorrow: ${listed(told, NAMED)}`,
      file: first.file === undefined ? file : prefix + first.file,
      line: first.line,
    },
  ]
}

/** `numpy (line 3: names no version)` */
function entryText({ name, line, file, loose }: LockEntry, path: string): string {
  const where = file === undefined || file === path ? '' : `${file} `
  return `${name} (${where}${line === undefined ? '' : `line ${line}: `}${loose})`
}
