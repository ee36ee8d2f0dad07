import type { Readable } from 'node:stream'
import { pauseFor } from '../pause.js'
import {
  BLOCK,
  broken,
  checkSum,
  flagOf,
  parseHeader,
  parsePax,
  contentSize,
  type Extensions,
  type TarHeader,
} from './tar-header.js'

/** Takes the bytes of one entry; every chunk is a view that is only valid during the call. */
export interface TarSink {
  data(chunk: Buffer): void
  end(): void
}

/** One sink for two who want the bytes. */
export function bothSinks(one: TarSink | null, other: TarSink | null): TarSink | null {
  if (!one || !other) return one ?? other
  return {
    data(chunk) {
      one.data(chunk)
      other.data(chunk)
    },
    end() {
      one.end()
      other.end()
    },
  }
}

/** Gives the sink for an entry's bytes; null: nobody wants them. */
export type OnEntry = (header: TarHeader) => TarSink | null

/** Bytes of one extended header: names, links and attributes of one file. */
const EXTENSION_CAP = 1024 * 1024
const NO_EXTENSIONS: Extensions = { pax: new Map() }

const upToZero = (text: string): string => text.split('\0', 1)[0]!

/** What a header says of the entry after it; by its type flag. */
const EXTENSIONS: Readonly<Record<string, (data: string) => Partial<Extensions>>> = {
  x: (data) => ({ pax: parsePax(data) }),
  L: (data) => ({ longName: upToZero(data) }),
  K: (data) => ({ longLink: upToZero(data) }),
}

/** Keeps a text of a few bytes. */
function textSink(size: number, done: (text: string) => void): TarSink {
  if (size > EXTENSION_CAP) throw broken('an extended header is too large')
  let data = ''
  return {
    data: (chunk) => {
      data += chunk.toString('latin1', 0, chunk.length)
    },
    end: () => done(data),
  }
}

/** Parses a tar as it is pushed. Holds one header at most. */
class TarParser {
  private readonly header = Buffer.alloc(BLOCK)
  /** Bytes of `header` that are there. */
  private filled = 0
  /** Bytes of the entry, and behind it, that are still to come. */
  private remaining = 0
  private padding = 0
  private sink: TarSink | null = null
  private extensions = NO_EXTENSIONS
  private ended = false

  constructor(private readonly onEntry: OnEntry) {}

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.ended;) {
      if (this.remaining > 0) at += this.content(chunk, at)
      else if (this.padding > 0) at += this.skip(chunk.length - at)
      else at += this.fill(chunk, at)
    }
  }

  /** @throws ReprogateError `image/unreadable` if the stream stopped before the tar did */
  end(): void {
    if (!this.ended) throw broken('it is truncated')
  }

  private content(chunk: Buffer, at: number): number {
    const take = Math.min(this.remaining, chunk.length - at)
    this.sink?.data(take === chunk.length ? chunk : chunk.subarray(at, at + take))
    this.remaining -= take
    if (this.remaining === 0) this.close()
    return take
  }

  private skip(available: number): number {
    const take = Math.min(this.padding, available)
    this.padding -= take
    return take
  }

  private fill(chunk: Buffer, at: number): number {
    const take = Math.min(BLOCK - this.filled, chunk.length - at)
    chunk.copy(this.header, this.filled, at, at + take)
    this.filled += take
    if (this.filled === BLOCK) {
      this.filled = 0
      if (this.header.every((byte) => byte === 0)) this.ended = true
      else this.open(this.header)
    }
    return take
  }

  private open(block: Buffer): void {
    checkSum(block)
    const flag = flagOf(block)
    const size = contentSize(block)
    // A global header: a comment.
    if (flag === 'g') return this.start(null, size)
    const extension = EXTENSIONS[flag]
    if (extension) {
      const keep = (data: string) => {
        this.extensions = { ...this.extensions, ...extension(data) }
      }
      return this.start(textSink(size, keep), size)
    }
    const entry = parseHeader(block, this.extensions)
    this.extensions = NO_EXTENSIONS
    this.start(this.onEntry(entry), entry.size)
  }

  private start(sink: TarSink | null, length: number): void {
    this.sink = sink
    this.remaining = length
    this.padding = (BLOCK - (length % BLOCK)) % BLOCK
    if (length === 0) this.close()
  }

  private close(): void {
    const done = this.sink
    this.sink = null
    done?.end()
  }
}

/**
 * Parses a whole stream.
 *
 * @throws ReprogateError `image/unreadable`
 */
export async function readTar(stream: Readable, onEntry: OnEntry, pause = pauseFor()): Promise<void> {
  const parser = new TarParser(onEntry)
  for await (const chunk of stream) {
    parser.push(chunk as Buffer)
    await pause()
  }
  parser.end()
}
