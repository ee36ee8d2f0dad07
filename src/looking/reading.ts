import type { DataEntry, Record_ } from '../provenance/schema.js'
import type { Reading, Remark, Reservation } from '../provenance/sources/source.js'
import type { Place } from '../verdict/finding.js'
import { isSure, type Fact } from './fact.js'
import type { FoundModel } from './look.js'
import { needText, type Need } from './needs.js'
import type { Seed } from './seeds.js'

/** Seeds and settings that are claimed: a record is read by people. */
const MOST = 100

const WHY: Readonly<Record<'settings' | 'literal' | 'metrics' | 'data', string>> = {
  settings: 'it stands in a file of settings, and no run says that it used it',
  literal: 'it stands in the code, and no run says that it used it',
  metrics: 'the file is committed, and no run says that it wrote it',
  data: 'the repository holds it, and no run says that it used it',
}

/**
 * What was found of a model as one more reading of it: every field with its place, and none of them the
 * word of a run. It satisfies no rule, and contradicts no source.
 *
 * @param file the record's place, for fields that were not found
 */
export function readingOfLook(model: FoundModel, file: string): Reading {
  const places = new Map<string, Place>()
  const reservations = new Map<string, { kind: Reservation; why: string }>()
  const say = (field: string, place: Place, kind: Reservation, why: string): void => {
    places.set(field, place)
    // Of a map the first of its values tells where it stands.
    const map = /^(seeds|hyperparameters|evaluation\.metrics)\./.exec(field)?.[1]
    if (map !== undefined && !places.has(map)) places.set(map, place)
    reservations.set(field, { kind, why })
  }
  const record: Record_ = {
    ...dataOf(model, say, places),
    ...seedsOf(model, say),
    ...settingsOf(model, say),
    ...evaluationOf(model, say),
    ...(model.dockerfile &&
      isSure(model.dockerfile) && { environment: { dockerfile: model.dockerfile.value.path } }),
  }
  if (model.dockerfile) places.set('environment', model.dockerfile.place)
  return {
    source: 'looking',
    file,
    record,
    problems: [],
    placeOf: (field) =>
      places.get(field) ?? places.get(field.replace(/(?:\.[^.]*|\[\d+\])$/, '')) ?? { file },
    reservations,
    remarks: model.needs.map(remarkOf),
  }
}

type Say = (field: string, place: Place, kind: Reservation, why: string) => void

function dataOf({ data }: FoundModel, say: Say, places: Map<string, Place>): Pick<Record_, 'data'> {
  const pinned = data
    .filter(({ value }) => value.digest === undefined || !value.digest.endsWith('.dir'))
    .slice(0, MOST)
  if (pinned.length === 0) return {}
  return {
    data: pinned.map(({ value: { path, digest }, place }, index): DataEntry => {
      places.set(`data[${index}]`, place)
      if (digest !== undefined) say(`data[${index}].digest`, place, 'guess', WHY.data)
      return { path, ...(digest !== undefined && { digest }) }
    }),
  }
}

function seedsOf({ seeds }: FoundModel, say: Say): Pick<Record_, 'seeds'> {
  const named = distinctSeeds(seeds).slice(0, MOST)
  if (named.length === 0) return {}
  for (const [name, { value, place }] of named)
    say(
      `seeds.${name}`,
      place,
      value.how === 'default' ? 'default' : 'source-code',
      value.how === 'setting' ? WHY.settings : WHY.literal,
    )
  return { seeds: Object.fromEntries(named.map(([name, { value }]) => [name, value.value])) }
}

/** Seeds by name; a second value of the same name gets a number. */
export function distinctSeeds(seeds: readonly Fact<Seed>[]): [string, Fact<Seed>][] {
  const named = new Map<string, Fact<Seed>>()
  for (const seed of seeds) {
    const { component, value } = seed.value
    for (let number = 1; number <= MOST; number++) {
      const name = number === 1 ? component : `${component} ${number}`
      const known = named.get(name)
      if (known?.value.value === value) break
      if (known) continue
      named.set(name, seed)
      break
    }
  }
  return [...named]
}

function settingsOf({ parameters }: FoundModel, say: Say): Pick<Record_, 'hyperparameters'> {
  if (parameters === undefined) return {}
  const { values, lines } = parameters.value
  const chosen = Object.entries(values).slice(0, MOST)
  for (const [name] of chosen)
    say(
      `hyperparameters.${name}`,
      { ...parameters.place, line: lines.get(name) },
      'source-code',
      WHY.settings,
    )
  return { hyperparameters: Object.fromEntries(chosen) }
}

function evaluationOf({ command, metrics, predictions }: FoundModel, say: Say): Pick<Record_, 'evaluation'> {
  const [file] = metrics.filter((one) => isSure(one))
  const [rows] = predictions
  if (command && isSure(command)) say('evaluation.command', command.place, 'guess', command.reason)
  for (const [name, line] of file?.value.lines ?? [])
    say(
      `evaluation.metrics.${name}`,
      { file: file!.place.file.endsWith(file!.value.path) ? file!.place.file : file!.value.path, line },
      'guess',
      WHY.metrics,
    )
  return {
    evaluation: {
      ...(command && isSure(command) && { command: command.value.argv }),
      ...(file && { output: file.value.path }),
      ...(file && Object.keys(file.value.metrics).length > 0 && { metrics: { ...file.value.metrics } }),
      ...(rows && {
        predictions: { path: rows.value.path, ...(rows.value.key !== undefined && { key: rows.value.key }) },
      }),
    },
  }
}

/** `needs a GPU: .cuda()` */
function remarkOf({ value, place }: Fact<Need>): Remark {
  return { ...place, text: needText(value), ...(value.how === 'needs' && { need: value.kind }) }
}
