/** A package that is installed in an image. Text is latin1: the bytes as they are. */
export interface Package {
  /** `type` of its ecosystem: `deb`, `pypi`. */
  ecosystem: string
  name: string
  version: string
  /** '' if the ecosystem has none. */
  arch: string
  /** Where it is installed, without a leading slash: a virtual environment's site-packages. '' for the system. */
  root: string
}

/** The list of files that a package says are its own; parsed only when a difference has to be explained. */
export interface Ownership {
  ecosystem: string
  /** purl without version. */
  owner: string
  /** Paths are relative to this folder; '' for the root of the tree. */
  root: string
  /** The list as it is in the image, latin1. */
  text: string
}

/** What one file of a package database says. */
export interface PackageFacts {
  packages: readonly Package[]
  ownership: readonly Ownership[]
}

/** What makes two entries of two images the same package. */
export const packageKey = ({ ecosystem, name, arch, root }: Package): string =>
  [ecosystem, name, arch, root].join('\0')
