import { describe, expect, test } from '@jest/globals'
import type { TarHeader } from '../../../src/environment/manifest/tar-header.js'
import { readTar } from '../../../src/environment/manifest/tar.js'
import { streamOf, tarOf } from '../tree.js'

async function read(bytes: Buffer, size?: number) {
  const found: (TarHeader & { content: string })[] = []
  await readTar(streamOf(bytes, size), (header) => {
    const entry = { ...header, content: '' }
    found.push(entry)
    return { data: (chunk) => (entry.content += chunk.toString('latin1')), end: () => {} }
  })
  return found
}

/** One header block by hand, for what no packer writes. */
function block(name: Buffer | string, { flag = '0', size = 0, magic = 'ustar\x0000' } = {}): Buffer {
  const header = Buffer.alloc(512)
  header.set(Buffer.from(name), 0)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(size.toString(8).padStart(11, '0'), 124)
  header.write('00000000000', 136)
  header.write(flag, 156)
  header.write(magic, 257)
  header.fill(' ', 148, 156)
  header.write(
    header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0') + '\0 ',
    148,
  )
  return header
}
const padded = (content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content)
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
/** The length counts its own digits; all here have two. */
const paxRecord = (key: string, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${key.length + value.length + 5} ${key}=`), value, Buffer.from('\n')])
const END = Buffer.alloc(1024)

describe('readTar', () => {
  test.each([1, 7, 511, 512, 513, 100_000])(
    'reads what tar-stream packs, in chunks of %d bytes',
    async (size) => {
      const long = `opt/${'long/'.repeat(40)}name`
      const bytes = await tarOf({
        'a.txt': 'hello',
        empty: '',
        'dir/': {},
        link: { type: 'symlink', linkname: 'a.txt' },
        hard: { type: 'link', linkname: 'a.txt' },
        null: { type: 'character-device', devmajor: 1, devminor: 3 },
        [long]: 'x'.repeat(2000),
        setuid: { mode: 0o4755, uid: 1000, gid: 70_000 },
      })
      const found = await read(bytes, size)
      expect(found.map(({ path, type, content }) => [path, type, content])).toEqual([
        ['a.txt', 'file', 'hello'],
        ['empty', 'file', ''],
        ['dir/', 'directory', ''],
        ['link', 'symlink', ''],
        ['hard', 'hardlink', ''],
        ['null', 'char', ''],
        [long, 'file', 'x'.repeat(2000)],
        ['setuid', 'file', ''],
      ])
      expect(found[3]!.link).toBe('a.txt')
      expect(found[5]!.device).toBe('1:3')
      expect(found[7]).toMatchObject({ mode: 0o4755, uid: 1000, gid: 70_000 })
    },
  )

  test('keeps names and attributes byte for byte, UTF-8 or not', async () => {
    const pax = Buffer.concat([
      paxRecord('path', Buffer.from('a/\xff\xfe\x80A', 'latin1')),
      paxRecord('SCHILY.xattr.security.capability', Buffer.from([1, 0, 0xff])),
    ])
    const [entry] = await read(
      Buffer.concat([block('pax', { flag: 'x', size: pax.length }), padded(pax), block('short'), END]),
    )
    expect(entry!.path).toBe('a/\xff\xfe\x80A')
    expect(entry!.pax.get('SCHILY.xattr.security.capability')).toBe('\x01\0\xff')
  })

  test('reads the long names and links of GNU tar', async () => {
    const name = 'n'.repeat(300)
    const [entry] = await read(
      Buffer.concat([
        block('././@LongLink', { flag: 'L', size: 301 }),
        padded(`${name}\0`),
        block('././@LongLink', { flag: 'K', size: 5 }),
        padded('goal\0'),
        block('cut', { flag: '2', magic: 'ustar  \0' }),
        END,
      ]),
    )
    expect(entry).toMatchObject({ path: name, link: 'goal', type: 'symlink' })
  })

  test('a name of one entry does not reach the next', async () => {
    const pax = '14 path=first\n'
    const found = await read(
      Buffer.concat([block('p', { flag: 'x', size: pax.length }), padded(pax), block('a'), block('b'), END]),
    )
    expect(found.map(({ path }) => path)).toEqual(['first', 'b'])
  })

  test.each([
    [
      'a stream that stops within a file',
      async () => (await tarOf({ a: 'x'.repeat(5000) })).subarray(0, 2000),
    ],
    ['a stream that stops between two files', async () => (await tarOf({ a: 'x' })).subarray(0, 1024)],
    ['an empty stream', async () => Buffer.alloc(0)],
    ['bytes that are no tar', async () => Buffer.alloc(2048, 'x')],
    [
      'a wrong checksum',
      async () => {
        const bytes = await tarOf({ a: 'x' })
        bytes[0] = 0x62
        return bytes
      },
    ],
    ['an unknown type', async () => Buffer.concat([block('a', { flag: 'S' }), END])],
    [
      'an extended header of gigabytes',
      async () => Buffer.concat([block('a', { flag: 'x', size: 2 ** 31 }), END]),
    ],
    [
      'an extended header that lies about its length',
      async () => Buffer.concat([block('a', { flag: 'x', size: 12 }), padded('999 path=abc'), END]),
    ],
    [
      'an extended header without a length',
      async () => Buffer.concat([block('a', { flag: 'x', size: 8 }), padded('path=abc'), END]),
    ],
  ])('refuses %s', async (_, bytes) => {
    await expect(read(await bytes())).rejects.toMatchObject({ code: 'image/unreadable' })
  })
})
