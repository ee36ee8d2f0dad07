import { placed, type Pipeline } from './pipeline.js'
import type { LockedFile, LockedStage } from './lock.js'

/** A locked stage in its place. Paths are relative to the working directory. */
export interface PlacedStage {
  name: string
  locked: LockedStage
  /** The folder in which it runs; '' is the working directory. */
  folder: string
  deps: PlacedFile[]
  outs: PlacedFile[]
  metrics: string[]
}

export interface PlacedFile extends LockedFile {
  /** Relative to the working directory. */
  path: string
}

/** Every locked stage, where `dvc.yaml` puts it. */
export function placedStages(
  stages: readonly LockedStage[],
  pipeline: Pipeline | null,
  folder: string,
): PlacedStage[] {
  const known = new Map(pipeline?.stages.map((stage) => [stage.name, stage]))
  return stages.map((locked) => {
    const stage = known.get(locked.name)
    const here = stage?.folder ?? folder
    const place = (files: readonly LockedFile[]): PlacedFile[] =>
      files.flatMap((file) => {
        const path = placed(here, file.path)
        return path === undefined ? [] : [{ ...file, path }]
      })
    const outs = place(locked.outs)
    const top = outs.map(({ path }) => path).filter((path) => pipeline?.metrics.includes(path))
    return {
      name: locked.name,
      locked,
      folder: here,
      deps: place(locked.deps),
      outs,
      metrics: [...new Set([...(stage?.metrics ?? []), ...top])],
    }
  })
}

const EVALUATES =
  /(?:^|[^a-z])(?:eval(?:uat(?:e|ion|or))?|validat(?:e|ion)|scor(?:e|ing)|metrics|test)(?![a-z])/i
const TRAINS = /(?:^|[^a-z])(?:train(?:ing)?|fit|finetune)(?![a-z])/i

/** The stages that could be the evaluation, the likeliest kind of them. */
export function evaluatingStages(stages: readonly PlacedStage[]): readonly PlacedStage[] {
  const measured = stages.filter(({ metrics }) => metrics.length > 0)
  const kinds = [
    measured.filter(({ name }) => EVALUATES.test(name)),
    measured,
    stages.filter(({ name }) => EVALUATES.test(name)),
    stages.filter(({ name }) => TRAINS.test(name)),
    stages,
  ]
  return kinds.find((kind) => kind.length > 0) ?? []
}

export const isTraining = ({ name }: PlacedStage): boolean => TRAINS.test(name)

/** A stage and all that it needs, in the order of the lock. */
export function upstreamOf(stage: PlacedStage, stages: readonly PlacedStage[]): PlacedStage[] {
  const makerOf = makersOf(stages.map((maker) => [maker, maker.outs.map(({ path }) => path)]))
  const needed = new Set([stage])
  for (const { deps } of needed)
    for (const { path } of deps) {
      const maker = makerOf(path)
      if (maker) needed.add(maker)
    }
  return stages.filter((one) => needed.has(one))
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/**
 * Who makes a path: who writes it, the folder that it is in, or else a file in it.
 *
 * @param outs what each maker writes
 */
export function makersOf<T>(
  outs: readonly (readonly [T, readonly string[]])[],
): (path: string) => T | undefined {
  const exact = new Map<string, T>()
  const inside = new Map<string, T>()
  for (const [maker, paths] of outs)
    for (const path of paths) {
      exact.set(path, maker)
      for (let at = parentOf(path); at !== '' && !inside.has(at); at = parentOf(at)) inside.set(at, maker)
    }
  return (path) => {
    for (let at = path; at !== ''; at = parentOf(at)) {
      const maker = exact.get(at)
      if (maker !== undefined) return maker
    }
    return inside.get(path)
  }
}
