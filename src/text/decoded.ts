/** UTF-8, or UTF-16 by its mark, as shells of Windows write; undefined for what is binary. */
export function decodedText(bytes: Buffer): string | undefined {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return bytes.subarray(2).toString('utf16le')
  if (first === 0xfe && second === 0xff)
    return Buffer.from(bytes.subarray(2, 2 + ((bytes.length - 2) & ~1)))
      .swap16()
      .toString('utf16le')
  if (bytes.subarray(0, 2048).includes(0)) return undefined
  return bytes.toString('utf8').replace(/^\ufeff/, '')
}
