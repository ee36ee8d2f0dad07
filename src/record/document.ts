import { readFile } from 'node:fs/promises'
import { Document, isCollection, isMap, parseDocument, type YAMLMap } from 'yaml'
import { ReprogateError } from '../system/errors.js'
import { confine } from '../system/paths.js'
import { RULES } from '../verdict/rules.js'
import { recordSchema, type Record_ } from '../provenance/schema.js'
import { parseRecord, readRecord } from '../provenance/sources/native.js'

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
 * where there is none.
 *
 * @throws ReprogateError where there is one that cannot be read
 */
export async function openDocument(root: string, prefix: string, path: string): Promise<Document> {
  const { findings } = await readRecord(root, prefix, path)
  const broken = findings.find(
    ({ rule }) =>
      rule === 'record/path-outside' ||
      rule === 'record/too-large' ||
      (rule === 'record/malformed' && !findings[0]?.field),
  )
  if (broken)
    throw new ReprogateError(broken.rule, broken.message, RULES[broken.rule].remedy, {
      ...(broken.file && { file: broken.file }),
      ...(broken.line && { line: broken.line }),
    })
  const place = await confine(root, path)
  if (place.ok && place.exists) return parseDocument(await readFile(place.absolute, 'utf8'))
  return new Document({})
}

/** What of the document is right; the rest is written anew or listed. */
export function readable(document: Document): Record_ {
  return parseRecord(Buffer.from(document.toString()), '').record ?? recordSchema.parse({})
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
