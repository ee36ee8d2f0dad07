import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path/posix'
import { confine, plainPath, readRegular } from '../../system/files.js'
import type { Place } from '../../verdict/finding.js'

/** A file that an image is built from. */
export interface SourceText {
  /** As a finding names it. */
  file: string
  text: string
}

/** Where the sources of a build are. */
export interface SourcePlaces {
  /** Absolute path of the export. */
  directory: string
  /** Relative to it. */
  dockerfile: string
  context: string
}

/** Bytes of one. */
const SOURCE_CAP = 1024 * 1024
const MOST_REQUIREMENTS = 8
const REQUIREMENTS = /(?:^|\s)(?:-r|-c|--requirement|--constraint)[\s=]*["']?([^\s"';&|\\]+)/g

async function readInside(root: string, path: string): Promise<string | null> {
  try {
    const place = await confine(root, path)
    return place.ok ? (await readRegular(place.absolute, SOURCE_CAP)).toString() : null
  } catch {
    return null
  }
}

/**
 * The Dockerfile and the requirement files that it installs from, if they can be found in the build
 * context: the places in which a version is pinned. Untrusted; read with a size cap, never through
 * links that lead out.
 *
 * @param prefix of the working directory: what findings put before its paths
 */
export async function buildSources(
  { directory, dockerfile, context }: SourcePlaces,
  prefix: string,
): Promise<SourceText[]> {
  const root = await realpath(directory)
  const text = (await readInside(root, dockerfile)) ?? ''
  const named = new Set([...text.matchAll(REQUIREMENTS)].map(([, path]) => path!))
  const sources: SourceText[] = []
  for (const path of [...named].slice(0, MOST_REQUIREMENTS)) {
    const folders = [context, dirname(dockerfile)]
    const candidates = folders.flatMap((folder) => [join(folder, path), join(folder, basename(path))])
    for (const candidate of new Set(candidates.map(plainPath))) {
      const content = await readInside(root, candidate)
      if (content === null) continue
      sources.push({ file: prefix + candidate, text: content })
      break
    }
  }
  // A requirement file says more about a version than the step that installs it.
  return [...sources, { file: prefix + dockerfile, text }]
}

const literal = (text: string): string =>
  text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/(?:-|_|\\\.)/g, '[-_.]')

/** The first line that mentions one of the names, as a word of its own and not in a comment. */
export function findMention(sources: readonly SourceText[], names: readonly string[]): Place | undefined {
  for (const name of names) {
    if (name === '') continue
    const word = new RegExp(`(?:^|[^\\w.-])${literal(name)}(?![\\w-]|\\.\\w)`, 'i')
    for (const { file, text } of sources) {
      const index = text.split('\n').findIndex((line) => !line.trimStart().startsWith('#') && word.test(line))
      if (index !== -1) return { file, line: index + 1 }
    }
  }
  return undefined
}
