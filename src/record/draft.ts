import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path/posix'
import { detectOthers, storeOf } from '../provenance/sources/index.js'
import type { Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import { confine } from '../system/files.js'
import { openDocument, readable, setField } from './document.js'
import type { Record_ } from '../provenance/schema.js'

/** A record on its way, and the files that are kept beside it. */
export interface Draft {
  /** What a person or an earlier run has written. */
  before: Record_
  /** Folder of the record, relative to the working directory; what belongs to it is kept there. */
  folder: string
  /** Files written, relative to the working directory; the record first. */
  files: string[]
  set(path: readonly (string | number)[], value: unknown): void
  /** Keeps a text, or a copy of a file, at a path of the working directory: whole or not at all. */
  keep(path: string, content: string | { copyOf: string }): Promise<void>
  /** Writes the record itself. @returns its text */
  write(): Promise<string>
}

/**
 * The record to write in. What another tool wrote is never written over.
 *
 * @throws ReprogateError `record/foreign`, or if the record cannot be read
 */
export async function openDraft(context: Context, path: string): Promise<Draft> {
  if (/^mlflow:/.test(path) || detectOthers([storeOf(path)]).length > 0)
    throw new ReprogateError(
      'record/foreign',
      `${path} is what another tool wrote, and is not written over`,
      `Name ${join(dirname(path), 'provenance.yml')} as the record of the model in the policy: what ${path} says is read beside it.`,
    )
  const document = await openDocument(context, path)
  const files = [path]
  const put = async (path: string, content: string | { copyOf: string }) => {
    const { absolute } = await placeInside(context, path)
    const draft = `${absolute}.reprogate-draft`
    await mkdir(dirname(absolute), { recursive: true })
    await rm(draft, { force: true })
    await writeFile(draft, typeof content === 'string' ? content : '', { flag: 'wx' })
    if (typeof content !== 'string') await copyFile(content.copyOf, draft)
    await rename(draft, absolute)
  }
  return {
    before: readable(document),
    folder: dirname(path),
    files,
    set: (at, value) => setField(document, at, value),
    keep: async (path, content) => {
      await put(path, content)
      files.push(path)
    },
    write: async () => {
      const text = document.toString({ lineWidth: 0, flowCollectionPadding: false })
      await put(path, text)
      return text
    },
  }
}

/** @throws ReprogateError for a path that leaves the working directory, through links too */
export async function placeInside(
  context: Context,
  path: string,
): Promise<{ absolute: string; exists: boolean }> {
  const place = await confine(context.root, path)
  if (place.ok) return place
  throw new ReprogateError('record/path-outside', `${path} ${place.why}`)
}
