import JSON5 from 'json5'
import type { Found } from '../system/context.js'
import type { Git } from '../system/git.js'
import type { Record_ } from './schema.js'
import type { Location } from './sources/native.js'

/** A metrics file larger than this is not one. */
const LARGEST = 1024 * 1024

/**
 * Where the head commits the evaluation's metrics file, too, the record may not claim other numbers.
 *
 * @param path where the evaluation writes its metrics
 */
export async function committedMetrics(
  git: Git,
  head: string,
  path: string,
  record: Record_,
  locate: (field: string) => Location,
): Promise<Found[]> {
  const bytes = await git.show(head, path)
  if (bytes === null || bytes.length > LARGEST) return []
  let committed: unknown
  try {
    committed = JSON5.parse(bytes.toString('utf8'))
  } catch {
    return []
  }
  if (typeof committed !== 'object' || committed === null) return []
  const values = committed as Record<string, unknown>
  return Object.entries(record.evaluation?.metrics ?? {}).flatMap(([name, recorded]): Found[] => {
    const other = Object.hasOwn(values, name) ? values[name] : undefined
    if (typeof other !== 'number' || Object.is(other, recorded)) return []
    const field = `evaluation.metrics.${name}`
    return [
      {
        rule: 'metrics/value-contradictory',
        message: `${name} is ${recorded} in the record and ${other} in ${path}`,
        field,
        expected: String(other),
        actual: String(recorded),
        ...locate(field),
      },
    ]
  })
}
