import { basename, dirname } from 'node:path/posix'
import { ReprogateError } from '../errors.js'
import { didYouMean } from '../yaml.js'
import type { Policy, PolicyModel } from './schema.js'

export interface SelectedModel {
  /** As the policy calls it; without a policy as its record does, or the record's folder. */
  name: string
  /** Whether the policy named it: then a record of another model is a finding. */
  named: boolean
  settings: PolicyModel
}

const RECORD = /(?:^|\/)provenance\.(?:ya?ml|json)$/
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,99}$/u

/**
 * The models that a check is about: those of the policy, or every record where it names none.
 *
 * @param ownName what a record calls its model
 */
export async function selectModels(
  policy: Policy,
  files: readonly string[],
  wanted: readonly string[],
  ownName: (record: string) => Promise<string | undefined>,
): Promise<SelectedModel[]> {
  const named = namedModels(policy)
  const all = named.length > 0 ? named : await discoverModels(files, ownName)
  if (all.length === 0)
    throw new ReprogateError(
      'models/none',
      'no model found: the policy names none, and there is no provenance.yml',
      'Write a record with `reprogate record <model>`, or name the models in reprogate.yml.',
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

const namedModels = (policy: Policy): SelectedModel[] =>
  Object.entries(policy.models ?? {}).map(([name, settings]) => ({ name, named: true, settings }))

/**
 * Every `provenance.yml` is a model. It is called as the record calls it; where that is no plain name, or
 * another's, it is called after its folder, and `model` in the top one.
 */
export async function discoverModels(
  files: readonly string[],
  ownName: (record: string) => Promise<string | undefined>,
): Promise<SelectedModel[]> {
  const taken = new Set<string>()
  const models: SelectedModel[] = []
  for (const record of files.filter((file) => RECORD.test(file)).sort()) {
    const own = await ownName(record)
    const folder = dirname(record)
    const names = [
      own !== undefined && NAME.test(own) ? own : [],
      folder === '.' ? 'model' : basename(folder),
    ]
    const name = names.flat().find((candidate) => !taken.has(candidate)) ?? record.replaceAll('/', '.')
    taken.add(name)
    models.push({ name, named: false, settings: { record } })
  }
  return models
}
