import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openRegular } from '../files.js'
import type { Located } from './locate.js'
import { pathText } from './tree.js'

/** What git holds of a file that Git LFS keeps. */
export interface Pointer {
  /** sha256 of the bytes, as hex. */
  oid: string
  bytes: number
}

/** Bytes of a pointer; a blob that is larger is not one. */
export const POINTER_LARGEST = 1024
const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize (0|[1-9]\d{0,15})\n$/
const CHUNK = 1024 * 1024

/** undefined for anything but a pointer to the very bytes: one with extensions names others. */
export function pointerIn(blob: Buffer): Pointer | undefined {
  const [, oid, size] = (blob.length < POINTER_LARGEST && POINTER.exec(blob.toString('latin1'))) || []
  return oid === undefined ? undefined : { oid, bytes: Number(size) }
}

/** Where bytes go; `reset` if they were not the right ones. */
export interface ObjectSink {
  write(chunk: Buffer): void
  reset(): void
}

/**
 * The bytes that a pointer stands for, from what the checkout has: LFS's own store, or the file in the
 * work tree. They are verified by digest and size while they are copied.
 *
 * @param path of the file, relative to the top
 * @returns whether they were there
 */
export async function copyObject(
  place: Located,
  path: string,
  pointer: Pointer,
  sink: ObjectSink,
): Promise<boolean> {
  const stored = storedAt(place, pointer.oid)
  return (await copyVerified(stored, pointer, sink)) || copyCheckedOut(place, path, pointer, sink)
}

/**
 * Whether `copyObject` may find the bytes: a file of their size is there. Nothing is read: for what is too
 * large to be held anyway.
 */
export async function isAtHand(place: Located, path: string, { oid, bytes }: Pointer): Promise<boolean> {
  for (const file of [storedAt(place, oid), await checkedOutAt(place, path)]) {
    const handle = file && (await openRegular(file, { noFollow: true }).catch(() => undefined))
    if (!handle) continue
    const { size } = await handle.stat()
    await handle.close()
    if (size === bytes) return true
  }
  return false
}

/** Whether the file in the work tree holds what a pointer stands for. */
export const isCheckedOut = (place: Located, path: string, pointer: Pointer): Promise<boolean> =>
  copyCheckedOut(place, path, pointer, { write() {}, reset() {} })

const storedAt = ({ commonDir }: Located, oid: string): string =>
  join(commonDir, 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid)

/** The file in the work tree; undefined if a link on the way would lead to one that is not this one. */
async function checkedOutAt({ top }: Located, path: string): Promise<string | undefined> {
  const file = join(top, pathText(path))
  const folder = await realpath(dirname(file)).catch(() => undefined)
  return folder === dirname(file) ? file : undefined
}

async function copyCheckedOut(
  place: Located,
  path: string,
  pointer: Pointer,
  sink: ObjectSink,
): Promise<boolean> {
  const file = await checkedOutAt(place, path)
  return file !== undefined && copyVerified(file, pointer, sink)
}

async function copyVerified(from: string, { oid, bytes }: Pointer, sink: ObjectSink): Promise<boolean> {
  const handle = await openRegular(from, { noFollow: true }).catch(() => undefined)
  if (!handle) return false
  try {
    if ((await handle.stat()).size !== bytes) return false
    const hash = createHash('sha256')
    const chunk = Buffer.allocUnsafe(CHUNK)
    for (let left = bytes; left > 0;) {
      const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK, left), null)
      if (bytesRead === 0) break
      hash.update(chunk.subarray(0, bytesRead))
      sink.write(chunk.subarray(0, bytesRead))
      left -= bytesRead
    }
    if (hash.digest('hex') === oid) return true
    sink.reset()
    return false
  } finally {
    await handle.close()
  }
}
