import { CLASS_SCORE_DEFINITIONS, type ClassScores } from './class-score-definitions.js'
import type { Definition } from './definition.js'
import { LABEL_DEFINITIONS } from './label-definitions.js'
import type { Labels } from './labels.js'
import { NUMBER_DEFINITIONS, type Numbers } from './number-definitions.js'
import { RANKING_DEFINITIONS, type Ranking } from './ranking-definitions.js'
import { SCORE_DEFINITIONS, type Scores } from './score-definitions.js'
import { VALUE_DEFINITIONS, type Values } from './value-definitions.js'

/** What the definitions of each kind take. */
export interface MetricInputs {
  labels: Labels
  scores: Scores
  classScores: ClassScores
  numbers: Numbers
  values: Values
  ranking: Ranking
}
export type InputKind = keyof MetricInputs

export const CATALOGUE: { readonly [K in InputKind]: readonly Definition<MetricInputs[K]>[] } = {
  labels: LABEL_DEFINITIONS,
  scores: SCORE_DEFINITIONS,
  classScores: CLASS_SCORE_DEFINITIONS,
  numbers: NUMBER_DEFINITIONS,
  values: VALUE_DEFINITIONS,
  ranking: RANKING_DEFINITIONS,
}

/** What a policy can say that a metric is. */
export const DEFINITION_IDS = [
  ...new Set(Object.values(CATALOGUE).flatMap((definitions) => definitions.map(({ id }) => id))),
] as [string, ...string[]]

/** The kinds of columns that definitions of an id take. */
export const kindsOf = (id: string): InputKind[] =>
  (Object.keys(CATALOGUE) as InputKind[]).filter((kind) => CATALOGUE[kind].some((one) => one.id === id))

/** The value of a definition; NaN if it is not defined for this input. */
export function valueOf<K extends InputKind>(
  kind: K,
  id: string,
  input: MetricInputs[K],
  at: number,
): number {
  const definition = CATALOGUE[kind].find((one) => one.id === id)
  if (!definition) throw new Error(`No definition ${id} of ${kind}`)
  return definition.of(input, at)
}
