import type { SourceTree } from '../../src/provenance/sources/source.js'
import { viewOf, type View } from '../../src/looking/view.js'

/** A tree in memory: paths and what they hold. */
export const treeOf = (files: Readonly<Record<string, string | Buffer>>, prefix = ''): SourceTree => ({
  prefix,
  files: {
    list: () => Promise.resolve(Object.keys(files)),
    read(path, cap) {
      const content = Object.hasOwn(files, path) ? files[path] : undefined
      if (content === undefined) return Promise.resolve({ refused: 'missing', why: `there is no ${path}` })
      const bytes = Buffer.from(content)
      if (bytes.length > cap) return Promise.resolve({ refused: 'too-large', why: `${path} is too large` })
      return Promise.resolve({ bytes })
    },
  },
})

export const viewIn = (files: Readonly<Record<string, string | Buffer>>): Promise<View> =>
  viewOf(treeOf(files))
