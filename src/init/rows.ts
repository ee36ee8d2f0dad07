import { isSure, type Fact } from '../looking/fact.js'
import type { FoundModel } from '../looking/look.js'
import { needText } from '../looking/needs.js'
import { distinctSeeds } from '../looking/reading.js'
import { listed, plural, shortNumber } from '../text/numbers.js'
import { placeText } from './policy-text.js'

/** One line of what was found. */
export interface Row {
  label: string
  /** undefined: none found. */
  value?: string
  /** `dvc.yaml:31` */
  place?: string
  /** A guess is a question. */
  sure: boolean
  /** What else is worth a word; of what was not found what it would be good for. */
  note?: string
}

const MOST = 4

/** What was found of a model, line by line; and of what was not found, what it would be good for. */
export function rowsOf(model: FoundModel): Row[] {
  return [
    ...commandRows(model),
    metricsRow(model),
    predictionsRow(model),
    ...dataRows(model),
    seedsRow(model),
    environmentRow(model),
    ...needRows(model),
  ]
}

const none = (label: string, note: string): Row => ({ label, sure: true, note })

function row(
  label: string,
  fact: Fact<unknown>,
  { value, note }: { value: string; note?: string | undefined },
): Row {
  return {
    label,
    value,
    place: placeText(fact.place),
    sure: isSure(fact),
    ...(note !== undefined && { note }),
  }
}

function commandRows({ command, others }: FoundModel): Row[] {
  if (command === undefined)
    return [none('evaluate', 'a command that evaluates lets the result be computed again')]
  const label = command.value.kind === 'train' || command.value.kind === 'pipeline' ? 'run' : 'evaluate'
  const own = row(label, command, { value: command.value.text, note: command.reason })
  const equal = others.filter((other) => other.word === command.word && other.score >= command.score - 20)
  return [
    own,
    ...(isSure(command)
      ? []
      : equal
          .slice(0, 2)
          .map((other) => row('  or', other, { value: other.value.text, note: other.reason }))),
  ]
}

function metricsRow({ metrics }: FoundModel): Row {
  const [first, ...rest] = metrics
  if (first === undefined)
    return none('metrics', 'a JSON file that the evaluation writes lets the result be compared')
  const numbers = Object.entries(first.value.metrics).map(([name, value]) => `${name} ${shortNumber(value)}`)
  const more = rest.length > 0 ? `; ${plural(rest.length, 'more file')}` : ''
  return row('metrics', first, {
    value: first.value.path,
    note: (numbers.length > 0 ? listed(numbers, MOST) : first.reason) + more,
  })
}

function predictionsRow({ predictions }: FoundModel): Row {
  const [first, ...rest] = predictions
  if (first === undefined)
    return none('predictions', 'a file with one row per sample lets a difference be located')
  return row('predictions', first, {
    value: first.value.path,
    note: first.reason + (rest.length > 0 ? `; ${plural(rest.length, 'more file')}` : ''),
  })
}

function dataRows({ data }: FoundModel): Row[] {
  if (data.length === 0) return [none('data', 'data that is named with its digest can be verified')]
  const shown = data
    .slice(0, MOST)
    .map((fact) => row('data', fact, { value: fact.value.path, note: fact.value.state }))
  const rest = data.length - shown.length
  return rest > 0
    ? [...shown, { label: 'data', value: `${plural(rest, 'more')}`.replace(/mores$/, 'more'), sure: true }]
    : shown
}

function seedsRow({ seeds, unseeded }: FoundModel): Row {
  const named = distinctSeeds(seeds)
  const [first] = named
  const [call] = unseeded
  const without = call && `${call.value} without a seed, ${placeText(call.place)}`
  if (first === undefined)
    return none('seeds', without ?? 'a seed that is set and recorded lets chance be repeated')
  return row('seeds', first[1], {
    value: listed(
      named.map(([name, { value }]) => `${name} ${value.value}`),
      MOST,
    ),
    note: without,
  })
}

function environmentRow({ environment, dockerfile, python }: FoundModel): Row {
  const version = python && `Python ${python.value}`
  const serves =
    dockerfile?.value.role === 'serves' ? `${dockerfile.value.path} serves, and evaluates nothing` : undefined
  if (dockerfile && isSure(dockerfile))
    return row('environment', dockerfile, {
      value: dockerfile.value.path,
      note: environment && `${environment.value.path}: ${environment.value.says}`,
    })
  if (environment === undefined)
    return none('environment', serves ?? 'a lock file or requirements let the environment be rebuilt')
  return row('environment', environment, {
    value: environment.value.path,
    note: [environment.value.says, version, serves].filter(Boolean).join('; '),
  })
}

const needRows = ({ needs }: FoundModel): Row[] =>
  needs.map((need) => row('needs', need, { value: needText(need.value) }))
