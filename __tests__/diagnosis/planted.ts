import { findCause, type SearchResult, type SearchProblem } from '../../src/diagnosis/search.js'
import { Trials, type Setting, type Trial } from '../../src/diagnosis/trials.js'

/** What an evaluation that never ran would give: it sees what is as rebuilt, and under which conditions. */
export interface World {
  /** Names that are as rebuilt, and changes that are neither (conditions, inputs). */
  (rebuilt: ReadonlySet<string>, set: ReadonlySet<string>, made: number): string | { crash: string }
  /** What it loads. */
  loads?: readonly string[]
  /** Hosts that it asks for. */
  asks?: readonly string[]
  /** The CPU kernels that each image takes. */
  kernels?: Readonly<Record<Setting['image'], string>>
}

export const names = (n: number): string[] => Array.from({ length: n }, (_, index) => `p${index + 1}`)

export interface Searched extends SearchResult {
  /** Replays beside the two that the gate has made. */
  replays: number
  settings: Setting[]
}

/** Searches for what is planted in a world whose pinned images gives the result `recorded`. */
export async function search(
  world: World,
  given: Partial<SearchProblem> = {},
  most = 1000,
): Promise<Searched> {
  const problem: SearchProblem = { steady: true, differences: [], unseen: [], axes: [], inputs: [], ...given }
  const differing = new Set(problem.differences)
  const results = new Map<string, number>()
  let made = 0
  const look = ({ image, changes, watch }: Setting): Trial => {
    made++
    const swapped = changes.filter((one) => differing.has(one))
    const rebuilt = image === 'pinned' ? swapped : problem.differences.filter((one) => !swapped.includes(one))
    const other = changes.filter((one) => !differing.has(one))
    const got = world(new Set(rebuilt), new Set(other), made)
    if (typeof got !== 'string') return { kind: 'none', why: got.crash }
    if (!results.has(got)) results.set(got, results.size)
    const seen = watch ? (world.loads ?? problem.differences) : undefined
    const looked = watch ? { seen, asked: world.asks, kernel: world.kernels?.[image] } : {}
    return { kind: got === 'recorded' ? 'recorded' : 'another', result: results.get(got)!, ...looked }
  }
  const plain = problem.steady ? look({ image: 'rebuild', changes: [] }) : undefined
  made = 0
  const trials = new Trials(
    (setting) => Promise.resolve(look(setting)),
    (count) => count < most,
    plain,
  )
  const found = await findCause(trials, problem)
  return { ...found, replays: trials.tried.length, settings: trials.tried.map(({ setting }) => setting) }
}
