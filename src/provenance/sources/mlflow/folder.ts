import { parseYaml } from '../../../text/yaml.js'
import { readText } from '../saying.js'
import type { SourceTree } from '../source.js'
import { mapOf, scalarIn, scalarText } from '../values.js'
import {
  latest,
  type FoundMlflowRun,
  type Logged,
  type MlflowDataset,
  type MlflowRun,
  type Wanted,
} from './run.js'

/** Bytes of a file of the store: a metric has a line for every step. */
const LARGEST = 16 * 1024 * 1024
/** Runs of which the state is looked at, and values of one run. */
const MOST_RUNS = 2000
const MOST_VALUES = 5000

const RUN = /^(\d+)\/([0-9a-f]{32})\/meta\.yaml$/
const FINISHED = 3

/** A store of files, `mlruns`. */
interface Store {
  tree: SourceTree
  /** The folder, relative to the working directory. */
  folder: string
  /** Its files, relative to it. */
  files: readonly string[]
}

/** A run of a file store; null: it has none like that. */
export async function runInFolder(
  tree: SourceTree,
  folder: string,
  wanted: Wanted,
): Promise<FoundMlflowRun | null> {
  const within = `${folder}/`
  const all = await tree.files.list()
  const files = all.filter((file) => file.startsWith(within)).map((file) => file.slice(within.length))
  const store = { tree, folder, files }
  const registered = wanted !== undefined && 'model' in wanted ? await versionIn(store, wanted) : undefined
  if (wanted !== undefined && 'model' in wanted && registered === undefined) return null
  const id = wanted !== undefined && 'run' in wanted ? wanted.run : registered?.run
  const run = await chosen(store, id)
  if (run === undefined) return null
  const found = await readRun(store, run)
  found.run.registered = registered ?? (await registeredOf(store, run.id))
  return found
}

interface Candidate {
  /** `<experiment>/<run>`. */
  at: string
  id: string
  meta: Record<string, unknown>
  measured: boolean
}

async function chosen(store: Store, id: string | undefined): Promise<Candidate | undefined> {
  const measured = new Set(
    store.files.flatMap((file) => /^(\d+\/[0-9a-f]{32})\/metrics\//.exec(file)?.[1] ?? []),
  )
  const names = store.files.flatMap((file) => {
    const [, experiment, run] = RUN.exec(file) ?? []
    return run === undefined || (id !== undefined && run !== id)
      ? []
      : [{ at: `${experiment}/${run}`, id: run }]
  })
  let best: Candidate | undefined
  for (const { at, id: run } of names.slice(0, MOST_RUNS)) {
    const meta = await metaOf(store, at)
    const candidate = { at, id: run, meta, measured: measured.has(at) }
    if (id !== undefined) return candidate
    if (meta['lifecycle_stage'] === 'deleted' || meta['status'] !== FINISHED) continue
    const order =
      best && (Number(candidate.measured) - Number(best.measured) || endOf(meta) - endOf(best.meta))
    if (order === undefined || order > 0) best = candidate
  }
  return best
}

const endOf = (meta: Record<string, unknown>): number => Number(meta['end_time']) || 0

async function textIn({ tree, folder }: Store, path: string): Promise<string | undefined> {
  const read = await readText(tree, `${folder}/${path}`, LARGEST)
  return 'refused' in read ? undefined : read.text
}

async function metaOf(store: Store, at: string): Promise<Record<string, unknown>> {
  return mapOf(parseYaml((await textIn(store, `${at}/meta.yaml`)) ?? '').value)
}

/** Values by their names: a name may hold `/`, and then has folders. */
async function valuesBelow(store: Store, folder: string): Promise<Map<string, string>> {
  const files = store.files.filter((file) => file.startsWith(`${folder}/`)).slice(0, MOST_VALUES)
  const values = new Map<string, string>()
  for (const file of files) {
    const text = await textIn(store, file)
    if (text !== undefined) values.set(file.slice(folder.length + 1), text)
  }
  return values
}

async function readRun(store: Store, { at, id, meta }: Candidate): Promise<FoundMlflowRun> {
  const { tree, folder } = store
  const metrics = [...(await valuesBelow(store, `${at}/metrics`))].flatMap(
    ([name, text]): [string, number][] => {
      const value = latest(text.split('\n').flatMap(loggedIn))
      return value === undefined ? [] : [[name, value]]
    },
  )
  const models = store.files.flatMap((file) =>
    file.startsWith(`${at}/outputs/`) ? (/\/outputs\/([^/]+)\/meta\.yaml$/.exec(file)?.[1] ?? []) : [],
  )
  const run: MlflowRun = {
    id,
    started: Number(meta['start_time']) || undefined,
    ended: Number(meta['end_time']) || undefined,
    params: await valuesBelow(store, `${at}/params`),
    tags: await valuesBelow(store, `${at}/tags`),
    metrics: new Map(metrics),
    datasets: await datasetsOf(store, at),
    models,
  }
  const placeOf: FoundMlflowRun['placeOf'] = (kind, key) => {
    const path = kind === 'run' || kind === 'datasets' ? 'meta.yaml' : `${kind}/${key}`
    return { file: `${tree.prefix}${folder}/${at}/${path}`, ...(kind === 'run' ? {} : { line: 1 }) }
  }
  return { run, placeOf }
}

/** `<milliseconds> <value> <step>`; the step is 0 if it is left out. */
function loggedIn(line: string): Logged[] {
  const [time, value = '', step = '0'] = line.trim().split(' ')
  const number = scalarIn(value)
  return typeof number === 'number'
    ? [{ value: number, step: Number(step) || 0, time: Number(time) || 0 }]
    : []
}

async function datasetsOf(store: Store, at: string): Promise<MlflowDataset[]> {
  const experiment = at.split('/')[0]!
  const inputs = store.files.filter((file) => file.startsWith(`${at}/inputs/`) && file.endsWith('/meta.yaml'))
  const datasets: MlflowDataset[] = []
  for (const path of inputs.slice(0, MOST_VALUES)) {
    const input = await metaOf(store, path.replace(/\/meta\.yaml$/, ''))
    // `destination_id` repeats the source, whatever it should say.
    const about = await metaOf(store, `${experiment}/datasets/${scalarText(input['source_id']) ?? ''}`)
    const word = (key: string) => scalarText(about[key]) ?? ''
    if (input['source_type'] === 'DATASET' && word('name') !== '')
      datasets.push({
        name: word('name'),
        digest: word('digest'),
        kind: word('source_type'),
        source: word('source'),
        context: scalarText(mapOf(input['tags'])['mlflow.data.context']),
      })
  }
  return datasets
}

type WantedModel = Extract<Wanted, { model: string }>

/** Versions of the registry that are looked at for the one of a run. */
const MOST_VERSIONS = 500

/** Every version of the registry, `models/<name>/version-<n>`, the newest first. */
const versionsIn = ({ files }: Store): { name: string; version: string }[] =>
  files
    .flatMap((file) => {
      const [, name, version] = /^models\/([^/]+)\/version-(\d+)\/meta\.yaml$/.exec(file) ?? []
      return name === undefined ? [] : [{ name, version: version! }]
    })
    .sort((a, b) => Number(b.version) - Number(a.version))

const runOfVersion = async (
  store: Store,
  { name, version }: { name: string; version: string },
): Promise<string> => scalarText((await metaOf(store, `models/${name}/version-${version}`))['run_id']) ?? ''

/** An alias is a file beside the versions; newer stores have it in the model's own file. */
async function versionIn(store: Store, { model, version, alias }: WantedModel) {
  const folder = `models/${model}`
  const aliased = async (name: string) =>
    (await textIn(store, `${folder}/aliases/${name}`))?.trim() ??
    scalarText(mapOf((await metaOf(store, folder))['aliases'])[name]) ??
    'none'
  const wanted = alias === undefined ? version : await aliased(alias)
  const found = versionsIn(store).find(
    (one) => one.name === model && (wanted === undefined || one.version === wanted),
  )
  return found && { ...found, run: await runOfVersion(store, found) }
}

async function registeredOf(store: Store, id: string) {
  for (const one of versionsIn(store).slice(0, MOST_VERSIONS))
    if ((await runOfVersion(store, one)) === id) return one
  return undefined
}
