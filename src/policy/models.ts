import { basename, dirname } from 'node:path/posix'
import { ReprogateError } from '../errors.js'
import { didYouMean } from '../yaml.js'
import type { Policy, PolicyModel } from './schema.js'

export interface SelectedModel {
  /** As the policy calls it; without a policy the record's folder. */
  name: string
  /** Whether the policy named it: then a record of another model is a finding. */
  named: boolean
  settings: PolicyModel
}

const RECORD = /(?:^|\/)provenance\.(?:ya?ml|json)$/

/** The models that a check is about: those of the policy, or every record where it names none. */
export function selectModels(
  policy: Policy,
  files: readonly string[],
  wanted: readonly string[],
): SelectedModel[] {
  const named = Object.entries(policy.models ?? {}).map(([name, settings]) => ({
    name,
    named: true,
    settings,
  }))
  const all = named.length > 0 ? named : discover(files)
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

/** Every `provenance.yml` is a model, named after its folder; the root's is called `model`. */
function discover(files: readonly string[]): SelectedModel[] {
  const taken = new Set<string>()
  return files
    .filter((file) => RECORD.test(file))
    .sort()
    .map((record) => {
      const folder = basename(dirname(record))
      const name = folder === '.' ? 'model' : folder
      const unique = taken.has(name) ? dirname(record).replaceAll('/', '.') : name
      taken.add(unique)
      return { name: unique, named: false, settings: { record } }
    })
}
