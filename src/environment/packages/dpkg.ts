import type { Ecosystem } from './ecosystem.js'
import { headersOf, lineEnd } from './headers.js'
import type { Package } from './package.js'

const TYPE = 'deb'

/** Ended by lines with nothing but white space. */
function paragraphs(text: string): string[] {
  const found: string[] = []
  let start = 0
  for (let at = 0; at < text.length;) {
    const end = lineEnd(text, at)
    if (isBlank(text, at, end)) {
      if (at > start) found.push(text.slice(start, at))
      start = end + 1
    }
    at = end + 1
  }
  if (start < text.length) found.push(text.slice(start))
  return found
}

function isBlank(text: string, start: number, end: number): boolean {
  let at = start
  while (at < end && /\s/.test(text[at]!)) at++
  return at === end
}

/** dpkg's `status`, or a file of `status.d` (which has no Status field). */
export function parseDpkgStatus(text: string): Package[] {
  return paragraphs(text).flatMap((paragraph) => {
    const headers = headersOf(paragraph)
    const [name, version, status] = (['Package', 'Version', 'Status'] as const).map((header) =>
      headers.get(header),
    )
    if (!name || !version || (status !== undefined && !status.endsWith(' installed'))) return []
    return [{ ecosystem: TYPE, name, version, arch: headers.get('Architecture') ?? '', root: '' }]
  })
}

/** Debian and its descendants. */
export const dpkg: Ecosystem = {
  type: TYPE,
  purlPrefix: 'pkg:deb/debian/',
  pin: (name, version) => `${name}=${version}`,
  databases: [
    { pattern: /^var\/lib\/dpkg\/(?:status|status\.d\/[^/]+(?<!\.md5sums))$/, read: parseDpkgStatus },
  ],
  lists: [
    {
      pattern: /^var\/lib\/dpkg\/info\/([^/:]+)(?::[^/]+)?\.list$/,
      of: ([, name]) => ({ name: name!, root: '' }),
    },
  ],
  listed: (line) => line,
  folderOf: () => 'usr',
  traces: {
    files: /^(?:var\/lib\/dpkg(?:\/.*)?|var\/lib\/apt\/extended_states|etc\/ld\.so\.cache)$/s,
    folders: /^(?:var\/lib\/dpkg(?:\/.*)?|var\/lib\/apt|etc)$/s,
  },
}
