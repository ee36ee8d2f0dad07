import { BLOCK } from '../environment/manifest/tar-header.js'

/** An entry of a tar. Names are latin1: the bytes as they are. */
export interface TarEntry {
  path: string
  type: 'file' | 'directory' | 'symlink'
  mode: number
  uid?: number
  gid?: number
  /** Bytes that follow; a file alone has any. */
  size?: number
  /** Seconds since 1970. */
  mtime?: number
  link?: string
}

const FLAGS = { file: '0', symlink: '2', directory: '5' } as const
/** Bytes of a name in the header itself. */
const NAME = 100

/** Zeros that fill up the last block of a content. */
export const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)

/** Two empty blocks. */
export const TAR_END = Buffer.alloc(2 * BLOCK)

/**
 * The header of one entry, without its content: ustar, with GNU's extension for names longer than 100
 * bytes. A library would read names as UTF-8, which those of an image need not be.
 * Format: https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
export function tarHeader(entry: TarEntry): Buffer {
  const { path, link = '', type } = entry
  return Buffer.concat([
    ...(path.length > NAME ? longName('L', path) : []),
    ...(link.length > NAME ? longName('K', link) : []),
    block({ ...entry, path: path.slice(0, NAME), link: link.slice(0, NAME) }, FLAGS[type]),
  ])
}

function longName(flag: 'L' | 'K', name: string): Buffer[] {
  const content = Buffer.from(`${name}\0`, 'latin1')
  const header = block({ path: '././@LongLink', type: 'file', mode: 0, size: content.length }, flag)
  return [header, content, padding(content.length)]
}

function block(
  { path, mode, uid = 0, gid = 0, size = 0, mtime = 0, link = '' }: TarEntry,
  flag: string,
): Buffer {
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  header.write(path, 0, 'latin1')
  octal(mode, 100, 8)
  octal(uid, 108, 8)
  octal(gid, 116, 8)
  octal(size, 124, 12)
  octal(mtime, 136, 12)
  header.write(' '.repeat(8) + flag, 148, 'latin1')
  header.write(link, 157, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}
