/**
 * How much a file says of an environment. L0: nothing that can be read; L1: some entry may be any version;
 * L2: every direct entry has its version; L3: a whole environment by version; L4: the bytes of every entry by
 * digest; L5: an image whose bases are pinned by digest.
 */
export type LockLevel = 0 | 1 | 2 | 3 | 4 | 5

export interface LockEntry {
  /** As the file writes it. */
  name: string
  /** The one version that it allows. */
  version?: string | undefined
  /** What else is asked of it: `>=1.2`, an address. */
  range?: string | undefined
  /** Whether a digest of its bytes is given: sha256, or the id of a git tree. */
  hashed?: boolean | undefined
  /** Why it may be another version tomorrow; absent: it is pinned. */
  loose?: string | undefined
  /** Extras and environment markers, as pip writes them behind the version. */
  marker?: string | undefined
  /** From 1. */
  line?: number | undefined
  /** The file that says so, if it is another one. Relative to the working directory. */
  file?: string | undefined
}

/** Another file that a list of requirements names. */
export interface NestedLock {
  /** As written, relative to the file that names it. */
  path: string
  /** `constraint`: it pins what others ask for, and asks for nothing. */
  kind: 'requirements' | 'constraint' | 'project'
  line: number
}

export interface LockContent {
  entries: LockEntry[]
  /** As the file states it: `3.9`, `>=3.8,<4`. */
  python?: string | undefined
  /** Whether it lists everything that is installed, and not only what is asked for. */
  whole?: boolean | undefined
  /** The best level that this format reaches. Default 4. */
  best?: LockLevel | undefined
  nested?: NestedLock[] | undefined
  /** Packages of the operating system that it asks for. */
  system?: string[] | undefined
}

/** To add a format: a file that gives one of these, and a line in `index.ts`. */
export interface LockFormat {
  readonly name: string
  /** By the file's base name. */
  readonly files: RegExp
  /**
   * Reads it; nothing is executed. null: it is something else that has such a name.
   *
   * @throws Error with the reason, as a clause, for a file that cannot be read
   */
  read(text: string): LockContent | null
}

/** What a freeze holds and nobody writes down by hand. DETECTION: five of them tell one. */
const COMES_ALONG = new Set(
  'certifi urllib3 idna charset-normalizer six python-dateutil pytz packaging markupsafe zipp tzdata cycler'.split(
    ' ',
  ),
)
const TELLS_A_FREEZE = 5

/** As indexes compare names (PEP 503). */
export const plainName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/** The plain name without extras: `ray` of `Ray[tune]`. */
export const bareName = (name: string): string => plainName(name.replace(/\[.*/s, ''))

/** The level that the entries reach, by the format's own best. */
export function levelReached({ entries, whole = false, best = 4 }: LockContent): LockLevel {
  if (entries.length === 0) return 0
  if (entries.some(({ loose }) => loose !== undefined)) return 1
  const along = new Set(entries.map(({ name }) => plainName(name)).filter((name) => COMES_ALONG.has(name)))
  const reached = entries.every(({ hashed }) => hashed) ? 4 : whole || along.size >= TELLS_A_FREEZE ? 3 : 2
  return Math.min(reached, best) as LockLevel
}
