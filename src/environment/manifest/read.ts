import type { Readable } from 'node:stream'
import type { EngineContext } from '../../engine/engine.js'
import type { Image } from '../../engine/image.js'
import type { AnswerRows } from '../../system/answer-rows.js'
import type { Concealed } from '../../system/answers.js'
import {
  combineHashes,
  hashConfig,
  hashPackages,
  hashTree,
  imageConfig,
  platformOf,
  sortPackages,
} from './hash.js'
import type { ImageConfig, Manifest } from './manifest.js'
import { RULESET } from './normalise.js'
import { pauseFor } from '../pause.js'
import { AnswerFinder } from './answers.js'
import { bothSinks, readTar } from './tar.js'
import { FileTree } from './tree.js'

export interface ReadOptions {
  signal?: AbortSignal | undefined
  answers?: readonly AnswerRows[] | undefined
}

/**
 * Describes an image from the tar of its flattened tree (`docker export`). Everything is streamed:
 * held are each entry's path and some 60 bytes, the package databases (each up to 64 MiB, 256 MiB
 * together), and one file at a time whose content has to be masked (up to 16 MiB).
 *
 * @param options `signal` ends the reading, also between two chunks; files that say what `answers` say are
 * looked for, each of them held whole (up to 32 MiB)
 * @throws ReprogateError `image/unreadable`, `image/too-large`
 */
export async function readManifest(
  stream: Readable,
  config: ImageConfig,
  { signal, answers = [] }: ReadOptions = {},
): Promise<Manifest> {
  const tree = new FileTree()
  const pause = pauseFor(signal)
  const finder = new AnswerFinder(answers)
  await readTar(stream, (header) => bothSinks(tree.add(header), finder.look(header)), pause)
  const { entries, packages, ownership, privateKeys, coverings } = tree
  await entries.seal(pause)
  return {
    ruleset: RULESET,
    platform: platformOf(config),
    config,
    packages: sortPackages(packages),
    entries,
    ownership,
    disguised: finder.found,
    covers: coverings.list(),
    privateKeys: privateKeys.sort(),
    hashes: combineHashes({
      tree: await hashTree(entries, pause),
      config: hashConfig(config),
      packages: hashPackages(packages),
    }),
  }
}

/** Reads an image through `docker export`; works with an engine on any machine. */
export function readImage(
  { engine, progress, signal }: EngineContext,
  image: Image,
  { rows }: Pick<Concealed, 'rows'> = {},
): Promise<Manifest> {
  progress.line(`reading ${image.Id.slice(0, 19)} …`)
  const options = { signal, answers: rows }
  return engine.exportImage(image.Id, (tar) => readManifest(tar, imageConfig(image), options))
}
