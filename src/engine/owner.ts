import { randomUUID } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'

/**
 * Who started a container or made an image, as the value of its label: a check's id, and the process
 * that ran it. A process is told by its number and its start, in one process namespace of one boot:
 * what lives elsewhere cannot be seen from here, and is taken for dead only when it is older than any
 * check: the machine was started again, or is gone.
 */
export interface Owner {
  /** Boot and process namespace; '' where the system does not tell. */
  place: string
  pid: number
  /** In ticks since the boot. */
  start: string
  id: string
  /** When the check began, in seconds since 1970; undefined for labels of older versions. */
  since?: number | undefined
}

export const LABEL = 'reprogate.check'
const VALUE = /^([0-9a-f-]{36}\.\d+)\.(\d+)\.(\d+)\.([0-9a-f-]{36})(?:\.(\d{1,12}))?$/
/** Seconds. A job on a runner of one's own ends after five days. */
const OLDER_THAN_ANY_CHECK = 7 * 24 * 3600

const now = (): number => Math.floor(Date.now() / 1000)

const text = (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (content) => content.trim(),
    () => '',
  )

/** Field 22 of `/proc/<pid>/stat`; the second is a name in brackets and may hold anything. */
async function startOf(pid: number): Promise<string> {
  const stat = await text(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

async function placeOf(): Promise<string> {
  const boot = await text('/proc/sys/kernel/random/boot_id')
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  return boot === '' || namespace === '' ? '' : `${boot}.${namespace.replace(/\D/g, '')}`
}

/** The value of the label for what this process starts. */
export async function ownLabel(): Promise<string> {
  const [place, start, id] = [await placeOf(), await startOf(process.pid), randomUUID()]
  return place === '' || start === '' ? id : [place, process.pid, start, id, now()].join('.')
}

export function parseOwner(label: string): Owner | null {
  const [, place, pid, start, id, since] = VALUE.exec(label) ?? []
  if (id === undefined) return null
  return {
    place: place!,
    pid: Number(pid),
    start: start!,
    id,
    since: since === undefined ? since : Number(since),
  }
}

/** Whether the process that a label names ran here and runs no more; or ran elsewhere, longer ago than any check lasts. */
export async function isDead(label: string): Promise<boolean> {
  const owner = parseOwner(label)
  if (owner === null) return false
  if (owner.place !== (await placeOf()))
    return owner.since !== undefined && now() - owner.since > OLDER_THAN_ANY_CHECK
  return (await startOf(owner.pid)) !== owner.start
}
