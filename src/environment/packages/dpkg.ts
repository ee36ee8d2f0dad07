import type { Ecosystem } from './ecosystem.js'
import { headersOf } from './headers.js'
import type { Package } from './package.js'

const TYPE = 'deb'

/** dpkg's `status`, or a file of `status.d` (which has no Status field). */
export function parseDpkgStatus(text: string): Package[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const headers = headersOf(paragraph)
    const [name, version, status] = ['Package', 'Version', 'Status'].map((header) => headers.get(header))
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
  listed: (text) => text.split('\n'),
  folderOf: () => 'usr',
  traces: {
    files: /^(?:var\/lib\/dpkg(?:\/.*)?|var\/lib\/apt\/extended_states|etc\/ld\.so\.cache)$/s,
    folders: /^(?:var\/lib\/dpkg(?:\/.*)?|var\/lib\/apt|etc)$/s,
  },
}
