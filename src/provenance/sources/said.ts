import { fieldName, type FieldPath } from '../../text/fields.js'
import type { Found, Place } from '../../verdict/finding.js'
import { keepWhatIsRight, ruleFor } from './kept.js'
import type { Reading, Remark, Reservation } from './source.js'

type Reserved = { kind: Reservation; why: string }

/** Collects what one source says of a run, field by field, each with its place. */
export class Said {
  private readonly value: Record<string, unknown> = {}
  private readonly places = new Map<string, Place>()
  private readonly reservations = new Map<string, Reserved>()
  private readonly remarks: Remark[] = []
  private readonly problems: Found[] = []

  constructor(
    private readonly source: string,
    /** Relative to the root of the repository. */
    private readonly file: string,
  ) {}

  /** Says a field; nothing is said by `undefined` and `null`. The first to speak is believed. */
  say(path: FieldPath, value: unknown, place: Place, reserved?: Reserved): this {
    if (value === undefined || value === null || this.places.has(fieldName(path))) return this
    let at = this.value as Record<string | number, unknown>
    for (const [index, part] of path.entries()) {
      if (index === path.length - 1) define(at, part, value)
      else if (!Object.hasOwn(at, part)) define(at, part, typeof path[index + 1] === 'number' ? [] : {})
      at = at[part] as Record<string | number, unknown>
    }
    this.places.set(fieldName(path), place)
    if (reserved) this.reservations.set(fieldName(path), reserved)
    return this
  }

  remark(text: string, place: Place = { file: this.file }): this {
    this.remarks.push({ text, ...place })
    return this
  }

  problem(found: Found): this {
    this.problems.push(found)
    return this
  }

  /** What was said, without what a record cannot hold: that is a problem. */
  reading(): Reading {
    const { places, file } = this
    const placeOf = (field: string): Place => {
      for (let name = field; name !== ''; name = name.replace(/(?:^|\.|\[)[^.[]*$/, '')) {
        const place = places.get(name)
        if (place) return place
      }
      return { file }
    }
    const { record, problems } = keepWhatIsRight({ value: this.value, lineOf: () => undefined })
    const wrong = problems.map((problem): Found => {
      const field = fieldName(problem.path)
      return { rule: ruleFor(problem), message: `${field}: ${problem.message}`, field, ...placeOf(field) }
    })
    return {
      source: this.source,
      file,
      record,
      problems: [...this.problems, ...wrong],
      placeOf,
      reservations: this.reservations,
      remarks: this.remarks,
    }
  }

  /** The reading of a file that says nothing: it is something else, or cannot be read. */
  nothing(): Reading {
    const { source, file, problems, remarks } = this
    return { source, file, record: null, problems, remarks, placeOf: () => ({ file }) }
  }
}

/** Defined, so that `__proto__` is a name as any other. */
const define = (at: object, name: string | number, value: unknown): void =>
  void Object.defineProperty(at, name, { value, enumerable: true, writable: true, configurable: true })
