import { pauseFor } from '../environment/pause.js'
import type { EngineContext } from '../engine/engine.js'
import type { Replayed } from '../evaluation/check.js'
import { during } from '../system/context.js'
import { showText } from '../text/latin1.js'
import { listed } from '../text/numbers.js'
import type { CauseEvidence, Difference, Factor } from '../verdict/evidence.js'
import { kernelTries, NETWORK, type Axis, type Change } from './axes.js'
import type { Explanation } from './explanation.js'
import { Mixer, type TwoImages } from './images.js'
import { Laboratory, type Exchange } from './replays.js'
import { findCause } from './search.js'
import { Trials } from './trials.js'
import { unitsOf, type Unit, type Units } from './units.js'

/** An input of the previous record that can stand in place of this one's. */
export interface PreviousInput {
  /** `data/test.csv`, or `the code of 3f2c9e1`. */
  name: string
  exchange: Exchange
  /** What a person does if it turns out to be the one that was recorded. */
  fix: string
}

export interface Diagnosis {
  replayed: Replayed
  /** Absent if the pinned image cannot be had, or equals the rebuild. */
  images?: TwoImages | undefined
  axes: readonly Axis[]
  inputs: readonly PreviousInput[]
  /** Minutes for all of it. */
  minutes: number
  /** What a person does about a difference of the images. */
  remedyOf(difference: Difference): string | undefined
}

/** Replays of one search, whatever time there is. */
const MOST_REPLAYS = 80
const MINUTE = 60
const NO_UNITS: Units = { units: [], traces: [] }

/** Searches for what made a replay differ from the record, within a time. */
export function diagnose(context: EngineContext, diagnosis: Diagnosis): Promise<CauseEvidence> {
  return during(context, 'Search for the cause', async () => {
    const { replayed, images, axes, inputs, minutes } = diagnosis
    const begun = context.now()
    const seconds = () => (context.now() - begun) / 1000
    const parts = images ? await unitsOf(images, pauseFor(context.signal)) : NO_UNITS
    const names = namesOf(parts.units, diagnosis)
    const laboratory = new Laboratory(
      context,
      replayed,
      {
        units: new Map(parts.units.map((unit) => [unit.id, unit])),
        changes: changesOf(axes),
        inputs: new Map(inputs.map(({ name, exchange }) => [inputId(name), exchange])),
      },
      images && new Mixer(context, images, parts),
    )
    const left = () => minutes - seconds() / MINUTE
    const trials = new Trials(
      (setting) => {
        context.progress.line(`${setting.image} with ${setting.changes.join(', ') || 'nothing changed'}`)
        return laboratory.replay(setting, left())
      },
      (made) => {
        const longest = Math.max(0, ...laboratory.made.slice(-3).map((one) => one.seconds)) / MINUTE
        return made < MOST_REPLAYS && left() > longest
      },
    )
    const { explanation, image, dispatch } = await findCause(trials, {
      steady: replayed.steady,
      differences: parts.units.map(({ id }) => id),
      unseen: parts.units.filter(({ unseen }) => unseen).map(({ id }) => id),
      axes: axes.map(({ id, tries, steady: fixed }) => ({
        id,
        tries: tries.map((_, index) => tryId(id, index)),
        steady: fixed && steadyId(id),
      })),
      inputs: inputs.map(({ name }) => inputId(name)),
      kernels: kernelsOf(axes),
    })
    return {
      ...evidenceOf(explanation, names),
      image,
      ...(dispatch !== undefined && { dispatch }),
      tried: triedAxes(laboratory, axes),
      differences: parts.units.length,
      replays: laboratory.made.map(({ setting, trial, image: id, seconds: took }) => ({
        image: setting.image,
        id,
        with: setting.changes.slice(0, MOST_NAMED).map((one) => names.get(one)?.name ?? one),
        gave: trial.kind,
        ...(trial.kind !== 'none' && { result: trial.result }),
        seconds: round(took),
      })),
      seconds: round(seconds()),
    }
  })
}

/** Changes of one replay that are listed. */
const MOST_NAMED = 10

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000
const tryId = (axis: string, index: number): string => `${axis} ${index}`
const steadyId = (axis: string): string => `${axis} fixed`
const inputId = (name: string): string => `input ${name}`

const kernelsOf = (axes: readonly Axis[]): ReadonlyMap<string, string> =>
  new Map(
    axes.flatMap((axis) =>
      [...kernelTries(axis)].map(([kernel, index]) => [kernel, tryId(axis.id, index)] as const),
    ),
  )

const changesOf = (axes: readonly Axis[]): ReadonlyMap<string, Change> =>
  new Map(
    axes.flatMap(({ id, tries, steady }) => [
      ...tries.map((change, index) => [tryId(id, index), change] as const),
      ...(steady ? [[steadyId(id), steady] as const] : []),
    ]),
  )

/** What a change sets, as a person would write it: `OPENBLAS_CORETYPE=Haswell`. */
function settingText({ env = {}, cpus, shim, hostname }: Change): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return [
    ...variables,
    ...(cpus === undefined ? [] : [`processor ${cpus}`]),
    ...(hostname === undefined ? [] : [`host name ${hostname}`]),
    ...Object.entries(shim ?? {}).flatMap(([part, value]) => (value === '' ? [] : [`${part} ${value}`])),
  ].join(' ')
}

function namesOf(
  units: readonly Unit[],
  { axes, inputs, remedyOf }: Pick<Diagnosis, 'axes' | 'inputs' | 'remedyOf'>,
): ReadonlyMap<string, Factor> {
  const condition = (axis: Axis, words: string, change: Change): Factor => ({
    kind: 'condition',
    name: words,
    note: settingText(change),
    fix: axis.fix,
  })
  return new Map([
    ...units.map(({ id, difference }) => [id, { ...difference, fix: remedyOf(difference) }] as const),
    ...axes.flatMap((axis) => [
      ...axis.tries.map(
        (change, index) => [tryId(axis.id, index), condition(axis, axis.words, change)] as const,
      ),
      ...(axis.steady
        ? [[steadyId(axis.id), condition(axis, `a fixed ${axis.name}`, axis.steady)] as const]
        : []),
    ]),
    ...inputs.map(
      ({ name, fix }) => [inputId(name), { kind: 'input', name: showText(name), fix } as const] as const,
    ),
  ])
}

/** Names of the axes that at least one replay has set. */
function triedAxes({ made }: Laboratory, axes: readonly Axis[]): string[] {
  const set = new Set(made.flatMap(({ setting, trial }) => (trial.kind === 'none' ? [] : setting.changes)))
  return axes
    .filter(({ id, tries }) => set.has(steadyId(id)) || tries.some((_, index) => set.has(tryId(id, index))))
    .map(({ name }) => name)
}

/** Hosts of one sentence. */
const MOST_HOSTS = 3

function hostsOf(explanation: Explanation): Factor[] {
  if (explanation.shown !== 'asks') return []
  const note = listed(explanation.hosts, MOST_HOSTS)
  return [{ kind: 'condition', name: NETWORK.words, note, fix: NETWORK.fix }]
}

type Shown = Pick<CauseEvidence, 'shown' | 'factors' | 'also' | 'either' | 'why' | 'moving'>

function evidenceOf(explanation: Explanation, names: ReadonlyMap<string, Factor>): Shown {
  const factorsOf = (ids: readonly string[]) => ids.flatMap((id) => names.get(id) ?? [])
  const { shown } = explanation
  return {
    shown,
    factors: 'factors' in explanation ? factorsOf(explanation.factors) : hostsOf(explanation),
    also: 'also' in explanation ? factorsOf(explanation.also) : [],
    ...('either' in explanation && { either: explanation.either }),
    ...('why' in explanation && explanation.why !== undefined && { why: explanation.why }),
    moving: 'moving' in explanation ? factorsOf(explanation.moving).map(({ name }) => name) : [],
  }
}
