import { grouped } from './numbers.js'
import type { FieldPath } from './fields.js'

/** What is wrong with a document. */
export interface Problem {
  path: FieldPath
  message: string
  line?: number | undefined
  /** `syntax`: not YAML; `duplicate`: a key twice; `unknown`: a key nobody reads; `value`: of the wrong form. */
  kind: 'syntax' | 'duplicate' | 'unknown' | 'value'
}

type Kind = Problem['kind']

/** Problems of one kind that are told one by one; the rest are counted. */
export const MOST_PROBLEMS = 50

const THE_REST: Record<Kind, string> = {
  syntax: 'more problems of syntax',
  duplicate: 'more keys that are given twice',
  unknown: 'more unknown keys',
  value: 'more fields that are wrong',
}

/** Collects problems. Words and lines are made for those that are told, and for no other. */
export class Problems {
  private readonly told: Problem[] = []
  private readonly numbers = new Map<Kind, number>()

  add(kind: Kind, path: FieldPath, tell: () => Omit<Problem, 'kind' | 'path'>): void {
    const number = (this.numbers.get(kind) ?? 0) + 1
    this.numbers.set(kind, number)
    if (number <= MOST_PROBLEMS) this.told.push({ path, kind, ...tell() })
  }

  /** In the order in which they were added, the last of each kind that has many counting the rest. */
  all(): Problem[] {
    const rest = [...this.numbers].flatMap(([kind, number]): Problem[] =>
      number > MOST_PROBLEMS
        ? [{ path: [], kind, message: `${grouped(number - MOST_PROBLEMS)} ${THE_REST[kind]}` }]
        : [],
    )
    return [...this.told, ...rest]
  }
}
