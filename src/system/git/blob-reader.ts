import { readBlobs } from './blobs.js'
import type { Plumbing } from './plumbing.js'

/** Blobs that one git reads: their bytes are held until it has ended well. */
const MOST_AT_ONCE = 500

interface Wanted {
  oid: string
  cap: number
  resolve(bytes: Buffer | undefined): void
  reject(error: unknown): void
}

/** Reads blobs whole. Those that are asked for at the same time come from one git, not from one each. */
export class BlobReader {
  private readonly waiting: Wanted[] = []
  private working = false

  constructor(private readonly git: Plumbing) {}

  /**
   * Bytes of a blob; undefined if it is larger than `cap` bytes: then it is not held.
   *
   * @throws ReprogateError `git/failed`, `git/partial-clone`, also for a blob beside it that cannot be read
   */
  read(oid: string, cap: number): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ oid, cap, resolve, reject })
      if (this.working) return
      this.working = true
      // Whoever else asks in this turn is of the same batch.
      setImmediate(() => void this.work())
    })
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MOST_AT_ONCE)
      try {
        const blobs = await this.held(batch)
        for (const [index, { resolve }] of batch.entries()) resolve(blobs[index])
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.working = false
  }

  private async held(batch: readonly Wanted[]): Promise<(Buffer | undefined)[]> {
    const blobs: (Buffer | undefined)[] = []
    let chunks: Buffer[] | undefined
    await readBlobs(
      this.git,
      batch.map(({ oid }) => oid),
      {
        begin: (index, size) => (chunks = size > batch[index]!.cap ? undefined : []),
        chunk: (bytes) => chunks?.push(bytes),
        end: () => void blobs.push(chunks && Buffer.concat(chunks)),
      },
    )
    return blobs
  }
}
