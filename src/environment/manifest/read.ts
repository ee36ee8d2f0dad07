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
import { readTar } from './tar.js'
import { FileTree } from './tree.js'

/**
 * Describes an image from the tar of its flattened tree (`docker export`). Everything is streamed:
 * held are the metadata of each entry, the package databases (each up to 64 MiB, 256 MiB together),
 * and one file at a time whose content has to be masked (up to 16 MiB).
 *
 * @throws ReprogateError `image/unreadable`, `image/too-large`
 */
export async function readManifest(stream: Readable, config: ImageConfig): Promise<Manifest> {
  const tree = new FileTree()
  await readTar(stream, (header) => tree.add(header))
  const { entries, packages, ownership, privateKeys } = tree
  return {
    ruleset: RULESET,
    platform: platformOf(config),
    config,
    packages: sortPackages(packages),
    entries,
    ownership,
    privateKeys: privateKeys.sort(),
    hashes: combineHashes({
      tree: hashTree(entries),
      config: hashConfig(config),
      packages: hashPackages(packages),
    }),
  }
}

/** Reads an image through `docker export`; works with an engine on any machine. */
export function readImage({ engine, progress }: EngineContext, image: Image): Promise<Manifest> {
  progress.line(`reading ${image.Id.slice(0, 19)} …`)
  return engine.exportImage(image.Id, (tar) => readManifest(tar, imageConfig(image)))
}
