import type { History, SourceTree } from '../../../src/provenance/sources/source.js'
import type { TreeFile } from '../../../src/system/tree-files.js'

/** A tree of files that are only in memory. */
export function treeOf(files: Readonly<Record<string, string | Buffer>>, prefix = ''): SourceTree {
  const read = (path: string, cap: number): TreeFile => {
    const content = Object.hasOwn(files, path) ? files[path] : undefined
    if (content === undefined) return { refused: 'missing', why: `there is no ${path}` }
    const bytes = Buffer.from(content)
    return bytes.length > cap ? { refused: 'too-large', why: `${path} is too large` } : { bytes }
  }
  return {
    prefix,
    files: {
      list: () => Promise.resolve(Object.keys(files)),
      read: (path, cap) => Promise.resolve(read(path, cap)),
    },
  }
}

/** A history in which one file has these versions, the newest first. */
export function historyOf(versions: Readonly<Record<string, string>>, { shallow = false } = {}): History {
  const commits = Object.keys(versions)
  return {
    head: commits[0]!,
    git: {
      history: (_, limit) => Promise.resolve(commits.slice(0, limit)),
      show: (commit) => Promise.resolve(Buffer.from(versions[commit]!)),
      resolve: (revision) => Promise.resolve(commits.find((commit) => commit.startsWith(revision))),
      isAncestor: () => Promise.resolve(true),
      filesAt: () => Promise.resolve([]),
      shallow: () => Promise.resolve(shallow),
    },
  }
}
