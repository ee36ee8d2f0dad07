import { wireBytes, wireFields, wireNumber, wireText } from '../../../text/protobuf.js'
import type { WandbArtifact, WandbRun } from './run.js'

/**
 * The log of a W&B run, `run-<id>.wandb`: records of LevelDB's log format, each a message of
 * `wandb_internal.proto`.
 */

const HEADER = 7
const MAGIC = ':W&B'
const BLOCK = 32 * 1024
/** Of a record in a block: checksum, length, kind. */
const RECORD = 7
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4]

/** Bytes of one record. */
const LARGEST_RECORD = 16 * 1024 * 1024

/** The records of a log; one that was cut off, and all behind it, are left out. */
export function* recordsIn(log: Buffer): Generator<Buffer> {
  if (log.subarray(0, 4).toString('latin1') !== MAGIC) return
  let parts: Buffer[] = []
  let size = 0
  for (let at = HEADER; at + RECORD <= log.length;) {
    const left = BLOCK - (at % BLOCK)
    if (left < RECORD) {
      at += left
      continue
    }
    const length = log.readUInt16LE(at + 4)
    const kind = log[at + 6]!
    const data = log.subarray(at + RECORD, at + RECORD + length)
    if (data.length < length || kind < FULL || kind > LAST) return
    if (kind === FULL || kind === FIRST) [parts, size] = [[], 0]
    size += length
    if (size > LARGEST_RECORD) return
    parts.push(data)
    if (kind === FULL || kind === LAST) yield kind === FULL ? data : Buffer.concat(parts)
    if (kind !== MIDDLE && kind !== FIRST) parts = []
    at += RECORD + length
  }
}

/** Fields of a record, by `wandb_internal.proto`. */
const FIELD = {
  summary: 3,
  config: 5,
  artifact: 8,
  run: 17,
  exit: 18,
  useArtifact: 25,
  environment: 26,
} as const

const SECONDS = 1000

/** A run as its log tells it; null: it is no log, or has no run in it. */
export function runInLog(log: Buffer): WandbRun | null {
  const run: WandbRun = { finished: false, args: [], config: new Map(), summary: new Map(), artifacts: [] }
  const read: Readonly<Record<number, (message: Buffer) => void>> = {
    [FIELD.summary]: (message) => update(run.summary, message),
    [FIELD.config]: (message) => update(run.config, message),
    [FIELD.run]: (message) => {
      run.id = wireText(message, 1)
      run.started = timeIn(wireBytes(message, 17)[0])
      const [config] = wireBytes(message, 4)
      if (config) update(run.config, config)
      readGit(run, wireBytes(message, 21)[0])
    },
    // Written in several parts, of which each has some of it.
    [FIELD.environment]: (message) => {
      const args = wireBytes(message, 5).map((arg) => arg.toString('utf8'))
      if (args.length > 0) run.args = args
      run.program = wireText(message, 7) ?? wireText(message, 6) ?? run.program
      readGit(run, wireBytes(message, 9)[0])
      run.cores = wireNumber(message, 16) ?? run.cores
      run.gpu = wireText(message, 18) ?? run.gpu
    },
    [FIELD.artifact]: (message) => run.artifacts.push(artifactIn(message)),
    [FIELD.exit]: (message) => {
      run.finished = (wireNumber(message, 1) ?? 0) === 0
    },
  }
  for (const record of recordsIn(log))
    for (const { number, value } of wireFields(record)) if (typeof value !== 'number') read[number]?.(value)
  return run.id === undefined ? null : run
}

function readGit(run: WandbRun, git: Buffer | undefined): void {
  if (git === undefined) return
  run.remote = wireText(git, 1) ?? run.remote
  run.commit = wireText(git, 2) ?? run.commit
}

/** `update` items: a key, or the keys on the way to it, and a value in JSON. */
function update(into: Map<string, unknown>, message: Buffer): void {
  for (const item of wireBytes(message, 1)) {
    const nested = wireBytes(item, 2).map((key) => key.toString('utf8'))
    const key = nested.length > 0 ? nested.join('.') : wireText(item, 1)
    const json = wireText(item, 16)
    if (key !== undefined && json !== undefined) into.set(key, jsonValue(json))
  }
}

/** Python's JSON: NaN and the infinities are words. */
function jsonValue(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}

function timeIn(timestamp: Buffer | undefined): string | undefined {
  const seconds = timestamp && wireNumber(timestamp, 1)
  const date = new Date((seconds ?? NaN) * SECONDS)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function artifactIn(message: Buffer): WandbArtifact {
  const [manifest = Buffer.alloc(0)] = wireBytes(message, 12)
  return {
    type: wireText(message, 4) ?? '',
    name: wireText(message, 5) ?? '',
    digest: wireText(message, 6),
    entries: wireBytes(manifest, 4).map((entry) => ({
      path: wireText(entry, 1) ?? '',
      digest: wireText(entry, 2) ?? '',
      reference: wireText(entry, 3),
    })),
  }
}
