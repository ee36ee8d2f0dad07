import { createHash, type Hash } from 'node:crypto'
import { lstat, readdir, realpath, rm } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { algorithmOf, fileDigest, type Algorithm } from './digest.js'
import { HEAD as FORM_HEAD, FORMS_LARGEST, isAnswerForm, mayHold } from './answer-forms.js'
import { answerRows, type AnswerRows } from './answer-rows.js'
import { openRegular, readRegular, within } from './files.js'
import { matcherOf } from './patterns.js'

/**
 * Recorded answers, found again under other names. A file counts as the answers if its bytes are theirs,
 * by every algorithm that a record uses, or differ in line ends, a byte order mark or the last line
 * break only: that is what git, editors and spreadsheets do by themselves; or if it says what they say, in
 * a form of `answer-forms.ts`.
 */

/** Bytes of a file that is looked at: predictions have at most half of it. */
const LARGEST = 2 * 1024 ** 3
const CHUNK = 1024 ** 2
/** Bytes at the beginning of a file in which a NUL says that it is no text. */
const HEAD = 8192
const BOM = '\u00ef\u00bb\u00bf'
const ENDS = ['\n', '\r\n', '\r']

export interface Concealed {
  /** Files or folders, relative to the folder that they are taken out of. */
  paths: readonly string[]
  /** Globs of such files. Only the policy may write one: a record could hide its code behind it. */
  patterns?: readonly string[] | undefined
  /** `sha256:…` or `md5:…`: every file with these bytes, whatever it is called. */
  digests: readonly string[]
  /** Whether the digests are those of `spellings`: then no other spelling of a file has to be tried. */
  spelled?: boolean | undefined
  /** What the answers say, to be found in other forms. */
  rows?: readonly AnswerRows[] | undefined
}

/**
 * Digests of a file in every spelling of its line ends, its own bytes first. Streamed: 1 MiB of memory.
 *
 * @throws NotAFile
 */
export async function spellings(
  path: string,
  algorithms: readonly Algorithm[] = ['sha256'],
  signal?: AbortSignal,
): Promise<string[]> {
  const file = await openRegular(path)
  try {
    const chunk = Buffer.allocUnsafe(CHUNK)
    const raw = algorithms.map((algorithm) => createHash(algorithm))
    let text: TextHashes[] | undefined
    for (let first = true; ; first = false) {
      signal?.throwIfAborted()
      const { bytesRead } = await file.read(chunk, 0, CHUNK, null)
      if (bytesRead === 0) break
      const bytes = chunk.subarray(0, bytesRead)
      for (const hash of raw) hash.update(bytes)
      if (first && !bytes.subarray(0, HEAD).includes(0)) text = algorithms.map((one) => new TextHashes(one))
      for (const hashes of text ?? []) hashes.push(bytes)
    }
    const own = raw.map((hash, index) => named(algorithms[index]!, hash))
    return [...new Set([...own, ...(text ?? []).flatMap((hashes) => hashes.end())])]
  } finally {
    await file.close()
  }
}

const named = (algorithm: Algorithm, hash: Hash): string => `${algorithm}:${hash.digest('hex')}`

/** Hashes of a text in each spelling. Bytes are latin1 characters. */
class TextHashes {
  private readonly hashes: { end: string; hash: Hash }[]
  private started = false
  /** What may belong to the next bytes: a carriage return, and a line break that may be the last. */
  private held = ''

  constructor(private readonly algorithm: Algorithm) {
    this.hashes = ENDS.flatMap((end) =>
      ['', BOM].map((mark) => ({ end, hash: createHash(algorithm).update(mark, 'latin1') })),
    )
  }

  push(bytes: Buffer): void {
    let text = this.held + bytes.toString('latin1')
    if (!this.started && text.startsWith(BOM)) text = text.slice(BOM.length)
    this.started = true
    const length = text.endsWith('\r\n') ? 2 : /[\r\n]$/.test(text) ? 1 : 0
    this.held = text.slice(text.length - length)
    this.update(text.slice(0, text.length - length))
  }

  /** With and without a line break at the end. */
  end(): string[] {
    return this.hashes.flatMap(({ end, hash }) => [
      named(this.algorithm, hash.copy()),
      named(this.algorithm, hash.copy().update(end, 'latin1')),
    ])
  }

  private update(text: string): void {
    const plain = text.replace(/\r\n?/g, '\n')
    for (const { end, hash } of this.hashes)
      hash.update(end === '\n' ? plain : plain.replaceAll('\n', end), 'latin1')
  }
}

/**
 * Tells whether a file is one of the answers, under whatever name.
 *
 * @returns whether it is; rejects with NotAFile for what is no regular file
 */
export function answerTest(
  { digests, spelled = false, rows = [] }: Omit<Concealed, 'paths'>,
  signal?: AbortSignal,
): (path: string) => Promise<boolean> {
  const wanted = new Set(digests)
  const algorithms = [...new Set(digests.map(algorithmOf))]
  return async (path) => {
    if (await hasAnswerForm(path, rows)) return true
    if (wanted.size === 0 || (await lstat(path)).size > LARGEST) return false
    if (spelled) {
      const { digest } = await fileDigest(path, 'sha256', signal)
      return wanted.has(digest)
    }
    return (await spellings(path, algorithms, signal)).some((digest) => wanted.has(digest))
  }
}

/** Whether a file says what the answers say. Only one that may, by size and first bytes, is read whole. */
async function hasAnswerForm(path: string, rows: readonly AnswerRows[]): Promise<boolean> {
  if (rows.length === 0) return false
  const file = await openRegular(path)
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(FORM_HEAD)
    const { bytesRead } = await file.read(head, 0, FORM_HEAD, 0)
    if (!mayHold(head.subarray(0, bytesRead), size, rows)) return false
  } finally {
    await file.close()
  }
  return isAnswerForm(await readRegular(path, FORMS_LARGEST), rows)
}

/** What is kept of recorded answers. */
export interface KeptAnswers {
  /** Absolute path of the predictions, if they are kept. */
  file?: string | undefined
  metrics?: Readonly<Record<string, number>> | undefined
}

/**
 * By what kept answers are known everywhere: by the digests of every spelling, by sha256, and by what
 * they say. Of predictions of which only a digest is known, that digest.
 */
export async function knownAnswers(
  { paths, patterns, digests }: Pick<Concealed, 'paths' | 'patterns' | 'digests'>,
  { file, metrics = {} }: KeptAnswers,
  signal?: AbortSignal,
): Promise<Concealed> {
  const texts = [
    ...(file !== undefined && (await lstat(file)).size <= FORMS_LARGEST
      ? [await readRegular(file, FORMS_LARGEST)]
      : []),
    ...(Object.keys(metrics).length > 0 ? [Buffer.from(JSON.stringify(metrics))] : []),
  ]
  const rows = texts.flatMap((text) => answerRows(text) ?? [])
  if (file === undefined) return { paths, patterns, digests, rows }
  return { paths, patterns, digests: await spellings(file, ['sha256'], signal), spelled: true, rows }
}

/**
 * Takes the answers out of a folder that is ours, by path and by content. No link is followed out of it.
 *
 * @param folder real path
 */
export async function removeAnswers(
  folder: string,
  { paths, patterns = [], ...content }: Concealed,
  signal?: AbortSignal,
): Promise<void> {
  for (const path of paths) await removePath(folder, path)
  if (content.digests.length === 0 && patterns.length === 0 && !content.rows?.length) return
  const isAnswer = answerTest(content, signal)
  const isNamed = matcherOf(patterns)
  const visit = async (below: string): Promise<void> => {
    for (const entry of await readdir(below, { withFileTypes: true })) {
      const path = join(below, entry.name)
      if (entry.isDirectory()) await visit(path)
      else if (isNamed(relative(folder, path))) await rm(path)
      else if (entry.isFile() && (await isAnswer(path))) await rm(path)
    }
  }
  await visit(folder)
}

/**
 * Removes one path of a folder, and what it links to. What lies outside stays untouched. `..` is taken
 * both ways: by its words, and through the links before it.
 */
async function removePath(folder: string, path: string): Promise<void> {
  for (const wanted of new Set([join(folder, path), `${folder}/${path}`])) {
    const target = await realpath(wanted).catch(() => undefined)
    const parent = await realpath(dirname(wanted)).catch(() => undefined)
    for (const doomed of [target, parent && join(parent, basename(wanted))])
      if (doomed !== undefined && doomed !== folder && within(folder, doomed) && (await isThere(doomed)))
        await rm(doomed, { recursive: true, force: true })
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )
