import { TableError } from '../table.js'
import { LARGEST_BINARY, rowsOfCells, type RowFormat } from './format.js'
import { sampleRow } from './json.js'
import { readNpy, rowsOfArrays } from './npy.js'
import { openArchive } from './zip.js'

/** Bytes of all entries, unpacked. */
const LARGEST_TOTAL = 1024 ** 3

/** `.npz` of NumPy, and `.eval` of Inspect AI: ZIP archives, told apart by what they hold. */
export const archives: RowFormat = {
  largest: LARGEST_BINARY,
  is: (start) => start.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004')),
  read(bytes) {
    const archive = openArchive(bytes, LARGEST_BINARY)
    if ('problem' in archive) throw new TableError(archive.problem)
    let total = 0
    const entry = (name: string): Buffer => {
      const read = archive.read(name)!
      if ('problem' in read) throw new TableError(read.problem)
      total += read.length
      if (total > LARGEST_TOTAL) throw new TableError(`unpacks to more than ${LARGEST_TOTAL / 1024 ** 3} GiB`)
      return read
    }
    const samples = archive.names.filter((name) => /^samples\/[^/]+\.json$/.test(name)).sort()
    const each = function* () {
      for (const name of samples) yield sampleRow(entry(name))
    }
    if (samples.length > 0) return rowsOfCells(each())
    const arrays = archive.names.filter((name) => name.endsWith('.npy'))
    if (arrays.length < archive.names.length || arrays.length === 0)
      throw new TableError('is an archive of neither arrays nor samples')
    return rowsOfArrays(new Map(arrays.map((name) => [name.slice(0, -4), readNpy(entry(name))])))
  },
}
