import { globSource, NORMALISATION, type Treatment } from './normalise.js'
import type { TarHeader } from './tar-header.js'

/**
 * What of an image is covered while the evaluation runs: paths whose content the comparison does not
 * look at. What nobody has compared, no evaluation may read. Absolute paths.
 */
export interface Covers {
  /** Covered by an empty folder. */
  folders: string[]
  /** Covered by an empty file. */
  files: string[]
  /** What cannot be covered: then nothing is evaluated. */
  open: string[]
}

/** Mounts that a container is given; every honest image stays far below. */
const MOST_COVERS = 200
/** Paths that are named if there are too many, or if they cannot be covered. */
const NAMED = 5
/** Bytes of a path that can be mounted on. */
const LONGEST = 4096

/** The engine mounts something of its own over them, and the sandbox a fresh `/tmp`. */
const MOUNTED = /^(?:proc|sys|dev|tmp)(?:\/|$)|^etc\/(?:hosts|hostname|resolv\.conf)$/
/** R cannot load a package without it. It is made from DESCRIPTION, and dated. */
const NEEDED = /(?:^|\/)Meta\/package\.rds$/
/** The engine's own link. */
const MOUNT_TABLE = { path: 'etc/mtab', link: /^(?:\.\.)?\/proc\/(?:self\/)?mounts$/ }

const globsOf = (treatment: Treatment): string[] =>
  NORMALISATION.filter((rule) => rule.treatment === treatment).flatMap(({ paths }) => [...paths])

/** Folders of which everything is ignored that is directly in them. */
const FOLDERS = new RegExp(
  `^(?:${globsOf('ignore')
    .flatMap((glob) => (/\/\*{1,2}$/.test(glob) ? [globSource(glob.replace(/\/\*+$/, ''))] : []))
    .join('|')})$`,
  's',
)
/** Folders of which something is compared all the same: what is in them is covered one by one. */
const PARTLY = /^(?:root|home\/[^/]*)\/\.cache$/

/** Collects what has to be covered, entry by entry of an image's tar. Paths are latin1. */
export class Coverings {
  private readonly folders = new Set<string>()
  private readonly files = new Set<string>()
  private readonly open = new Set<string>()

  /** Takes an entry whose content is not compared. */
  add(path: string, { type, size, link }: Pick<TarHeader, 'type' | 'size' | 'link'>): void {
    if (MOUNTED.test(path) || NEEDED.test(path)) return
    const folder = folderOf(path)
    if (folder !== undefined && folder !== path) return this.put(this.folders, folder)
    if (type === 'directory') return folder === undefined ? undefined : this.put(this.folders, path)
    if (type === 'hardlink' || (type === 'file' && (size > 0 || folder !== undefined)))
      return this.put(this.files, path)
    if (type !== 'symlink' || (path === MOUNT_TABLE.path && MOUNT_TABLE.link.test(link))) return
    this.put(this.open, path)
  }

  list(): Covers {
    const [folders, files, open] = [this.folders, this.files, this.open].map((paths) =>
      [...paths].sort().map((path) => `/${utf8(path) ?? path}`),
    ) as [string[], string[], string[]]
    const all = [...folders, ...files]
    if (all.length > MOST_COVERS) open.push(...all.slice(0, NAMED))
    return { folders, files, open: open.slice(0, NAMED) }
  }

  private put(paths: Set<string>, path: string): void {
    // One more than can be mounted is known to be too many.
    const into = utf8(path) === undefined || path.length > LONGEST ? this.open : paths
    if (into.size <= MOST_COVERS) into.add(path)
  }
}

/** The folder to cover: the outermost, or in a folder that is compared in part what is directly in it. */
function folderOf(path: string): string | undefined {
  const names = path.slice(0, LONGEST).split('/')
  for (let end = 1; end < names.length; end++) {
    const folder = names.slice(0, end).join('/')
    if (FOLDERS.test(folder)) return PARTLY.test(folder) ? names.slice(0, end + 1).join('/') : folder
  }
  return undefined
}

/** Names that are no UTF-8 cannot be given to a program. */
function utf8(latin1: string): string | undefined {
  const bytes = Buffer.from(latin1, 'latin1')
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined
}
