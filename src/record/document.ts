import { Document, isCollection, isMap, parseDocument, type YAMLMap } from 'yaml'
import type { Record_ } from '../provenance/schema.js'
import { LARGEST_RECORD, parseNative, readNative } from '../provenance/sources/native.js'
import type { Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import { filesOfWorkTree } from '../system/tree-files.js'

/** In reading order. */
const SECTIONS = [
  'reprogate',
  'model',
  'run',
  'code',
  'data',
  'environment',
  'seeds',
  'hyperparameters',
  'evaluation',
]

/**
 * The record as a document that can be edited without losing a person's comments and order; a new one
 * if there is none.
 *
 * @throws ReprogateError if there is one that cannot be read
 */
export async function openDocument(
  { git, root, prefix }: Pick<Context, 'git' | 'root' | 'prefix'>,
  path: string,
): Promise<Document> {
  const files = filesOfWorkTree(git, root)
  const { record, problems } = await readNative({ files, prefix }, path)
  const broken = problems.find(({ rule }) => rule !== 'record/missing')
  if (record === null && broken) {
    const { rule, message, file, line } = broken
    throw new ReprogateError(rule, message, undefined, { file, line })
  }
  const read = await files.read(path, LARGEST_RECORD)
  return 'bytes' in read ? parseDocument(read.bytes.toString()) : new Document({})
}

/** What of the document is right; the rest is written anew or listed. */
export function readable(document: Document): Record_ {
  return parseNative(Buffer.from(document.toString()), '').record ?? {}
}

/** These are read line by line; other lists and maps take one line each. */
const TALL = ['manifest', 'metrics', 'predictions']

/** Sets a field; what stands around it, comments included, stays as it is. */
export function setField(document: Document, path: readonly (string | number)[], value: unknown): void {
  const [section] = path
  if (typeof section === 'string' && isMap(document.contents) && !document.has(section))
    insertSection(document, document.contents, section)
  const node = document.createNode(value)
  if (isCollection(node) && path.length > 1 && !TALL.includes(String(path[1]))) node.flow = true
  document.setIn(path, node)
}

function insertSection(document: Document, contents: YAMLMap, section: string): void {
  const rank = SECTIONS.indexOf(section)
  const next = contents.items.findIndex(({ key }) => SECTIONS.indexOf(String(key)) > rank)
  const pair = document.createPair(section, section === 'reprogate' ? 'record/1' : {})
  contents.items.splice(next < 0 ? contents.items.length : next, 0, pair)
}
