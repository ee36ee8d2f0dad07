import type { Package } from './package.js'

/** A kind of file that says which packages are installed. */
export interface DatabaseReader {
  /** Of the file's path: latin1, without a leading slash. */
  readonly pattern: RegExp
  /** `text` is latin1 and untrusted. Never throws. */
  read(text: string, match: RegExpExecArray): Package[]
}

/** A kind of file in which a package lists what it has installed. */
export interface ListReader {
  readonly pattern: RegExp
  /** Whose list it is, and the folder that its paths are relative to. */
  of(match: RegExpExecArray): { name: string; root: string }
}

/**
 * One way of installing packages, and everything that reprogate knows about it. A new one is a file
 * beside this, and a line in the list.
 */
export interface Ecosystem {
  /** As manifests and hashes write it. */
  readonly type: string
  /** A package's name behind it is the purl without version, https://github.com/package-url/purl-spec */
  readonly purlPrefix: string
  /** How one version is asked for: `name==1.2`. */
  pin(name: string, version: string): string
  readonly databases: readonly DatabaseReader[]
  readonly lists: readonly ListReader[]
  /** The path in a line of a list, as it writes it; '' for a line that names none. Latin1. */
  listed(line: string): string
  /** The folder below which a package installed at `root` has folders of its own. */
  folderOf(root: string): string
  /** What changes along with any of its packages, and says no more than the package itself does. */
  readonly traces?: {
    readonly files: RegExp
    /** The same if only folders can be compared. */
    readonly folders: RegExp
  }
  /** For a file that is compiled from another one: the other. It belongs to the same package. */
  sourceOf?(path: string): string | undefined
}
