export type Json = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** undefined: it is not JSON. Python's NaN and infinities are null. */
export function parsed(source: Uint8Array | string): unknown {
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
  try {
    return JSON.parse(text)
  } catch {
    try {
      return JSON.parse(
        text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
          token.startsWith('"') ? token : 'null',
        ),
      )
    } catch {
      return undefined
    }
  }
}
