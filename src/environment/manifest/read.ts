import type { Readable } from 'node:stream'
import type { EngineContext } from '../../engine/engine.js'
import type { Image } from '../../engine/image.js'
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
import { readTar } from './tar.js'
import { FileTree } from './tree.js'

/**
 * Describes an image from the tar of its flattened tree (`docker export`). Everything is streamed:
 * held are each entry's path and some 60 bytes, the package databases (each up to 64 MiB, 256 MiB
 * together), and one file at a time whose content has to be masked (up to 16 MiB).
 *
 * @param signal ends the reading, also between two chunks
 * @throws ReprogateError `image/unreadable`, `image/too-large`
 */
export async function readManifest(
  stream: Readable,
  config: ImageConfig,
  signal?: AbortSignal,
): Promise<Manifest> {
  const tree = new FileTree()
  const pause = pauseFor(signal)
  await readTar(stream, (header) => tree.add(header), pause)
  const { entries, packages, ownership, privateKeys, coverings } = tree
  await entries.seal(pause)
  return {
    ruleset: RULESET,
    platform: platformOf(config),
    config,
    packages: sortPackages(packages),
    entries,
    ownership,
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
export function readImage({ engine, progress, signal }: EngineContext, image: Image): Promise<Manifest> {
  progress.line(`reading ${image.Id.slice(0, 19)} …`)
  return engine.exportImage(image.Id, (tar) => readManifest(tar, imageConfig(image), signal))
}
