import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'

/** A file that an image is built from. */
export interface SourceText {
  /** As a finding names it. */
  file: string
  text: string
}

const FILE_CAP = 1024 * 1024
const FILES = 8
const REQUIREMENTS = /(?:^|\s)(?:-r|-c|--requirement|--constraint)[\s=]*["']?([^\s"';&|\\]+)/g

async function readInside(root: string, path: string): Promise<string | null> {
  try {
    const real = await realpath(join(root, path))
    if (!real.startsWith(root + sep)) return null
    const { size, isFile } = await stat(real).then((s) => ({ size: s.size, isFile: s.isFile() }))
    return isFile && size <= FILE_CAP ? await readFile(real, 'utf8') : null
  } catch {
    return null
  }
}

/**
 * The Dockerfile and the requirement files that it installs from, where they can be found in the
 * build context: the places in which a version is pinned. Untrusted; read with a size cap, never
 * through links that lead out.
 */
export async function buildSources(
  directory: string,
  paths: { dockerfile: string; context: string },
  dockerfilePath: string,
): Promise<SourceText[]> {
  const root = await realpath(directory)
  const text = (await readInside(root, paths.dockerfile)) ?? ''
  const sources: SourceText[] = [{ file: dockerfilePath, text }]
  const prefix = dockerfilePath.endsWith(paths.dockerfile)
    ? dockerfilePath.slice(0, dockerfilePath.length - paths.dockerfile.length)
    : ''
  const named = new Set([...text.matchAll(REQUIREMENTS)].map(([, path]) => path!))
  for (const path of [...named].slice(0, FILES)) {
    const folders = [paths.context, dirname(paths.dockerfile)]
    const candidates = folders.flatMap((folder) => [join(folder, path), join(folder, basename(path))])
    for (const candidate of new Set(candidates)) {
      const content = await readInside(root, candidate)
      if (content === null) continue
      sources.push({ file: prefix + candidate, text: content })
      break
    }
  }
  // A requirement file says more about a version than the step that installs it.
  return [...sources.slice(1), sources[0]!]
}

const literal = (text: string): string =>
  text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/(?:-|_|\\\.)/g, '[-_.]')

/** The first line that mentions one of the names, as a word of its own and not in a comment. */
export function findMention(
  sources: readonly SourceText[],
  names: readonly string[],
): { file: string; line: number } | undefined {
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
