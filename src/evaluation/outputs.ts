import { createHash } from 'node:crypto'
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { countRows, rowsIn } from '../results/formats/index.js'
import { parseMetrics } from '../results/metrics/parse.js'
import { TableError } from '../results/table.js'
import { quoted } from '../results/words.js'
import { NotAFile, openRegular, plainPath } from '../system/files.js'
import { matcherOf } from '../system/patterns.js'

/** A file that a run has written, or why it cannot be used. */
export type Output<T> = { ok: true; value: T } | { ok: false; problem: string }

export interface PredictionsFile {
  /** Absolute path of our own copy. */
  file: string
  bytes: number
  /** `sha256:…` */
  digest: string
  /** `md5:…`, for a record that has only that. */
  md5: string
  /** Of CSV, lines of the table without its header; a line break inside quotes does not count. */
  rows: number
}

const METRICS_CAP = 1024 ** 2
const PREDICTIONS_CAP = 1024 ** 3
const CHUNK = 1024 ** 2

/**
 * Opens a file that an untrusted run has left behind, after the run has ended. Only a regular file,
 * with no link anywhere on the way: the run could have put one to `/etc` in place of a folder.
 */
async function openOutput<T>(
  workspace: string,
  path: string,
  cap: number,
  read: (file: FileHandle, size: number) => Promise<T>,
): Promise<Output<T>> {
  const problem = (text: string): Output<T> => ({ ok: false, problem: `${quoted(path)} ${text}` })
  const wrong = await wrongOnTheWay(workspace, path)
  if (wrong !== undefined) return problem(wrong)
  let file: FileHandle
  try {
    file = await openRegular(join(workspace, path), { noFollow: true })
  } catch (error) {
    if (error instanceof NotAFile) return problem('is not a regular file')
    return problem(`cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    const { size } = await file.stat()
    if (size > cap) return problem(`is larger than ${cap / 1024 ** 2} MiB`)
    return { ok: true, value: await read(file, size) }
  } finally {
    await file.close()
  }
}

/** Looks at every step to a file: what is wrong with the way, or with its end. */
async function wrongOnTheWay(workspace: string, path: string): Promise<string | undefined> {
  const names = plainPath(path).split('/')
  let way = workspace
  for (const [index, name] of names.entries()) {
    if (name === '..') return 'leaves the workspace'
    way = join(way, name)
    const there = await lstat(way).catch(() => undefined)
    if (!there) return 'was not written'
    if (there.isSymbolicLink()) return 'is a link or lies behind one'
    if (index < names.length - 1 ? !there.isDirectory() : !there.isFile()) return 'is not a regular file'
  }
  return undefined
}

export interface MetricsOutput {
  /** Relative to the workspace. */
  path: string
  /** At most 1 MiB. */
  bytes: Buffer
}

export const takeMetrics = (workspace: string, path: string): Promise<Output<MetricsOutput>> =>
  openOutput(workspace, path, METRICS_CAP, async (file, size) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0)
    return { path, bytes: buffer.subarray(0, bytesRead) }
  })

const SAMPLES_CAP = 64 * 1024 ** 2

/** Samples of a task, at most 64 MiB. */
export const takeSamples = (workspace: string, path: string): Promise<Output<Buffer>> =>
  openOutput(workspace, path, SAMPLES_CAP, async (file, size) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0)
    return buffer.subarray(0, bytesRead)
  })

/** Files that a glob is tried on, and of those that match, how many are read. */
const MOST_LISTED = 100_000
const MOST_TRIED = 20

/** Of the files that a glob names the newest that can be read as metrics; one that was cut off is passed over. */
export async function takeNewestMetrics(workspace: string, pattern: string): Promise<Output<MetricsOutput>> {
  const matches = matcherOf([pattern])
  const found: { path: string; time: number }[] = []
  const folders = ['']
  for (let listed = 0; folders.length > 0 && listed < MOST_LISTED;) {
    const folder = folders.pop()!
    for (const entry of await readdir(join(workspace, folder), { withFileTypes: true }).catch(() => [])) {
      listed++
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile() && matches(path))
        found.push({ path, time: (await lstat(join(workspace, path))).mtimeMs })
    }
  }
  // Names have the time in them where the clock's steps are too large.
  found.sort((a, b) => b.time - a.time || (a.path < b.path ? 1 : -1))
  let first: Output<MetricsOutput> | undefined
  for (const { path } of found.slice(0, MOST_TRIED)) {
    const output = await takeMetrics(workspace, path)
    if (output.ok && !('problem' in parseMetrics(output.value.bytes, path))) return output
    first ??= output
  }
  return first ?? { ok: false, problem: `no file that ${quoted(pattern)} names was written` }
}

/** Copies the predictions file, at most 1 GiB, to `copy`; hashes it and counts its rows on the way. */
export async function takePredictions(
  workspace: string,
  path: string,
  copy: string,
): Promise<Output<PredictionsFile>> {
  const taken = await openOutput(workspace, path, PREDICTIONS_CAP, async (file) => {
    const target = await open(copy, 'wx', 0o600)
    try {
      return { file: copy, ...(await readTable(file, (chunk) => target.writeFile(chunk))) }
    } finally {
      await target.close()
    }
  })
  if (!taken.ok) return taken
  try {
    const rows = await rowsIn(copy)
    return rows ? { ok: true, value: { ...taken.value, rows: countRows(rows) } } : taken
  } catch (error) {
    if (error instanceof TableError) return { ok: false, problem: `${quoted(path)} ${error.message}` }
    throw error
  }
}

/** Digest, size and rows of a table; one pass, 1 MiB of memory. */
async function readTable(
  file: FileHandle,
  each: (chunk: Buffer) => Promise<void>,
): Promise<Omit<PredictionsFile, 'file'>> {
  const sha256 = createHash('sha256')
  const md5 = createHash('md5')
  const counter = rowCounter()
  const buffer = Buffer.allocUnsafe(CHUNK)
  let bytes = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK, null)
    if (bytesRead === 0) break
    const chunk = buffer.subarray(0, bytesRead)
    bytes += bytesRead
    sha256.update(chunk)
    md5.update(chunk)
    counter.push(chunk)
    await each(chunk)
  }
  return {
    bytes,
    digest: `sha256:${sha256.digest('hex')}`,
    md5: `md5:${md5.digest('hex')}`,
    rows: counter.rows(),
  }
}

/** Counts the records of a CSV file in its bytes: lines that are not empty, without the header. */
export function rowCounter() {
  let lines = 0
  let quoted = false
  let content = false
  return {
    push(chunk: Uint8Array) {
      for (const byte of chunk) {
        if (byte === 0x22) quoted = !quoted
        if (byte === 0x0a && !quoted) {
          if (content) lines++
          content = false
        } else if (byte !== 0x0d) content = true
      }
    },
    rows: () => Math.max(0, lines + (content ? 1 : 0) - 1),
  }
}
