import { setImmediate } from 'node:timers/promises'
import { numberText } from '../../text/numbers.js'
import type { RecomputedMetric } from '../../verdict/evidence.js'
import { own } from '../own.js'
import { Computed, candidatesOf, classBound, type Candidate } from './candidates.js'
import { CHANCE, chanceOf, saysNothing, scalesOf } from './chance.js'
import { declaredMetric, type Declarations } from './declared.js'
import type { Frame } from './frame.js'
import { askedBy, missingInput, splitOf, type Asked } from './names.js'
import { fits, fitsCut, printedNumber, type Printed } from './printed.js'
import { tableReadings, type TableReading } from './readings.js'
import { factsOf } from './roles.js'
import { wordsIn } from './words-of-names.js'

/** A metric as somebody printed it. */
export interface PrintedMetric {
  name: string
  /** Untouched: 0.910 has three decimals. */
  text: string
}

interface Claim extends PrintedMetric {
  printed: Printed
  asked: Asked
}

/** A claim with the number that meets it. */
interface Hit {
  claim: Claim
  candidate: Candidate
  scale: number
  /** The digits were cut off, not rounded. */
  cut: boolean
  chance: number
  /** What the name stands for, if another definition met the claim. */
  usual: Candidate | undefined
}

/** What one model's columns give for the claims that may be about it. */
interface Trial {
  hits: ReadonlyMap<string, Hit>
  /** Claims that these columns could give. */
  comparable: ReadonlySet<string>
  follows: boolean
}

const MOST_CLAIMS = 500

/**
 * Computes metrics again from a table of predictions. Only a declared definition can contradict a metric;
 * without one a number that is met follows if chance is ruled out, and is consistent else. Metrics that
 * are no metrics of predictions, as seconds and seeds, get no outcome.
 *
 * Work and memory are bounded by those of the table: see `readFrame`, `Computed`.
 */
export async function recompute(
  frame: Frame,
  metrics: readonly PrintedMetric[],
  declarations: Declarations = {},
  signal?: AbortSignal,
): Promise<RecomputedMetric[]> {
  const declared = Object.entries(declarations).map(([name, declaration]) =>
    declaredMetric(frame, { name, text: metrics.find((metric) => metric.name === name)?.text }, declaration),
  )
  const others = metrics.filter(({ name }) => own(declarations, name) === undefined).slice(0, MOST_CLAIMS)
  return [...declared, ...(await undeclared(frame, others, signal))]
}

async function undeclared(
  frame: Frame,
  metrics: readonly PrintedMetric[],
  signal: AbortSignal | undefined,
): Promise<RecomputedMetric[]> {
  const columns = new Set([...frame.columns.keys()].map(nameWords))
  const claims = metrics.flatMap(({ name, text }): Claim[] => {
    const printed = printedNumber(text)
    const asked = columns.has(nameWords(name))
      ? sameNamed(name)
      : missingInput(name)
        ? undefined
        : askedBy(name)
    return printed && asked ? [{ name, text, printed, asked }] : []
  })
  const splits = new Map<string | undefined, Claim[]>()
  for (const claim of claims) {
    const split = claim.asked.split
    splits.set(split, [...(splits.get(split) ?? []), claim])
  }
  const found = new Map<string, RecomputedMetric>()
  for (const [split, some] of splits)
    for (const one of await ofSplit(partOf(frame, split), some, signal)) found.set(one.metric, one)
  return metrics.flatMap(({ name, text }) => found.get(name) ?? neededFor(name, text))
}

const nameWords = (name: string): string => wordsIn(name.split(/[/]/).at(-1) ?? '').join(' ')

/** The mean of the column of that name. */
const sameNamed = (name: string): Asked => ({
  family: 'mean',
  average: undefined,
  cutoff: undefined,
  split: splitOf(wordsIn(name)),
  rest: wordsIn(nameWords(name)),
})

function neededFor(metric: string, printed: string): RecomputedMetric[] {
  const needs = missingInput(metric)
  return needs === undefined ? [] : [{ metric, printed, outcome: 'cannot recompute', why: `needs ${needs}` }]
}

/** The rows of a split, if a column tells splits apart; else the whole table. */
function partOf(frame: Frame, split: string | undefined): Frame {
  if (split === undefined) return frame
  const column = [...frame.columns.values()].find((cells) => {
    const { distinct } = factsOf(cells)
    return distinct.size > 1 && distinct.size <= 6 && [...distinct].every((cell) => splitOf(wordsIn(cell)))
  })
  if (!column) return frame
  const rows = [...column.keys()].filter((row) => splitOf(wordsIn(column[row]!)) === split)
  if (rows.length === 0) return { rows: 0, columns: new Map() }
  const columns = [...frame.columns].map(([name, cells]) => [name, rows.map((row) => cells[row]!)] as const)
  return { rows: rows.length, columns: new Map(columns) }
}

async function ofSplit(
  frame: Frame,
  claims: readonly Claim[],
  signal: AbortSignal | undefined,
): Promise<RecomputedMetric[]> {
  const readings = frame.rows === 0 ? [] : tableReadings(frame)
  const computed = new Computed()
  const models = new Map<string, TableReading[]>()
  for (const reading of readings) {
    // A column of values of its own is about every model.
    const key = reading.kind === 'values' || reading.kind === 'ranking' ? '' : reading.subject.join(' ')
    models.set(key, [...(models.get(key) ?? []), reading])
  }
  const numbers = new Map(readings.map((reading, index) => [reading, index]))
  const subjects = new Map(claims.map((claim) => [claim, subjectOf(claim, readings)]))
  const shared = { computed, numbers, subjects, models }
  // Every number is computed once and kept: what is long is done here, where a cancellation is heard.
  for (const model of models.keys())
    for (const claim of claims) {
      await setImmediate()
      signal?.throwIfAborted()
      if (subjectFits(claim, model, shared)) all(model, claim, shared)
    }
  const trials = [...models.keys()].map((model) => trialOf(model, shared))
  return claims.map((claim) => outcomeOf(claim, trials, computed.spent))
}

interface Shared {
  computed: Computed
  numbers: ReadonlyMap<TableReading, number>
  /** What each claim is about; empty: nothing that its name says. */
  subjects: ReadonlyMap<Claim, string>
  models: ReadonlyMap<string, readonly TableReading[]>
}

function trialOf(model: string, shared: Shared): Trial {
  const comparable = new Set<string>()
  const hits = new Map<string, Hit>()
  for (const claim of shared.subjects.keys()) {
    if (!subjectFits(claim, model, shared)) continue
    const candidates = all(model, claim, shared)
    if (candidates.length === 0) continue
    comparable.add(claim.name)
    const hit = hitOf(claim, candidates, triesOf(claim, shared))
    if (hit) hits.set(claim.name, hit)
  }
  const telling = [...hits.values()].filter(({ claim, cut }) => !saysNothing(claim.printed) && !cut)
  return {
    hits,
    comparable,
    follows: chanceOfAll(telling, comparable.size) <= CHANCE && hits.size * 2 >= comparable.size,
  }
}

const all = (model: string, { asked }: Claim, { computed, numbers, models }: Shared): Candidate[] =>
  models.get(model)!.flatMap((reading) => {
    if (asked.family === 'mean' && reading.subject.join(' ') !== asked.rest.join(' ')) return []
    return candidatesOf(reading, asked, { computed, number: numbers.get(reading)! })
  })

/** How many different numbers are tried, over all models that the claim may be about. */
const triesOf = (claim: Claim, shared: Shared): number =>
  new Set(
    [...shared.models.keys()]
      .filter((model) => subjectFits(claim, model, shared))
      .flatMap((model) => all(model, claim, shared).map(({ value }) => value)),
  ).size

/** What a name stands for comes before variants of it. */
function hitOf(claim: Claim, candidates: readonly Candidate[], distinct: number): Hit | undefined {
  const { printed, asked } = claim
  const scales = scalesOf(asked.family, printed)
  const [main, variants] = [candidates.filter((one) => one.main), candidates.filter((one) => !one.main)]
  for (const meets of [fits, fitsCut])
    for (const candidate of [...main, ...variants])
      for (const scale of scales)
        if (meets(printed, candidate.value * scale)) {
          const { counted } = candidate
          const chance = chanceOf(asked.family, printed, {
            scale,
            distinct: distinct * scales.length,
            counted,
          })
          const usual = candidate.main ? undefined : main[0]
          return { claim, candidate, scale, cut: meets === fitsCut, chance, usual }
        }
  return undefined
}

/**
 * Metrics of the same decisions depend on one another: all together they are met as often as the counts
 * behind them, of which there are not more than right answers by class allow.
 */
function chanceOfAll(hits: readonly Hit[], tries: number): number {
  const ofLabels = hits.filter(({ candidate }) => candidate.reading.kind === 'labels')
  const others = hits.filter((hit) => !ofLabels.includes(hit))
  const [reading] = ofLabels.map(({ candidate }) => candidate.reading)
  const counts =
    reading?.kind === 'labels' ? reading.input.support.reduce((ways, count) => ways * (count + 1), 1) : 1
  return Math.max(jointChance(ofLabels, tries), reading ? 1 / counts : 0) * jointChance(others, tries)
}

/** The chance that all families are met by accident; several claims of one family count as tries, not as proof. */
function jointChance(hits: readonly Hit[], tries: number): number {
  const families = new Map<string, number>()
  for (const { claim, chance } of hits) {
    const { family } = claim.asked
    const same = hits.filter((other) => other.claim.asked.family === family).length
    families.set(family, Math.min(families.get(family) ?? 1, chance * Math.min(same, tries)))
  }
  return [...families.values()].reduce((product, chance) => product * chance, 1)
}

const initials = (words: readonly string[]): string => words.map((word) => word[0]).join('')

/**
 * Whether a claim may be about a model's columns. A name that speaks of one model among several is only
 * about the columns that say the same: numbers of another model meet by accident.
 */
function subjectFits(claim: Claim, model: string, { subjects, models }: Shared): boolean {
  const subject = subjects.get(claim)!
  if (subject === '' || isModel(model, subject)) return true
  if ([...models.keys()].some((name) => isModel(name, subject))) return false
  return new Set(subjects.values()).size === 1
}

const isModel = (name: string, words: string): boolean =>
  name !== '' &&
  (name === words || initials(name.split(' ')) === words || name === initials(words.split(' ')))

/** The model that a name speaks of: what is left when a class is taken out. */
const subjectOf = ({ asked }: Claim, readings: readonly TableReading[]): string =>
  asked.family === 'mean' || readings.some((reading) => classBound(reading, asked.rest) !== undefined)
    ? ''
    : asked.rest.join(' ')

function outcomeOf(claim: Claim, trials: readonly Trial[], spent: boolean): RecomputedMetric {
  const { name: metric, text: printed } = claim
  const tried = trials.filter(({ comparable }) => comparable.has(metric))
  const best = tried
    .filter(({ hits }) => hits.has(metric))
    .sort((a, b) => Number(b.follows) - Number(a.follows) || b.hits.size - a.hits.size)[0]
  if (best) return met(best.hits.get(metric)!, best.follows)
  if (tried.length > 0) return { metric, printed, outcome: 'definition unknown' }
  const why = spent ? 'the table is too large to try every definition' : 'no columns for it were found'
  return { metric, printed, outcome: 'cannot recompute', why }
}

function met({ claim, candidate, scale, cut, usual }: Hit, follows: boolean): RecomputedMetric {
  const { definition, reading, value } = candidate
  return {
    metric: claim.name,
    printed: claim.text,
    outcome: follows && !cut && !saysNothing(claim.printed) ? 'follows' : 'consistent',
    definition,
    columns: reading.columns.slice(0, 8),
    rows: reading.rows,
    value: numberText(value * scale),
    digits: Math.max(0, claim.printed.decimals),
    variant: candidate.main ? undefined : true,
    usual: usual && { definition: usual.definition, value: numberText(usual.value * scale) },
    note: reading.note,
  }
}
