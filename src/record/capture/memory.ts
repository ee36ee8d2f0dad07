import { readFile } from 'node:fs/promises'

/** Milliseconds between two looks. A peak that is shorter is seen by the kernel's own high mark of each process. */
const EVERY_MS = 500
const MOST_PROCESSES = 2000

/** Bytes of memory that a process and all that it started hold. undefined: the system does not tell. */
async function held(pid: number): Promise<number | undefined> {
  let total: number | undefined
  const waiting = [pid]
  for (let seen = 0; waiting.length > 0 && seen < MOST_PROCESSES; seen++) {
    const one = waiting.pop()!
    const [status, children] = await Promise.all(
      [`/proc/${one}/status`, `/proc/${one}/task/${one}/children`].map((path) =>
        readFile(path, 'utf8').catch(() => ''),
      ),
    )
    const kib = /^VmHWM:\s*(\d+) kB/m.exec(status!)?.[1]
    if (kib !== undefined) total = (total ?? 0) + Number(kib) * 1024
    waiting.push(...children!.split(' ').filter(Boolean).map(Number))
  }
  return total
}

/** Watches a process until it is told to stop. @returns what gives the largest sum that was seen, in bytes */
export function watchMemory(pid: number): () => number | undefined {
  let peak: number | undefined
  const look = async () => {
    const now = await held(pid)
    if (now !== undefined && now > (peak ?? 0)) peak = now
  }
  void look()
  const timer = setInterval(() => void look(), EVERY_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    return peak
  }
}
