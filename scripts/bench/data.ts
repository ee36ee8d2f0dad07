import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fingerprint } from '../../src/data/digest.js'
import type { Algorithm } from '../../src/system/digest.js'
import { ratioBench, timed, type Bench } from './measure.js'
import { must, type Workshop } from './workshop.js'

interface Kind {
  name: string
  floor: string
  command: string
  algorithm: Algorithm
  /** Of the floor, at most. */
  atMost: number
  files: number
  bytes: number
}

/** Hashing data, beside the tool that anyone would take. */
export async function benchData(
  shop: Workshop,
  { turns, files, mebibytes, aimed }: { turns: number; files: number; mebibytes: number; aimed: boolean },
): Promise<Bench[]> {
  const large = { algorithm: 'sha256' as const, bytes: mebibytes * 1024 ** 2 }
  const kinds: Kind[] = [
    {
      ...large,
      name: `hash one file of ${mebibytes} MiB`,
      floor: '`openssl dgst -sha256`',
      command: 'openssl dgst -sha256 */*',
      atMost: 1.05,
      files: 1,
    },
    {
      ...large,
      name: `hash two files of ${mebibytes} MiB`,
      floor: '`openssl dgst -sha256`, one after the other',
      command: 'openssl dgst -sha256 */*',
      atMost: 0.6,
      files: 2,
    },
    {
      name: `hash ${files.toLocaleString('en')} files of 2 kB`,
      floor: '`find | xargs md5sum`',
      command: 'find . -type f -print0 | xargs -0 md5sum',
      algorithm: 'md5',
      atMost: 1.3,
      files,
      bytes: 2000,
    },
  ]
  const benches: Bench[] = []
  for (const [index, kind] of kinds.entries()) {
    const folder = join(shop.folder, `data-${index}`)
    await fill(folder, kind)
    benches.push(await benchKind(shop, folder, { kind, turns, aimed }))
  }
  return benches
}

async function fill(folder: string, { files, bytes }: Kind): Promise<void> {
  for (let file = 0; file < files; file++) {
    const below = join(folder, String(file % 50))
    if (file < 50) await mkdir(below, { recursive: true })
    await writeFile(join(below, `${file}.bin`), randomBytes(bytes))
  }
}

async function benchKind(
  { run, log }: Workshop,
  folder: string,
  { kind, turns, aimed }: { kind: Kind; turns: number; aimed: boolean },
): Promise<Bench> {
  const byHand = () => must(run, ['sh', '-c', `cd "$0" && ${kind.command} > /dev/null`, folder])
  const ours = () => fingerprint(folder, folder, kind.algorithm)
  // Neither side is the first to read the files.
  await byHand()
  const runs: { floor: number; ours: number }[] = []
  for (let turn = 0; turn < turns; turn++)
    runs.push({ floor: (await timed(byHand)).seconds, ours: (await timed(ours)).seconds })
  log(`${kind.name}: ${turns} turns`)
  const sides = { floor: kind.floor, ours: 'in this process: list, read, hash' }
  return ratioBench({ name: kind.name, unit: 's', sides }, runs, { atMost: aimed ? kind.atMost : null })
}
