import type { TreeFiles } from '../../src/system/tree-files.js'

/** A tree that is in memory, by paths. */
export const memoryTree = (files: Readonly<Record<string, string | Buffer>>): TreeFiles => ({
  list: () => Promise.resolve(Object.keys(files).sort()),
  read(path, cap) {
    const held = Object.hasOwn(files, path) ? files[path] : undefined
    if (held === undefined) return Promise.resolve({ refused: 'missing', why: `there is no ${path}` })
    const bytes = Buffer.from(held)
    return Promise.resolve(
      bytes.length > cap
        ? { refused: 'too-large', why: `${path} is larger than ${cap / 1024 ** 2} MiB` }
        : { bytes },
    )
  },
})
