import { basename, dirname } from 'node:path/posix'
import { ReprogateError } from '../system/errors.js'
import { detectNative, storeOf } from '../provenance/sources/index.js'
import { plural } from '../text/numbers.js'
import { didYouMean } from '../text/validate.js'
import type { Track } from '../verdict/rules/rule.js'
import { MODEL_NAME, type Policy, type PolicyModel } from './schema.js'

export interface SelectedModel {
  /** As the policy calls it; without a policy as its record does, or the record's folder. */
  name: string
  /** Whether the policy named it: then a record of another model is a finding. */
  named: boolean
  /** The base has its record and the judged tree does not. */
  removed?: boolean | undefined
  /** The policy names models, and not this one, whose record is new. */
  uncovered?: boolean | undefined
  /** It has no record of its own: what other tools left, and what the tree shows, stand in for one. */
  found?: FoundRecord | undefined
  /** The track that the base's record asks for; it cannot be lowered. */
  track?: Track | undefined
  settings: PolicyModel
}

/** A model that a tree trains or evaluates, without a record of its own. */
export interface FoundRecord {
  name: string
  /** '.' or the folder that holds it. */
  folder: string
  /** What says most of a run; without any, where a record belongs. */
  record: string
  /** Other files that say something of it, in order of precedence. */
  others: readonly string[]
}

/** The records of one tree. */
export interface Records {
  /** The tree's files; records are found among them. */
  files: readonly string[]
  /** What a record calls its model, and the track that it asks for. */
  of(record: string): Promise<{ name?: string | undefined; track?: Track | undefined }>
  /** Models that have no record of their own. Asked for if neither policy nor records name any. */
  found(): Promise<readonly FoundRecord[]>
  /** Why nothing was found, as a clause. */
  whyNone?(): Promise<string | undefined>
}

/** What the base has: only records of its own can bind a change. */
export type BaseRecords = Omit<Records, 'found' | 'whyNone'>

/**
 * The models that a check is about: those of the policy, or every record if it names none. What the
 * base knows cannot vanish: a record that was removed is still a model, and a name stays with its record.
 * What the judged tree adds is a model, too.
 *
 * @param base undefined: there is none
 */
export async function selectModels(
  policy: Policy,
  judged: Records,
  base: BaseRecords | undefined,
  wanted: readonly string[],
): Promise<SelectedModel[]> {
  const known = await modelsOf(policy, judged, base)
  const all = known.length > 0 ? known : (await judged.found()).map(withoutRecord)
  if (all.length === 0) {
    const why = await judged.whyNone?.()
    throw new ReprogateError(
      'models/none',
      `nothing here trains or evaluates a model${why === undefined ? '' : ' of its own'}: looked at ${plural(judged.files.length, 'file')}, ${why === undefined ? '' : `${why}, `}and the policy names no model`,
    )
  }
  const unknown = wanted.find((name) => !all.some((model) => model.name === name))
  if (unknown !== undefined) {
    const names = all.map(({ name }) => name)
    const guess = didYouMean(unknown, names)
    throw new ReprogateError(
      'models/unknown',
      `no model is called ${unknown}`,
      guess ? `Did you mean ${guess}?` : `Models here: ${names.join(', ')}.`,
    )
  }
  return wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name))
}

const withoutRecord = (found: FoundRecord): SelectedModel => ({
  name: found.name,
  named: false,
  found,
  settings: { record: found.record },
})

async function modelsOf(
  policy: Policy,
  judged: Records,
  base: BaseRecords | undefined,
): Promise<SelectedModel[]> {
  const named = Object.entries(policy.models ?? {}).map(([name, settings]) => ({
    name,
    named: true,
    settings,
  }))
  const recordsNow = detectNative(judged.files)
  const recordsBefore = detectNative(base?.files ?? [])
  const before = base && named.length === 0 ? await discoverModels(recordsBefore, base) : []
  const known: SelectedModel[] = [...named, ...before]
  const taken = new Set(known.map(({ name }) => name))
  const isKnown = new Set([...known.map(({ settings }) => storeOf(settings.record)), ...recordsBefore])
  const isNew = (record: string) => !isKnown.has(record)
  // Without a base nothing says what is new: a policy that names models then leaves the others alone.
  const added = named.length > 0 && !base ? [] : await discoverModels(recordsNow.filter(isNew), judged, taken)
  const withBase = await Promise.all(
    known.map(async (model): Promise<SelectedModel> => {
      const { record } = model.settings
      if (!base || !recordsBefore.includes(record)) return model
      const { track } = await base.of(record)
      return { ...model, track, removed: !recordsNow.includes(record) }
    }),
  )
  return [...withBase, ...added.map((model) => ({ ...model, uncovered: named.length > 0 }))]
}

/**
 * Every `provenance.yml` is a model. It is called as its record calls it; if that is not a plain name, or
 * several records claim it, after its folder, and `model` in the top one.
 *
 * @param others names that are taken
 */
export async function discoverModels(
  records: readonly string[],
  { of }: Pick<Records, 'of'>,
  others: ReadonlySet<string> = new Set(),
): Promise<SelectedModel[]> {
  const own = new Map<string, string>()
  const claims = new Map<string, number>()
  for (const record of records) {
    const { name } = await of(record)
    if (name === undefined || !MODEL_NAME.test(name)) continue
    own.set(record, name)
    claims.set(name, (claims.get(name) ?? 0) + 1)
  }
  const single = [...claims].flatMap(([name, count]) => (count === 1 && !others.has(name) ? name : []))
  const taken = new Set([...others, ...single])
  const nameOf = (record: string): string => {
    const name = own.get(record)
    if (name !== undefined && claims.get(name) === 1 && !others.has(name)) return name
    const folder = basename(dirname(record)).replace(/^\.$/, 'model')
    return taken.has(folder) ? record.replaceAll('/', '.') : folder
  }
  return records.map((record) => {
    const name = nameOf(record)
    taken.add(name)
    return { name, named: false, settings: { record } }
  })
}
