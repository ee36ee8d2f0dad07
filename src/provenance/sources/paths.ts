/** Paths of other machines. */

/** Folders of a user, whose name is nobody's business. */
const HOME = /(?:[A-Za-z]:)?[\\/](?:home|Users)[\\/][^\\/\s"':]+/g

/** A text without the names of home folders. */
export const withoutHome = (text: string): string => text.replace(HOME, '~')

/** An address without a user or a password. */
export const withoutPassword = (address: string): string => address.replace(/^(\w+:\/\/)[^/@\s]*@/, '$1')

/** Finds files of the tree by paths of other machines: by the longest end of the path, in any case. */
export function endFinder(files: readonly string[]): (path: string) => string | undefined {
  const known = new Map(files.map((file) => [file.toLowerCase(), file]))
  return (path) => {
    let end = path
      .replace(/^file:\/\/(?:localhost)?/, '')
      .replaceAll('\\', '/')
      .toLowerCase()
      .slice(-1024)
    for (;;) {
      const found = known.get(end)
      if (found !== undefined) return found
      const slash = end.indexOf('/')
      if (slash < 0) return undefined
      end = end.slice(slash + 1)
    }
  }
}
