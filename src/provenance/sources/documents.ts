import { parse as parseToml } from 'smol-toml'
import type { FieldPath } from '../../text/fields.js'
import { parseYaml } from '../../text/yaml.js'
import type { Found } from '../../verdict/finding.js'
import { readText } from './saying.js'
import type { SourceTree } from './source.js'

/** Bytes of a file of parameters or metrics. */
const LARGEST = 4 * 1024 * 1024
/** Levels of a table. */
const DEEPEST = 64

/** A file of values: JSON, YAML or TOML. */
export interface ValueFile {
  value: unknown
  /** Relative to the root of the repository. */
  file: string
  /** From 1; of TOML none is known. */
  lineOf(path: FieldPath): number | undefined
}

const KIND = /\.(?:ya?ml|json|(toml))$/i

/** Whether it is JSON, YAML or TOML, by its name. */
export const holdsValues = (path: string): boolean => KIND.test(path)

/**
 * Reads JSON (Python's NaN included), YAML or TOML, by its name.
 *
 * @param path relative to the working directory
 */
export async function readValues(tree: SourceTree, path: string): Promise<ValueFile | { refused: Found }> {
  const read = await readText(tree, path, LARGEST)
  if ('refused' in read) return read
  const { text, file } = read
  const refuse = (message: string, line?: number) => ({
    refused: { rule: 'record/malformed', message: `${path} cannot be read: ${message}`, file, line } as const,
  })
  if (KIND.exec(path)?.[1] !== undefined) {
    try {
      return { value: parseToml(text, { maxDepth: DEEPEST }), file, lineOf: () => undefined }
    } catch (error) {
      return refuse((error as Error).message.split('\n', 1)[0]!)
    }
  }
  const { value, lineOf, problems } = parseYaml(text)
  const [problem] = problems
  return value === undefined && problem ? refuse(problem.message, problem.line) : { value, file, lineOf }
}

/** The same for a file that need not be there. */
export async function valuesIn(tree: SourceTree, path: string): Promise<ValueFile | null> {
  if (!holdsValues(path)) return null
  const read = await readValues(tree, path)
  return 'refused' in read ? null : read
}
