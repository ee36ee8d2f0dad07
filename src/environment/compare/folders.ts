import { showText } from '../../text/latin1.js'
import { folderDigests, type ManifestFile } from '../manifest/file.js'
import type { Entries } from '../manifest/entries.js'
import { byText } from '../manifest/hash.js'
import { ownersOf, type Owners } from '../packages/owners.js'
import { BATCH, type Pause } from '../pause.js'
import { ONLY_PINNED, ONLY_REBUILT, sidesOf, type Differences } from './comparison.js'
import { explainedBy, type Explained } from './explained.js'
import type { Trees } from './files.js'

/** Compares a tree with the digests that are kept of the folders of another. */
export async function compareFolders(
  { pinned, rebuilt, changed }: Trees<ManifestFile>,
  found: Differences,
  pause: Pause,
): Promise<void> {
  if (pinned.hashes.tree === rebuilt.hashes.tree) return
  const [before, after] = [new Map(pinned.folders), await folderDigests(rebuilt.entries, pause)]
  const folders = [...new Set([...before.keys(), ...after.keys()])]
    .filter((folder) => before.get(folder) !== after.get(folder))
    .sort(byText)
  const ownerOf = await ownersOf(rebuilt, pause)
  const explained = explainedBy(changed, [ownerOf])
  const contents = await lookInside(rebuilt.entries, new Set(folders), { ownerOf, explained, pause })
  for (const folder of folders) {
    const { owner, isExplained } = contents.get(folder) ?? { isExplained: false }
    if (isExplained || explained.folder(folder)) continue
    if (!after.has(folder) && explained.goneFolder(folder)) continue
    found.add({
      difference: {
        kind: 'folder',
        name: `/${folder}`,
        ...sidesOf(before.get(folder), after.get(folder)),
        owner: owner && showText(owner),
        note: noteOf(before.has(folder), after.has(folder)),
      },
    })
  }
}

const noteOf = (before: boolean, after: boolean): string =>
  before && after ? 'something in this folder' : before ? ONLY_PINNED : ONLY_REBUILT

/** What is known of the files that lie directly in a folder. */
interface Inside {
  /** Of the first that has one. */
  owner?: string | undefined
  /** Whether one of them belongs to a package that is named. */
  isExplained: boolean
}

/** @param folders named as they are shown */
async function lookInside(
  entries: Entries,
  folders: ReadonlySet<string>,
  { ownerOf, explained, pause }: { ownerOf: Owners; explained: Explained; pause: Pause },
): Promise<Map<string, Inside>> {
  const found = new Map<string, Inside>()
  for (let at = 0; at < entries.size; at++) {
    if (at % BATCH === 0) await pause()
    const path = entries.pathAt(at)
    const folder = showText(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    if (!folders.has(folder) || entries.at(at).type === 'd') continue
    const { owner, isExplained } = found.get(folder) ?? { isExplained: false }
    found.set(folder, {
      owner: owner ?? ownerOf(path)?.owner,
      isExplained: isExplained || explained.owned(path),
    })
  }
  return found
}
