import type { ManifestFile } from '../manifest/file.js'
import type { Manifest } from '../manifest/manifest.js'
import { conclude, type EnvironmentComparison, type FoundDifference } from './comparison.js'
import { compareConfig } from './config.js'
import { compareFiles } from './files.js'
import { compareFolders } from './folders.js'
import { comparePackages, type ChangedPackage } from './packages.js'

type Described = Pick<Manifest, 'packages' | 'config' | 'hashes'>

function compareAll(
  pinned: Described,
  rebuilt: Described,
  compareTree: (changed: readonly ChangedPackage[]) => FoundDifference[],
): EnvironmentComparison {
  const packages = comparePackages(pinned.packages, rebuilt.packages)
  const config = compareConfig(pinned.config, rebuilt.config)
  return conclude(
    [...packages, ...config, ...compareTree(packages)],
    pinned.hashes.environment === rebuilt.hashes.environment,
  )
}

/** Compares two images entry by entry. */
export const compareManifests = (pinned: Manifest, rebuilt: Manifest): EnvironmentComparison =>
  compareAll(pinned, rebuilt, (changed) => compareFiles(pinned, rebuilt, changed))

/**
 * Compares an image with the manifest kept of another. Packages and settings are named as ever, files
 * by their folder; a folder that holds files of a package counts as drift, as nobody can tell which
 * of its files it was.
 */
export const compareWithFile = (pinned: ManifestFile, rebuilt: Manifest): EnvironmentComparison =>
  compareAll(pinned, rebuilt, (changed) => compareFolders(pinned, rebuilt, changed))
