/** The first value of each named header of an RFC 822 paragraph. Continuation lines are skipped. */
export function headersOf(paragraph: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of paragraph.split('\n')) {
    const match = /^(Package|Version|Architecture|Status|Name):[ \t]*(.*?)\s*$/.exec(line)
    if (match && !found.has(match[1]!)) found.set(match[1]!, match[2]!)
  }
  return found
}
