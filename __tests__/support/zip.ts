import * as zlib from 'node:zlib'

/** How entries are packed, and their number in the format. */
const METHODS = {
  stored: [0, (bytes: Buffer) => bytes],
  deflated: [8, (bytes: Buffer) => zlib.deflateRawSync(bytes)],
  // Known since Node 22, which tests run under; the types are older.
  zstd: [
    93,
    (bytes: Buffer) =>
      (zlib as unknown as { zstdCompressSync(bytes: Buffer): Buffer }).zstdCompressSync(bytes),
  ],
} as const
export type Packing = keyof typeof METHODS

/** A ZIP archive, as small as one can be. */
export function zipOf(
  files: Readonly<Record<string, string | Buffer>>,
  packing: Packing = 'deflated',
): Buffer {
  const [method, pack] = METHODS[packing]
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content)
    const packed = pack(bytes)
    const title = Buffer.from(name)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(method, 8)
    header.writeUInt32LE(packed.length, 18)
    header.writeUInt32LE(bytes.length, 22)
    header.writeUInt16LE(title.length, 26)
    locals.push(header, title, packed)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(bytes.length, 24)
    entry.writeUInt16LE(title.length, 28)
    entry.writeUInt32LE(offset, 42)
    directory.push(entry, title)
    offset += header.length + title.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 8)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, ...directory, end])
}
