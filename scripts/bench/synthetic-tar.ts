/**
 * Prints the tar of a synthetic image with as many entries as the argument says, as an engine would
 * export it: folders of twenty files of a few hundred bytes, a third of them compiled, some links.
 */
import { once } from 'node:events'

const BLOCK = 512
/** Entries of one folder, itself included. */
const FOLDER = 21
/** Blocks that are written at once. */
const BATCH = 2048

const content = Buffer.alloc(BLOCK)
const CONTENT = 400

const template = Buffer.alloc(BLOCK)
template.write(['0000644', '0000000', '0000000', ''].join('\0'), 100, 'latin1')
template.write('00000000000', 136, 'latin1')
template.write(['ustar', '00'].join('\0'), 257, 'latin1')
template.fill(' ', 148, 156)
const templateSum = template.reduce((sum, byte) => sum + byte, 0)

const digits = (n: number, width: number): string => String(n).padStart(width, '0')

interface Described {
  path: string
  flag: '0' | '2' | '5'
  size: number
  link: string
}

/** The entry with this number. */
function entry(number: number): Described {
  const folder = Math.floor(number / FOLDER)
  const file = number % FOLDER
  const path = `opt/venv/lib/python3.11/site-packages/package${digits(Math.floor(folder / 50), 5)}/module${digits(folder % 50, 2)}`
  if (file === 0) return { path: `${path}/`, flag: '5', size: 0, link: '' }
  if (file === 20) return { path: `${path}/zz.so`, flag: '2', size: 0, link: `lib${digits(number, 7)}.so.1` }
  const name = `${path}/file${digits(file, 2)}.${file % 3 === 0 ? 'pyc' : 'py'}`
  return { path: name, flag: '0', size: CONTENT, link: '' }
}

const sumOf = (text: string): number => {
  let sum = 0
  for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at)
  return sum
}

function header({ path, flag, size, link }: Described, into: Buffer, at: number): void {
  template.copy(into, at)
  const length = `${size.toString(8).padStart(11, '0')}\0`
  into.write(path, at, 'latin1')
  into.write(length, at + 124, 'latin1')
  into.write(flag, at + 156, 'latin1')
  into.write(link, at + 157, 'latin1')
  const sum = templateSum + sumOf(path) + sumOf(length) + sumOf(flag) + sumOf(link)
  into.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
}

const entries = Number(process.argv[2])
let buffer = Buffer.alloc(BATCH * BLOCK)
let filled = 0
async function flush(): Promise<void> {
  if (!process.stdout.write(buffer.subarray(0, filled))) await once(process.stdout, 'drain')
  buffer = Buffer.alloc(BATCH * BLOCK)
  filled = 0
}
for (let number = 0; number < entries; number++) {
  const described = entry(number)
  header(described, buffer, filled)
  filled += BLOCK
  if (described.size > 0) {
    content.writeUInt32LE(number, 0)
    content.copy(buffer, filled)
    filled += BLOCK
  }
  if (filled >= (BATCH - 1) * BLOCK) await flush()
}
filled += 2 * BLOCK
await flush()
