import { zipSync } from 'fflate'

/** Files of NumPy and safetensors, made as they make them. */

/** An `.npy` file, version 1, in C order. */
export function npy(type: string, shape: readonly number[], elements: Uint8Array): Buffer {
  const sizes = `(${shape.map((size) => `${size},`).join(' ')})`
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${sizes}, }`
  const header = `${text.padEnd(Math.ceil((11 + text.length) / 64) * 64 - 11)}\n`
  const size = Buffer.alloc(2)
  size.writeUInt16LE(header.length)
  return Buffer.concat([
    Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1'),
    size,
    Buffer.from(header),
    elements,
  ])
}

export const doubles = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer)

export const npz = (members: Readonly<Record<string, Buffer>>): Buffer =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(members).map(([name, file]) => [`${name}.npy`, file]))),
  )

export function safetensors(header: object, data: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(header))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([size, text, data])
}
