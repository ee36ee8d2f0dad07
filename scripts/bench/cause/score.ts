import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineContext } from '../../../src/engine/engine.js'
import type { Workshop } from '../workshop.js'
import { FAMILY } from './family.js'
import { findPlanted, wrongOf, type Named } from './find.js'
import { Images } from './images.js'

export interface Found {
  name: string
  /** What is said of it, as a person reads it. */
  words: string
  shown: string
  /** Proofs that were made, each twice. */
  proofs: number
  /** Beside the two that every check makes. */
  replays: number
  seconds: number
  wrong: string | undefined
}

/** How often each kind of answer was proven: in the rebuild and in the pinned image, or in one of them. */
const PROOFS: Record<string, number> = {
  alone: 2,
  enough: 2,
  each: 2,
  together: 2,
  restores: 1,
  condition: 1,
  input: 1,
  steadied: 1,
}

/** Searches for every planted cause, in real containers. */
export async function scoreCauses(shop: Workshop, only = ''): Promise<Found[]> {
  const scratch = await mkdtemp(join(shop.folder, 'scratch-'))
  const context: EngineContext = {
    ...{ engine: shop.engine, run: shop.run, scratch, root: shop.folder, prefix: '' },
    // No evaluation asks git.
    git: undefined as never,
    progress: { start: () => {}, line: () => {}, end: () => {} },
    signal: new AbortController().signal,
    defer: () => {},
    now: () => performance.now(),
  }
  const images = new Images(shop.base)
  try {
    const found: Found[] = []
    for (const planted of FAMILY.filter(({ name }) => name.includes(only))) {
      const named = await findPlanted(context, images, planted)
      found.push(foundOf(planted.name, named, wrongOf(planted, named)))
      shop.log(lineOf(found.at(-1)!))
    }
    return found
  } finally {
    await images.remove()
  }
}

const foundOf = (name: string, { cause, words }: Named, wrong: string | undefined): Found => ({
  name,
  words,
  shown: cause?.shown ?? '–',
  proofs: (cause && PROOFS[cause.shown]) ?? 0,
  replays: cause?.replays.length ?? 0,
  seconds: cause?.seconds ?? 0,
  wrong,
})

const lineOf = ({ name, words, proofs, replays, seconds, wrong }: Found): string =>
  `${wrong === undefined ? '✔' : '✖'} ${name.padEnd(58)} ${String(proofs).padStart(2)} ${String(replays).padStart(3)} ${seconds.toFixed(1).padStart(6)}  ${words}${wrong === undefined ? '' : `\n    wrong: ${wrong}`}`

/** The table for people. Pure. */
export function renderFound(found: readonly Found[]): string {
  const right = found.filter(({ wrong }) => wrong === undefined).length
  return [
    `  ${'planted cause'.padEnd(58)} proofs replays s  named cause`,
    ...found.map(lineOf),
    '',
    `${right} of ${found.length} are named right; ${found.reduce((sum, { replays }) => sum + replays, 0)} replays beside the two of each check.`,
    '',
  ].join('\n')
}
