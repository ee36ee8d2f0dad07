export const LEVELS = ['error', 'warn', 'off'] as const
export type Level = (typeof LEVELS)[number]

export const TRACKS = ['exploratory', 'production'] as const
export type Track = (typeof TRACKS)[number]

/** What an error makes of the verdict. */
export type Consequence = 'incomplete' | 'not-reproduced' | 'could-not-check'

/**
 * What a rule is about: a fact is `missing` or `wrong`; the rebuild or the replay `differs` from the
 * record; `infrastructure` kept the check from an answer; a `risk` is worth knowing and says nothing
 * about the result.
 */
export type Kind = 'missing' | 'wrong' | 'differs' | 'infrastructure' | 'risk'

export const CONSEQUENCES: Readonly<Record<Kind, Consequence | null>> = {
  missing: 'incomplete',
  wrong: 'incomplete',
  differs: 'not-reproduced',
  infrastructure: 'could-not-check',
  risk: null,
}

interface Definition {
  readonly kind: Kind
  /** One line, as a heading: what is wrong. */
  readonly title: string
  /** Why a reviewer should care, in one or two sentences. */
  readonly why: string
  /** What to do about it, in general. A finding carries the remedy for its own case. */
  readonly remedy: string
  /** Default level on the production track; on the exploratory one an error is a warning. */
  readonly level?: Level
}

export interface Rule extends Required<Omit<Definition, 'level'>> {
  /** The first half of the rule's id. */
  readonly subject: string
  /** Default level per track; the policy may change it. */
  readonly production: Level
  readonly exploratory: Level
}

/** The rules of one subject, by id: `<subject>/<problem>`. */
export function rulesOf<S extends string, P extends string>(
  subject: S,
  definitions: Readonly<Record<P, Definition>>,
): Record<`${S}/${P}`, Rule> {
  const rules = Object.entries<Definition>(definitions).map(
    ([problem, { level = 'error', ...definition }]) => {
      const exploratory: Level = level === 'off' ? 'off' : 'warn'
      return [`${subject}/${problem}`, { subject, ...definition, production: level, exploratory }]
    },
  )
  return Object.fromEntries(rules) as Record<`${S}/${P}`, Rule>
}

/** How a change against the base's record is explained. */
export const RATIONALE =
  'Say in `run.rationale` of the record why this run differs from the last one, or restore the value.'

/** The three ways in which a required field of the record can fail. */
export function fieldRules<F extends string>(
  field: F,
  { name, why, remedy }: { name: string; why: string; remedy: string },
): Record<`${F}-${'missing' | 'malformed' | 'contradictory'}`, Definition> {
  return {
    [`${field}-missing`]: { kind: 'missing', title: `${name} missing`, why, remedy },
    [`${field}-malformed`]: {
      kind: 'wrong',
      title: `${name} malformed`,
      why: `${why} A value that cannot be read is as good as none.`,
      remedy,
    },
    [`${field}-contradictory`]: {
      kind: 'wrong',
      title: `${name} contradictory`,
      why: `Two places disagree, so nobody can say which of them was run. ${why}`,
      remedy: 'Keep the value that the run used, and remove the other.',
    },
  } as Record<`${F}-${'missing' | 'malformed' | 'contradictory'}`, Definition>
}
