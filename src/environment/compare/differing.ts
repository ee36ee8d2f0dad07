import { sameEntry, type Entries, type Entry } from '../manifest/entries.js'
import { BATCH, type Pause } from '../pause.js'

/** Where neither image has it. */
const NOWHERE = -1

/**
 * The paths that are not the same in two images, in order: numbers into their tables, as there may be
 * millions of them.
 */
export class DifferingPaths {
  /** Two numbers each: its position in the pinned image, and in the rebuild. */
  private readonly positions: number[] = []

  private constructor(
    private readonly pinned: Entries,
    private readonly rebuilt: Entries,
  ) {}

  /** Walks both trees side by side. */
  static async between(pinned: Entries, rebuilt: Entries, pause: Pause): Promise<DifferingPaths> {
    const found = new DifferingPaths(pinned, rebuilt)
    for (let [was, is, steps] = [0, 0, 1]; was < pinned.size || is < rebuilt.size; steps++) {
      const order = was === pinned.size ? 1 : is === rebuilt.size ? -1 : pinned.comparePaths(was, rebuilt, is)
      if (order !== 0 || !pinned.sameAt(was, rebuilt, is))
        found.positions.push(order > 0 ? NOWHERE : was, order < 0 ? NOWHERE : is)
      if (order <= 0) was++
      if (order >= 0) is++
      if (steps % BATCH === 0) await pause()
    }
    return found
  }

  /** The paths themselves, for the few that read them all. */
  *all(): Iterable<string> {
    for (let number = 0; number < this.length; number++) yield this.path(number)
  }

  get length(): number {
    return this.positions.length / 2
  }

  path(number: number): string {
    const was = this.positions[2 * number]!
    if (was !== NOWHERE) return this.pinned.pathAt(was)
    return this.rebuilt.pathAt(this.positions[2 * number + 1]!)
  }

  was(number: number): Entry | undefined {
    const was = this.positions[2 * number]!
    return was === NOWHERE ? undefined : this.pinned.at(was)
  }

  is(number: number): Entry | undefined {
    const is = this.positions[2 * number + 1]!
    return is === NOWHERE ? undefined : this.rebuilt.at(is)
  }

  /** Those of them that lie in a folder, at any depth: from one number up to another. */
  inside(folder: string): [from: number, to: number] {
    // The byte after the slash.
    return [this.before(`${folder}/`), this.before(`${folder}0`)]
  }

  /** Whether a path is the same in both. */
  isSame(path: string): boolean {
    return sameEntry(this.pinned.get(path), this.rebuilt.get(path))
  }

  private before(path: string): number {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.path(middle) < path) low = middle + 1
      else high = middle
    }
    return low
  }
}
