import { showText } from '../../text/latin1.js'
import { folderDigests, type ManifestFile } from '../manifest/file.js'
import { byText } from '../manifest/hash.js'
import type { Manifest } from '../manifest/manifest.js'
import { ownersOf } from '../packages/owners.js'
import { ONLY_PINNED, ONLY_REBUILT, sidesOf, type FoundDifference } from './comparison.js'
import { explainedBy } from './explained.js'
import type { ChangedPackage } from './packages.js'

/** Compares a tree with the digests that are kept of the folders of another. */
export function compareFolders(
  pinned: ManifestFile,
  rebuilt: Manifest,
  changed: readonly ChangedPackage[],
): FoundDifference[] {
  if (pinned.hashes.tree === rebuilt.hashes.tree) return []
  const [before, after] = [new Map(pinned.folders), folderDigests(rebuilt.entries)]
  const folders = [...new Set([...before.keys(), ...after.keys()])]
    .filter((folder) => before.get(folder) !== after.get(folder))
    .sort(byText)
  const ownerOf = ownersOf(rebuilt)
  const explained = explainedBy(changed, [ownerOf])
  const files = filesIn(rebuilt, new Set(folders))
  return folders
    .filter(
      (folder) =>
        !explained.folder(folder, files.get(folder) ?? []) &&
        (after.has(folder) || !explained.goneFolder(folder)),
    )
    .map((folder) => {
      const owner = files
        .get(folder)
        ?.map((path) => ownerOf(path)?.owner)
        .find((one) => one !== undefined)
      return {
        difference: {
          kind: 'folder',
          name: `/${folder}`,
          ...sidesOf(before.get(folder), after.get(folder)),
          owner: owner && showText(owner),
          note: noteOf(before.has(folder), after.has(folder)),
        },
      }
    })
}

const noteOf = (before: boolean, after: boolean): string =>
  before && after ? 'something in this folder' : before ? ONLY_PINNED : ONLY_REBUILT

/** What lies directly in each of these folders, which are named as they are shown. */
function filesIn({ entries }: Manifest, folders: ReadonlySet<string>): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [path, entry] of entries) {
    const folder = showText(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    if (entry.type === 'd' || !folders.has(folder)) continue
    const files = found.get(folder)
    if (files) files.push(path)
    else found.set(folder, [path])
  }
  return found
}
