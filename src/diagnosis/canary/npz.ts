import { unzipSync, zipSync } from 'fflate'
import { movedArray, npyArray, npyCells, type NpyArray } from './npy.js'
import { Unreadable, type RowFile } from './row-file.js'

/** Bytes and members of an archive, unpacked. */
export const UNPACKED_LARGEST = 256 * 1024 * 1024
const MEMBERS = 1000
/** Different lengths of the arrays of one file. */
const CANDIDATES = 8

/** The members of a zip archive by name, in order. @throws Unreadable also if it would be too large */
export function unzipped(bytes: Buffer): Map<string, Buffer> {
  let [total, members] = [0, 0]
  try {
    const files = unzipSync(bytes, {
      filter({ originalSize }) {
        total += originalSize
        if (total > UNPACKED_LARGEST || ++members > MEMBERS) throw new Unreadable('it is too large')
        return true
      },
    })
    return new Map(Object.entries(files).map(([name, file]) => [name, Buffer.from(file)]))
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('it is not a zip archive')
  }
}

/** An archive of the same members, not compressed, with the same time whenever it is made. */
export const zipped = (members: ReadonlyMap<string, Buffer>): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(members), { level: 0, mtime: '1980-01-01T12:00:00' }))

/**
 * Arrays of one length are the rows; those of another, as names of classes, stay. One candidate for each
 * length.
 *
 * @throws Unreadable
 */
export function npzRows(bytes: Buffer): RowFile[] {
  const members = unzipped(bytes)
  const arrays = new Map<string, NpyArray>()
  for (const [file, member] of members) arrays.set(file, npyArray(member))
  const lengths = new Set([...arrays.values()].flatMap(({ shape }) => shape[0] ?? []))
  return [...lengths]
    .filter((length) => length > 0)
    .slice(0, CANDIDATES)
    .map((length) => rowsOfLength(members, arrays, length))
}

const nameOf = (file: string): string => file.replace(/\.npy$/, '')

function rowsOfLength(
  members: ReadonlyMap<string, Buffer>,
  arrays: ReadonlyMap<string, NpyArray>,
  length: number,
): RowFile {
  const fitting = [...arrays].filter(([, { shape }]) => shape[0] === length)
  const lists = fitting.filter(([, { shape }]) => shape.length === 1)
  return {
    rows: length,
    columns: lists.map(([file]) => nameOf(file)),
    more: lists.length < fitting.length,
    cells: (column) => npyCells(arrays.get(`${column}.npy`)!, members.get(`${column}.npy`)!),
    moved({ from, own }) {
      const moved = new Map(members)
      for (const [file, array] of fitting)
        moved.set(file, movedArray(array, members.get(file)!, own.get(nameOf(file)) ?? from))
      return zipped(moved)
    },
  }
}
