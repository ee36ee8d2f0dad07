import type { Readable } from 'node:stream'
import type { Plumbing } from './plumbing.js'

/** For blobs of a whole tree. */
const TIMEOUT_MS = 60 * 60_000
/** Bytes of a line that stands before a blob. */
const HEADER_LARGEST = 1024

/** Takes a blob's bytes as they come, in chunks of at most 64 KiB or so. */
export interface BlobSink {
  begin(index: number, size: number): void
  chunk(bytes: Buffer): void
  end(): Promise<void> | void
}

/**
 * Streams blobs, raw: no attribute changes a byte. Memory does not grow with their number or size, beyond
 * the list of their names.
 *
 * @throws ReprogateError `git/failed`, `git/partial-clone` for one that is not there
 */
export async function readBlobs(git: Plumbing, oids: readonly string[], sink: BlobSink): Promise<void> {
  if (oids.length === 0) return
  const consume = async (stream: Readable): Promise<void> => {
    const bytes = new ByteReader(stream)
    try {
      for (const [index, oid] of oids.entries()) {
        const header = await bytes.line()
        const [, size] = /^\w+ blob (\d+)$/.exec(header) ?? []
        if (size === undefined) throw git.failure('cat-file', header || `nothing came for ${oid}`)
        sink.begin(index, Number(size))
        await bytes.take(Number(size), (chunk) => sink.chunk(chunk))
        await bytes.take(1, () => {})
        await sink.end()
      }
    } finally {
      stream.destroy()
    }
  }
  const options = { input: `${oids.join('\n')}\n`, onStdout: consume, timeout: TIMEOUT_MS }
  await git.must(git.call(['cat-file', '--batch'], options), 'cat-file')
}

/** Reads a stream by lines and by counted bytes, one chunk at a time. */
class ByteReader {
  private rest: Buffer = Buffer.alloc(0)
  private readonly chunks: AsyncIterator<Buffer>

  constructor(stream: Readable) {
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** Without its end; what there is, if the stream ends or the line is too long. */
  async line(): Promise<string> {
    let end = this.rest.indexOf(10)
    while (end < 0 && this.rest.length < HEADER_LARGEST) {
      const { value, done } = await this.chunks.next()
      if (done) break
      this.rest = Buffer.concat([this.rest, value])
      end = this.rest.indexOf(10)
    }
    const line = this.rest.toString('latin1', 0, end < 0 ? this.rest.length : end)
    this.rest = this.rest.subarray(end < 0 ? this.rest.length : end + 1)
    return line
  }

  async take(count: number, onChunk: (bytes: Buffer) => void): Promise<void> {
    let missing = count
    while (missing > 0) {
      if (this.rest.length === 0) {
        const { value, done } = await this.chunks.next()
        if (done) throw new Error('git ended in the middle of a blob')
        this.rest = value
      }
      const chunk = this.rest.subarray(0, missing)
      onChunk(chunk)
      missing -= chunk.length
      this.rest = this.rest.subarray(chunk.length)
    }
  }
}
