import { fieldPath, type FieldPath } from '../../text/fields.js'
import type { Place } from '../../verdict/finding.js'
import { readValues, valuesIn, type ValueFile } from './documents.js'
import { Saying } from './saying.js'
import type { Reading, SourceTree } from './source.js'
import { flattened, mapOf, numbersOf } from './values.js'

/** Record fields by where their values stand: `results.test.acc` of the record, `params.yaml#train.seed` of another file. */
export type FieldMap = Readonly<Record<string, string>>

/** Fields of a record whose values are maps: what is mapped to one is taken apart. */
const MAPS = /^(?:seeds|hyperparameters|evaluation\.metrics)$/

/**
 * Reads a file of any form by the policy's `map`.
 *
 * @param record a JSON, YAML or TOML file, relative to the working directory
 */
export async function readMapped(tree: SourceTree, record: string, map: FieldMap): Promise<Reading> {
  const saying = new Saying('map', tree.prefix + record)
  const own = await readValues(tree, record)
  if ('refused' in own) {
    saying.problem(own.refused)
    return saying.reading()
  }
  for (const [field, expression] of Object.entries(map)) {
    const [file, path] = expression.includes('#')
      ? (expression.split('#', 2) as [string, string])
      : [undefined, expression]
    const document = file === undefined ? own : await valuesIn(tree, file)
    const at = fieldPath(path)
    const value = document === null ? undefined : valueAt(document.value, at)
    if (document === null || value === undefined) {
      const where = document?.file ?? tree.prefix + file!
      saying.problem({
        rule: 'record/map-missing',
        message: `the policy looks for ${field} at \`${path}\` in ${where}, and it is not there`,
        file: where,
      })
    } else sayField(saying, { field, value, document, at })
  }
  return saying.reading()
}

interface MappedField {
  field: string
  value: unknown
  document: ValueFile
  at: FieldPath
}

function sayField(saying: Saying, { field, value, document, at }: MappedField): void {
  const place = (more: FieldPath = []): Place => ({
    file: document.file,
    line: document.lineOf([...at, ...more]),
  })
  const path = fieldPath(field)
  if (!MAPS.test(field)) return saying.say(path, value, place())
  const values = flattened(mapOf(value))
  const wanted = field === 'evaluation.metrics' ? numbersOf(values) : values
  saying.sayAll(path, wanted, (key) => place(fieldPath(key)))
}

/** A key may hold dots: then the rest of the path is the key. */
function valueAt(value: unknown, path: FieldPath): unknown {
  let at = value
  for (const [index, part] of path.entries()) {
    if (typeof at !== 'object' || at === null) return undefined
    const rest = path.slice(index).join('.')
    if (Object.hasOwn(at, part)) at = (at as Record<string | number, unknown>)[part]
    else return Object.hasOwn(at, rest) ? (at as Record<string, unknown>)[rest] : undefined
  }
  return at
}
