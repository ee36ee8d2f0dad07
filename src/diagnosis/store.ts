import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { EngineContext } from '../engine/engine.js'
import { pauseFor } from '../environment/pause.js'
import { readTar } from '../environment/manifest/tar.js'
import type { TarHeader } from '../environment/manifest/tar-header.js'
import { cleanPath } from '../environment/manifest/tree.js'
import { ReprogateError } from '../system/errors.js'

/** One entry of an image, and where its bytes are kept. */
export interface Kept {
  header: TarHeader
  offset: number
}

/** What of an image can be put into another one. */
export interface Store {
  /** Absolute path of one file with the bytes of all. */
  file: string
  /** By path, latin1, without a leading slash. */
  entries: ReadonlyMap<string, Kept>
}

const STORE_CAP = 16 * 1024 ** 3

/**
 * Reads the wanted paths of an image once, so that any of them can be put into another image later. The
 * bytes lie in one file of the scratch folder, at most 16 GiB.
 *
 * @throws ReprogateError `image/too-large`, `image/unreadable`, `engine/failed`
 */
export async function keepPaths(
  context: EngineContext,
  image: string,
  wanted: ReadonlySet<string>,
): Promise<Store> {
  const { engine, scratch, signal } = context
  const file = join(scratch, `parts-${randomUUID()}`)
  const entries = new Map<string, Kept>()
  const links = new Set<string>()
  const handle = openSync(file, 'wx', 0o600)
  let written = 0
  const keep = (header: TarHeader) => {
    const path = cleanPath(header.path)
    if (!wanted.has(path)) return null
    entries.set(path, { header, offset: written })
    if (header.type === 'hardlink') links.add(cleanPath(header.link))
    if (header.type !== 'file') return null
    if (written + header.size > STORE_CAP)
      throw new ReprogateError('image/too-large', 'what differs between the images has more than 16 GiB')
    return {
      data: (chunk: Buffer) => {
        writeSync(handle, chunk)
        written += chunk.length
      },
      end: () => {},
    }
  }
  try {
    await engine.exportImage(image, (tar) => readTar(tar, keep, pauseFor(signal)))
  } finally {
    closeSync(handle)
  }
  // A layer cannot link to a file below it: the bytes are needed.
  const missing = [...links].filter((path) => !wanted.has(path))
  return missing.length === 0
    ? { file, entries }
    : keepPaths(context, image, new Set([...wanted, ...missing]))
}
