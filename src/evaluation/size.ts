import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Files and folders that a workspace may hold: the disk can run out of them before it runs out of bytes. */
export const MAX_ENTRIES = 500_000
const POLL_MS = 250

export interface Size {
  /** Of disk space, so that a sparse file counts what it takes. */
  bytes: number
  entries: number
}

/**
 * Disk space below a folder, links not followed. Something in it may be writing at the same time:
 * what vanishes meanwhile counts nothing; what is nested too deeply to be looked at counts as endless.
 */
export async function sizeOf(folder: string): Promise<Size> {
  const size: Size = { bytes: 0, entries: 0 }
  const visit = async (path: string): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true })
    size.entries += entries.length
    for (const entry of entries) {
      const child = join(path, entry.name)
      try {
        if (entry.isDirectory()) await visit(child)
        else size.bytes += (await lstat(child)).blocks * 512
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') size.entries = Infinity
      }
    }
  }
  await visit(folder).catch(() => {})
  return size
}

/**
 * Looks at a folder again and again, and calls `exceeded` once it has grown by more than `limit` bytes
 * or holds too many entries. Spends at most a tenth of the time on it.
 */
export function watchSize(folder: string, limit: number, exceeded: () => void) {
  let timer: NodeJS.Timeout
  let looking: Promise<void> = Promise.resolve()
  let ended = false
  let before: number | undefined
  const look = async () => {
    const begun = performance.now()
    const { bytes, entries } = await sizeOf(folder)
    before ??= bytes
    if (ended) return
    if (bytes - before > limit || entries > MAX_ENTRIES) return exceeded()
    timer = setTimeout(again, Math.max(POLL_MS, (performance.now() - begun) * 9))
  }
  const again = () => void (looking = look())
  again()
  return {
    async stop() {
      ended = true
      clearTimeout(timer)
      await looking
    },
  }
}
