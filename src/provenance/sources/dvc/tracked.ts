import { dirname } from 'node:path/posix'
import { parseYaml } from '../../../text/yaml.js'
import type { Place } from '../../../verdict/finding.js'
import { readText } from '../saying.js'
import type { SourceTree } from '../source.js'
import { listOf, mapOf, scalarText } from '../values.js'
import { lockedFile, type LockedFile } from './lock.js'
import { placed } from './pipeline.js'

/** Bytes of a `.dvc` file, and how many of them are read. */
const LARGEST = 256 * 1024
const MOST = 2000

/** Data that a `.dvc` file keeps the digest of. */
export interface TrackedFile extends LockedFile {
  /** Relative to the working directory. */
  path: string
  /** The `.dvc` file, relative to the root of the repository. */
  file: string
  /** For an import: where it comes from. */
  source?: { text: string; place: Place } | undefined
}

/** Every `.dvc` file of the tree. One that cannot be read says nothing. */
export async function readTracked(tree: SourceTree, files: readonly string[]): Promise<TrackedFile[]> {
  const names = files.filter((file) => /[^/]\.dvc$/.test(file) && !/(?:^|\/)\.dvc\//.test(file))
  const all: TrackedFile[] = []
  for (const path of names.slice(0, MOST)) {
    const read = await readText(tree, path, LARGEST)
    if (!('refused' in read)) all.push(...trackedIn(read, path))
  }
  return all
}

function trackedIn({ text, file }: { text: string; file: string }, path: string): TrackedFile[] {
  const { value, lineOf } = parseYaml(text)
  const top = mapOf(value)
  const folder = placed(dirname(path), scalarText(top['wdir']) ?? '.')
  if (folder === undefined) return []
  const [dep] = listOf(top['deps'])
  const from = sourceOf(mapOf(dep))
  const source = from === undefined ? undefined : { text: from, place: { file, line: lineOf(['deps', 0]) } }
  return listOf(top['outs']).flatMap((out, index): TrackedFile[] => {
    const locked = lockedFile(out, lineOf(['outs', index]))
    const place = locked && placed(folder, locked.path)
    return place === undefined ? [] : [{ ...locked!, path: place, file, source }]
  })
}

/** `https://example.org/reg.git@<commit>:data/x.csv`, or the address of an import of a file. */
function sourceOf(dep: Record<string, unknown>): string | undefined {
  const { url, rev_lock: revision } = mapOf(dep['repo'])
  const path = scalarText(dep['path'])
  const repository = scalarText(url)
  if (repository === undefined) return path
  const address = repository.replace(/^(https?:\/\/)[^/]*@/i, '$1')
  return `${address}${revision === undefined ? '' : `@${scalarText(revision)}`}:${path ?? ''}`
}
