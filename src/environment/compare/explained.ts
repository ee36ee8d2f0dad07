import { ecosystemOf, purl } from '../packages/index.js'
import type { Owners } from '../packages/owners.js'
import { showText } from '../../text/latin1.js'
import type { ChangedPackage } from './packages.js'

/** What needs no name of its own: a package is named whose versions differ, and it follows from that. */
export interface Explained {
  /** Latin1, without a leading slash. */
  file(path: string): boolean
  /** A folder, as it is shown, whatever it holds. */
  folder(path: string): boolean
  /** A file: it belongs to a package that is named. */
  owned(path: string): boolean
  /** A folder, as it is shown, that the rebuild does not have. */
  goneFolder(path: string): boolean
}

/** @param owners of both images, as far as they are at hand */
export function explainedBy(changed: readonly ChangedPackage[], owners: readonly Owners[]): Explained {
  const named = new Set(changed.map((one) => `${purl(one.package)}\0${one.package.root}`))
  const traces = [...new Set(changed.map((one) => one.package.ecosystem))].flatMap(
    (type) => ecosystemOf(type).traces ?? [],
  )
  const folders = changed.map(({ package: { ecosystem, root } }) =>
    showText(ecosystemOf(ecosystem).folderOf(root)),
  )
  const owned = (path: string) =>
    owners.some((ownerOf) => {
      const found = ownerOf(path)
      return found !== undefined && named.has(`${found.owner}\0${found.root}`)
    })
  return {
    file: (path) => owned(path) || traces.some(({ files }) => files.test(path)),
    owned,
    folder: (path) => traces.some((trace) => trace.folders.test(path)),
    goneFolder: (path) => folders.some((folder) => path.startsWith(`${folder}/`)),
  }
}
