import type { ManifestFile } from '../manifest/file.js'
import type { Manifest } from '../manifest/manifest.js'
import type { Pause } from '../pause.js'
import { Differences, type EnvironmentComparison } from './comparison.js'
import { compareConfig } from './config.js'
import { compareFiles } from './files.js'
import { compareFolders } from './folders.js'
import { comparePackages } from './packages.js'

type Described = Pick<Manifest, 'packages' | 'config' | 'hashes'>

/** What differs beside the files. */
function compareRest(pinned: Described, rebuilt: Described) {
  const changed = comparePackages(pinned.packages, rebuilt.packages)
  const found = new Differences()
  for (const one of [...changed, ...compareConfig(pinned.config, rebuilt.config)]) found.add(one)
  return { changed, found, equal: pinned.hashes.environment === rebuilt.hashes.environment }
}

/** Compares two images entry by entry. */
export async function compareManifests(
  pinned: Manifest,
  rebuilt: Manifest,
  pause: Pause,
): Promise<EnvironmentComparison> {
  const { changed, found, equal } = compareRest(pinned, rebuilt)
  await compareFiles({ pinned, rebuilt, changed }, found, pause)
  return found.conclude(equal)
}

/**
 * Compares an image with the manifest kept of another. Packages and settings are named as ever, files
 * by their folder; a folder that holds files of a package counts as drift, as nobody can tell which
 * of its files it was.
 */
export async function compareWithFile(
  pinned: ManifestFile,
  rebuilt: Manifest,
  pause: Pause,
): Promise<EnvironmentComparison> {
  const { changed, found, equal } = compareRest(pinned, rebuilt)
  await compareFolders({ pinned, rebuilt, changed }, found, pause)
  return found.conclude(equal)
}
