import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Readable } from 'node:stream'
import { planLayer, type LayerPlan } from '../../src/diagnosis/layer.js'
import { padding, TAR_END, tarHeader } from '../../src/diagnosis/tar-writer.js'
import { readTar } from '../../src/environment/manifest/tar.js'
import type { TarHeader } from '../../src/environment/manifest/tar-header.js'
import { manifestOf, noPause, type Files } from '../environment/tree.js'

const plan = async (base: Files, donor: Files, paths: readonly string[]): Promise<LayerPlan> =>
  planLayer(await manifestOf(base), await manifestOf(donor), paths, noPause)
const written = ({ files }: LayerPlan) => files.map(({ path }) => path)

describe('the layer that puts paths of one image into another', () => {
  it('writes what the donor has, with every folder around it as the base has it', async () => {
    const layer = await plan(
      { 'opt/': { mode: 0o1777 }, 'opt/a.txt': '1' },
      { 'opt/': { mode: 0o755 }, 'opt/a.txt': '2', 'opt/b.txt': '2' },
      ['opt/a.txt'],
    )
    expect(written(layer)).toEqual(['opt/a.txt'])
    expect(layer.gone).toEqual([])
    expect(layer.folders).toMatchObject([{ path: 'opt', entry: { mode: 0o1777 } }])
  })

  it('takes away what the donor does not have, a folder that is left empty as a whole', async () => {
    const base = {
      'lib/': {},
      'lib/x-2.0.dist-info/': {},
      'lib/x-2.0.dist-info/METADATA': 'x',
      'lib/y.py': '',
    }
    const layer = await plan(base, { 'lib/': {}, 'lib/y.py': '' }, ['lib/x-2.0.dist-info/METADATA'])
    expect(layer).toMatchObject({ files: [], gone: ['lib/x-2.0.dist-info'] })
  })

  it('leaves a folder in which something else stays', async () => {
    const base = { 'lib/': {}, 'lib/x/': {}, 'lib/x/a.py': '', 'lib/x/b.py': '' }
    expect((await plan(base, { 'lib/': {} }, ['lib/x/a.py'])).gone).toEqual(['lib/x/a.py'])
  })

  it('goes where a link at the top of the base leads, and does not replace it', async () => {
    const layer = await plan(
      { 'usr/': {}, 'usr/lib/': {}, lib: { type: 'symlink', linkname: 'usr/lib' }, 'usr/lib/z.so': '2' },
      { 'lib/': {}, 'lib/z.so': '1' },
      ['lib/z.so'],
    )
    expect(layer.files).toEqual([{ path: 'usr/lib/z.so', from: 'lib/z.so' }])
    expect(layer.folders.map(({ path }) => path)).toEqual(['usr', 'usr/lib'])
  })
})

describe('the tar that is written', () => {
  const read = async (bytes: Buffer) => {
    const headers: TarHeader[] = []
    await readTar(Readable.from([bytes]), (header) => {
      headers.push(header)
      return null
    })
    return headers
  }

  it('is read back with any name, mode, owner and link, long and not UTF-8 ones too', async () => {
    const name = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 300,
    })
    await fc.assert(
      fc.asyncProperty(name, name, fc.nat(0o7777), fc.nat(2_000_000), async (path, link, mode, uid) => {
        const entry = { path, link, mode, uid, gid: 7, mtime: 1_700_000_000 }
        const content = Buffer.from('content')
        const bytes = Buffer.concat([
          tarHeader({ ...entry, type: 'symlink' }),
          tarHeader({ ...entry, link: '', type: 'file', size: content.length }),
          content,
          padding(content.length),
          TAR_END,
        ])
        expect(await read(bytes)).toMatchObject([
          { ...entry, type: 'symlink' },
          { path, mode, uid, gid: 7, type: 'file', size: 7, link: '' },
        ])
      }),
    )
  })
})
