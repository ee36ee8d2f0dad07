const HEADERS = ['Package', 'Version', 'Architecture', 'Status', 'Name'] as const
type Header = (typeof HEADERS)[number]

/** Characters of a header's value; a longer one is no name and no version. */
const VALUE_CAP = 1024

/**
 * The first value of each named header of an RFC 822 paragraph, in time linear to its length.
 * Continuation lines are skipped, and values longer than 1,024 characters are cut.
 */
export function headersOf(paragraph: string): Map<Header, string> {
  const found = new Map<Header, string>()
  for (let at = 0; at < paragraph.length && found.size < HEADERS.length;) {
    const end = lineEnd(paragraph, at)
    const header = HEADERS.find((name) => paragraph.startsWith(`${name}:`, at))
    if (header && !found.has(header)) {
      const start = at + header.length + 1
      found.set(header, paragraph.slice(start, Math.min(end, start + VALUE_CAP)).trim())
    }
    at = end + 1
  }
  return found
}

/** Where the line that holds `at` ends. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}
