import type { SourceTree } from '../../src/provenance/sources/source.js'
import type { TreeFile } from '../../src/system/tree-files.js'

/** A tree that is held in memory. */
export function treeOf(files: Readonly<Record<string, string | Buffer>>, prefix = ''): SourceTree {
  const read = (path: string, cap: number): TreeFile => {
    const content = files[path]
    if (content === undefined) return { refused: 'missing', why: `there is no ${path}` }
    const bytes = Buffer.from(content)
    return bytes.length > cap
      ? { refused: 'too-large', why: `${path} is larger than ${cap / 1024 ** 2} MiB` }
      : { bytes }
  }
  return {
    prefix,
    files: {
      list: () => Promise.resolve(Object.keys(files)),
      read: (path, cap) => Promise.resolve(read(path, cap)),
    },
  }
}
