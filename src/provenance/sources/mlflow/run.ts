import type { Place } from '../../../verdict/finding.js'

/** What MLflow keeps of a run, in whatever store. */
export interface MlflowRun {
  id: string
  /** Milliseconds since 1970. */
  started: number | undefined
  ended: number | undefined
  params: Map<string, string>
  tags: Map<string, string>
  /** The latest of each: of the last step, and of that the last in time. */
  metrics: Map<string, number>
  datasets: MlflowDataset[]
  /** Models that the run has logged, by their ids. */
  models: string[]
  /** A version of the registry that is of this run. */
  registered?: { name: string; version: string } | undefined
}

export interface MlflowDataset {
  name: string
  digest: string
  /** `local`, `http`, `hugging_face`, … */
  kind: string
  /** JSON. */
  source: string
  /** `training`, `evaluation`, or what a user calls it. */
  context: string | undefined
}

/** A run, and where a store says a part of it. */
export interface FoundMlflowRun {
  run: MlflowRun
  placeOf(kind: 'run' | 'params' | 'tags' | 'metrics' | 'datasets', key: string): Place
}

/** What is asked for: a run, a version of a registered model, or else the newest run that has finished. */
export type Wanted =
  { run: string } | { model: string; version?: string | undefined; alias?: string | undefined } | undefined

const MODEL = /^models:\/([^@/]+)(?:\/(\d+)|@([^/]+))?$/

/** Reads what follows `#`: `run=<id>`, `models:/churn@champion`, `models:/churn/3`. A name alone means its newest version. */
export function wantedIn(selector: string | undefined): Wanted {
  if (selector === undefined || selector === '') return undefined
  const [, model, version, alias] = MODEL.exec(selector) ?? []
  return model === undefined ? { run: selector.replace(/^run=/, '') } : { model, version, alias }
}

/** How people write what is asked for. */
export function wantedText(wanted: Wanted): string {
  if (wanted === undefined) return 'finished run'
  if ('run' in wanted) return `run ${wanted.run}`
  const { model, version, alias } = wanted
  return `model ${model}${version === undefined ? '' : ` version ${version}`}${alias === undefined ? '' : `@${alias}`}`
}

/** One value that a run has logged of a metric. */
export interface Logged {
  value: number
  step: number
  time: number
}

/** The one that counts: of the last step, then the last in time, then the largest. */
export const latest = (logged: readonly Logged[]): number | undefined =>
  logged.reduce<Logged | undefined>((best, one) => {
    if (best === undefined) return one
    const order = one.step - best.step || one.time - best.time || one.value - best.value
    return order > 0 ? one : best
  }, undefined)?.value
