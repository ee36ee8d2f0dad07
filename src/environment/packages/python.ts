import type { Ecosystem } from './ecosystem.js'
import { headersOf, lineEnd } from './headers.js'
import type { Package } from './package.js'

const TYPE = 'pypi'

/** Normalised as PyPI does: https://packaging.python.org/en/latest/specifications/name-normalization/ */
export const pypiName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/** Before the first empty line. */
function headersEnd(text: string): number {
  for (let at = 0; at < text.length;) {
    const end = lineEnd(text, at)
    if (end === at || (end === at + 1 && text[at] === '\r')) return at
    at = end + 1
  }
  return text.length
}

/** METADATA or PKG-INFO: the headers end at the first empty line. */
export function parsePythonMetadata(text: string, root: string): Package[] {
  const headers = headersOf(text.slice(0, headersEnd(text)))
  const name = headers.get('Name')
  if (!name) return []
  return [{ ecosystem: TYPE, name: pypiName(name), version: headers.get('Version') ?? '', arch: '', root }]
}

/** The first column of a CSV row, which may be quoted. */
function firstColumn(line: string): string {
  if (!line.startsWith('"')) return line.split(',', 1)[0]!
  for (let at = line.indexOf('"', 1); at !== -1; at = line.indexOf('"', at + 2))
    if (line[at + 1] !== '"') return line.slice(1, at).replaceAll('""', '"')
  return ''
}

/** `a/__pycache__/b.cpython-311.opt-1.pyc` → `a/b.py`; undefined for a file that is not compiled. */
function pythonSource(path: string): string | undefined {
  if (!path.endsWith('.pyc')) return undefined
  const cached = /^(.*\/|)__pycache__\/([^/]*?)\.[^/.]+(?:\.opt-[^/.]+)?\.pyc$/s.exec(path)
  return cached ? `${cached[1]}${cached[2]}.py` : path.slice(0, -1)
}

/** Whatever installs distributions with metadata: pip, uv, distutils. */
export const python: Ecosystem = {
  type: TYPE,
  purlPrefix: 'pkg:pypi/',
  pin: (name, version) => `${name}==${version}`,
  databases: [
    {
      pattern: /^(?:(.*)\/)?[^/]+(?:\.dist-info\/METADATA|\.egg-info\/PKG-INFO|\.egg-info)$/s,
      read: (text, [, root]) => parsePythonMetadata(text, root ?? ''),
    },
  ],
  lists: [
    {
      pattern: /^(?:(.*)\/)?([^/]+)\.dist-info\/RECORD$/s,
      of: ([, root, distribution]) => ({
        name: pypiName(distribution!.replace(/-[^-]*$/, '')),
        root: root ?? '',
      }),
    },
  ],
  listed: (line) => firstColumn(line.trimEnd()),
  folderOf: (root) => root,
  sourceOf: pythonSource,
}
