import { basename, dirname } from 'node:path/posix'
import { ReprogateError } from '../system/errors.js'
import { detectRecords } from '../provenance/sources/index.js'
import { didYouMean } from '../text/validate.js'
import { MODEL_NAME, type Policy, type PolicyModel } from './schema.js'

export interface SelectedModel {
  /** As the policy calls it; without a policy as its record does, or the record's folder. */
  name: string
  /** Whether the policy named it: then a record of another model is a finding. */
  named: boolean
  settings: PolicyModel
}

/**
 * The models that a check is about: those of the policy, or every record if it names none.
 *
 * @param ownName what a record calls its model
 */
export async function selectModels(
  policy: Policy,
  files: readonly string[],
  wanted: readonly string[],
  ownName: (record: string) => Promise<string | undefined>,
): Promise<SelectedModel[]> {
  const named = Object.entries(policy.models ?? {}).map(([name, settings]) => ({
    name,
    named: true,
    settings,
  }))
  const all = named.length > 0 ? named : await discoverModels(files, ownName)
  if (all.length === 0)
    throw new ReprogateError(
      'models/none',
      'no model found: the policy names none, and there is no provenance.yml',
    )
  const unknown = wanted.find((name) => !all.some((model) => model.name === name))
  if (unknown !== undefined) {
    const names = all.map(({ name }) => name)
    const guess = didYouMean(unknown, names)
    throw new ReprogateError(
      'models/unknown',
      `no model is called ${unknown}`,
      guess ? `Did you mean ${guess}?` : `Models here: ${names.join(', ')}.`,
    )
  }
  return wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name))
}

/**
 * Every `provenance.yml` is a model. It is called as its record calls it; if that is not a plain name, or
 * several records claim it, after its folder, and `model` in the top one.
 */
export async function discoverModels(
  files: readonly string[],
  ownName: (record: string) => Promise<string | undefined>,
): Promise<SelectedModel[]> {
  const records = detectRecords(files)
  const own = new Map<string, string>()
  const claims = new Map<string, number>()
  for (const record of records) {
    const name = await ownName(record)
    if (name === undefined || !MODEL_NAME.test(name)) continue
    own.set(record, name)
    claims.set(name, (claims.get(name) ?? 0) + 1)
  }
  const taken = new Set([...claims].flatMap(([name, count]) => (count === 1 ? name : [])))
  const nameOf = (record: string): string => {
    const name = own.get(record)
    if (name !== undefined && claims.get(name) === 1) return name
    const folder = basename(dirname(record)).replace(/^\.$/, 'model')
    return taken.has(folder) ? record.replaceAll('/', '.') : folder
  }
  return records.map((record) => {
    const name = nameOf(record)
    taken.add(name)
    return { name, named: false, settings: { record } }
  })
}
