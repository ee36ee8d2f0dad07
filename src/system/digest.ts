import { createHash } from 'node:crypto'
import { closeSync, fstatSync, readSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { NotAFile, openRegularSync, READ_FLAGS } from './files.js'

/** Digests of files, as text: `sha256:` and 64 hex digits, or `md5:` and 32. */

export const DIGEST = /^(?:sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})$/

export type Algorithm = 'sha256' | 'md5'

/** The algorithm that a digest names; sha256 if it names none. */
export const algorithmOf = (digest: string): Algorithm => (digest.startsWith('md5:') ? 'md5' : 'sha256')

export interface FileDigest {
  digest: string
  bytes: number
}

/** Bytes that are read at once. */
const CHUNK = 1024 * 1024
/** Bytes that are hashed before the world is looked at: some 10 ms. */
const SLICE = 4 * CHUNK
/** Opening a file costs as much as hashing these bytes. */
const OPENING = 16 * 1024
/** Bytes of a file that is worth a thread of its own. */
const LARGE = 64 * CHUNK

/**
 * Digest of a regular file, read in chunks of 1 MiB: memory does not grow with the file.
 *
 * @throws NotAFile
 */
export async function fileDigest(
  path: string,
  algorithm: Algorithm,
  signal?: AbortSignal,
): Promise<FileDigest> {
  const [digest] = await fileDigests([path], algorithm, signal)
  return digest!
}

/**
 * Digests of regular files, in their order. Small ones are read one after the other, which for thousands is
 * faster than any asynchronous way; large ones are hashed in threads, side by side on every core.
 *
 * @throws NotAFile
 */
export async function fileDigests(
  paths: readonly string[],
  algorithm: Algorithm,
  signal?: AbortSignal,
): Promise<FileDigest[]> {
  const digests: FileDigest[] = []
  const large: number[] = []
  const work = { chunk: Buffer.allocUnsafe(CHUNK), left: SLICE, signal }
  for (const [index, path] of paths.entries()) {
    const file = openRegularSync(path)
    try {
      if (fstatSync(file).size >= LARGE) large.push(index)
      else digests[index] = await digestOpen(file, algorithm, work)
    } finally {
      closeSync(file)
    }
  }
  const threads = Math.min(availableParallelism(), large.length)
  await Promise.all(
    Array.from({ length: threads }, () =>
      inThread(algorithm, signal, {
        next: () => large.pop(),
        path: (index) => paths[index]!,
        done: (index, digest) => (digests[index] = digest),
      }),
    ),
  )
  return digests
}

interface Work {
  chunk: Buffer
  /** Bytes until the next look at the world. */
  left: number
  signal: AbortSignal | undefined
}

async function digestOpen(file: number, algorithm: Algorithm, work: Work): Promise<FileDigest> {
  const hash = createHash(algorithm)
  work.left -= OPENING
  for (let bytes = 0; ;) {
    if (work.left <= 0) {
      await setImmediate()
      work.left = SLICE
    }
    work.signal?.throwIfAborted()
    const read = readSync(file, work.chunk, 0, CHUNK, null)
    if (read === 0) return { digest: `${algorithm}:${hash.digest('hex')}`, bytes }
    hash.update(work.chunk.subarray(0, read))
    bytes += read
    work.left -= read
  }
}

interface Queue {
  next(): number | undefined
  path(index: number): string
  done(index: number, digest: FileDigest): void
}

/** Takes files from the queue until it is empty. A thread that is cancelled is ended within its chunk. */
function inThread(
  algorithm: Algorithm,
  signal: AbortSignal | undefined,
  { next, path, done }: Queue,
): Promise<void> {
  signal?.throwIfAborted()
  const thread = new Worker(`(${hashing.toString()})()`, {
    eval: true,
    workerData: { algorithm, flags: READ_FLAGS, chunk: CHUNK },
  })
  let at: number | undefined
  return new Promise<void>((resolve, reject) => {
    const cancelled = () => reject(signal?.reason as Error)
    const goOn = () => {
      at = next()
      if (at === undefined) resolve()
      else thread.postMessage(path(at))
    }
    signal?.addEventListener('abort', cancelled, { once: true })
    thread.on('error', reject)
    thread.on('message', (said: { hex: string; bytes: number } | { irregular: true }) => {
      if ('irregular' in said) return reject(new NotAFile(`${path(at!)} is not a regular file`))
      done(at!, { digest: `${algorithm}:${said.hex}`, bytes: said.bytes })
      goOn()
    })
    goOn()
  }).finally(() => thread.terminate())
}

/** What a thread does. It is given to it as text, so that one bundle is all there is: it can use nothing of this file. */
function hashing(): void {
  /* eslint-disable @typescript-eslint/no-require-imports -- a thread that is made of text has no imports */
  const { parentPort, workerData } = require('node:worker_threads') as typeof import('node:worker_threads')
  const fs = require('node:fs') as typeof import('node:fs')
  const crypto = require('node:crypto') as typeof import('node:crypto')
  /* eslint-enable */
  const { algorithm, flags, chunk } = workerData as { algorithm: string; flags: number; chunk: number }
  const buffer = Buffer.allocUnsafe(chunk)
  parentPort?.on('message', (path: string) => {
    const file = fs.openSync(path, flags)
    try {
      // Between the first look and this one it could have been exchanged.
      if (!fs.fstatSync(file).isFile()) return parentPort.postMessage({ irregular: true })
      const hash = crypto.createHash(algorithm)
      let bytes = 0
      for (let read; (read = fs.readSync(file, buffer, 0, chunk, null)) > 0; bytes += read)
        hash.update(buffer.subarray(0, read))
      parentPort.postMessage({ hex: hash.digest('hex'), bytes })
    } finally {
      fs.closeSync(file)
    }
  })
}
