import { parse } from 'smol-toml'
import { parseYaml, type ParsedYaml } from '../../text/yaml.js'

/** Levels of a table; locks have three. */
const DEEPEST = 32

export type LockTable = Readonly<Record<string, unknown>>

/** @throws Error with the reason and the line */
export function tomlTable(text: string): LockTable {
  try {
    return parse(text, { maxDepth: DEEPEST })
  } catch (error) {
    const [what = ''] = (error as Error).message.split('\n')
    const { line } = error as { line?: number }
    throw new Error(line === undefined ? what : `${what} (line ${line})`)
  }
}

/**
 * YAML or JSON whose top is a map, with lines.
 *
 * @throws Error with the reason and the line
 */
export function yamlTable(text: string): { table: LockTable; lineOf: ParsedYaml['lineOf'] } {
  const { value, problems, lineOf } = parseYaml(text)
  const [problem] = problems.filter(({ kind }) => kind === 'syntax')
  if (problem)
    throw new Error(
      problem.line === undefined ? problem.message : `${problem.message} (line ${problem.line})`,
    )
  return { table: tableIn(value), lineOf }
}

/** Values of a stranger's file: of another form they are empty. */
export const tableIn = (value: unknown): LockTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LockTable) : {}
export const itemsIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const wordIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
export const tablesIn = (value: unknown): LockTable[] => itemsIn(value).map(tableIn)

/** Lines of the headings `[[name]]` of a TOML text, in one pass: the library gives no positions. */
export function headingsIn(text: string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  for (const [at, line] of text.split('\n').entries()) {
    const [, name] = /^\[\[([^\][]+)\]\]$/.exec(line.trim()) ?? []
    if (name === undefined) continue
    const lines = found.get(name)
    if (lines) lines.push(at + 1)
    else found.set(name, [at + 1])
  }
  return found
}

/**
 * The line of each table of a name, in order. A heading inside of a long text would shift what follows, and
 * then none is told.
 *
 * @param count tables that were read
 */
export function tableLines(
  headings: ReturnType<typeof headingsIn>,
  name: string,
  count: number,
): (number | undefined)[] {
  const lines = headings.get(name)
  return lines?.length === count ? [...lines] : Array.from({ length: count }, () => undefined)
}

/** The first line of each key and of each text in quotes, in one pass. */
export function wordLines(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [at, line] of text.split('\n').entries()) {
    const [key = ''] = line.split('=', 1)
    for (const word of [key.trim().replace(/^["']|["']$/g, ''), line.trim(), ...line.split(/["']/)])
      if (word !== '' && !found.has(word)) found.set(word, at + 1)
  }
  return found
}

export const isSha256 = (value: unknown): boolean =>
  typeof value === 'string' && /^(?:sha256[:=])?[0-9a-f]{64}$/i.test(value)
export const isGitCommit = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i.test(value)

/** The packages of a TOML lock, each with the line of its heading. */
export function lockedPackages(
  text: string,
  table: LockTable,
  key: string,
): { one: LockTable; line: number | undefined }[] {
  const packages = tablesIn(table[key])
  const lines = tableLines(headingsIn(text), key, packages.length)
  return packages.map((one, at) => ({ one, line: lines[at] }))
}
