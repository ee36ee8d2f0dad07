import { dpkg } from './dpkg.js'
import type { Ecosystem } from './ecosystem.js'
import type { Package, PackageFacts } from './package.js'
import { python } from './python.js'

/** In order: if two of them list a path as their own, the later one says it more finely. */
export const ECOSYSTEMS: readonly Ecosystem[] = [dpkg, python]

/** @throws Error for a type that is not in the list: nothing else makes packages */
export function ecosystemOf(type: string): Ecosystem {
  const found = ECOSYSTEMS.find((ecosystem) => ecosystem.type === type)
  if (found) return found
  throw new Error(`no ecosystem is called ${type}`)
}

/** purl without version. */
export const purl = ({ ecosystem, name }: Pick<Package, 'ecosystem' | 'name'>): string =>
  ecosystemOf(ecosystem).purlPrefix + name

/** The reverse of `purl`; undefined for text that is not one of ours. */
export function fromPurl(text: string): { ecosystem: Ecosystem; name: string } | undefined {
  const ecosystem = ECOSYSTEMS.find(({ purlPrefix }) => text.startsWith(purlPrefix))
  return ecosystem && { ecosystem, name: text.slice(ecosystem.purlPrefix.length) }
}

/** Reads one file of a package database; `text` is latin1. */
export type PackageReader = (text: string) => PackageFacts

const READERS: readonly { pattern: RegExp; reader(match: RegExpExecArray): PackageReader }[] =
  ECOSYSTEMS.flatMap(({ type, purlPrefix, databases, lists }) => [
    ...databases.map(({ pattern, read }) => ({
      pattern,
      reader:
        (match: RegExpExecArray): PackageReader =>
        (text) => ({ packages: read(text, match), ownership: [] }),
    })),
    ...lists.map(({ pattern, of }) => ({
      pattern,
      reader: (match: RegExpExecArray): PackageReader => {
        const { name, root } = of(match)
        const owner = purlPrefix + name
        return (text) => ({ packages: [], ownership: [{ ecosystem: type, owner, root, text }] })
      },
    })),
  ])

/** How a file contributes to the list of packages; null for all others. Paths are latin1, without a leading slash. */
export function packageReader(path: string): PackageReader | null {
  for (const { pattern, reader } of READERS) {
    const match = pattern.exec(path)
    if (match) return reader(match)
  }
  return null
}

/** For a file that is compiled from another one: the other. */
export function sourceOf(path: string): string | undefined {
  for (const { sourceOf: source } of ECOSYSTEMS) {
    const found = source?.(path)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether a path changes along with any package of its ecosystem, and says no more than the package does. */
export const isTrace = (path: string): boolean =>
  ECOSYSTEMS.some(({ traces }) => traces?.files.test(path) === true)
