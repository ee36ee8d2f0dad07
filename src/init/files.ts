import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import { confine } from '../system/files.js'

/** A file that a repository lacks. */
export interface NewFile {
  /** Relative to the working directory. */
  path: string
  text: string
  /** What it was made from, as a clause. */
  from: string
}

/**
 * Writes what is not there yet; what is there stays as it is, also if it is a link or a folder.
 *
 * @returns whether it was written
 * @throws ReprogateError `record/path-outside`
 */
export async function writeNew({ root }: Pick<Context, 'root'>, { path, text }: NewFile): Promise<boolean> {
  const place = await confine(root, path)
  if (!place.ok) throw new ReprogateError('record/path-outside', `${path} ${place.why}`)
  if (place.exists) return false
  await mkdir(dirname(place.absolute), { recursive: true })
  await writeFile(place.absolute, text, { flag: 'wx' })
  return true
}
