import type { Found } from '../../../verdict/finding.js'
import { commitFindings } from '../commits.js'
import { endFinder, withoutHome, withoutPassword } from '../paths.js'
import { Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { claimedMetrics, flattened, numbersOf, partedParameters } from '../values.js'
import { manifestsIn, readRun, type FoundRun } from './folder.js'
import type { WandbArtifact, WandbRun } from './run.js'

const STORE = /^(?:.*\/)?wandb$/
/** `wandb/latest-run` is a copy, or a text with a path. */
const RUN = /^((?:.*\/)?wandb)\/((?:offline-)?run-(\d{8}_\d{6})-([^/]+))\//
/** Runs that are looked at for one that ended. */
const LOOKED_AT = 50

/**
 * A folder `wandb` and its newest run that ended, or the one that is asked for: `wandb#run=<id>`. Online
 * and offline runs.
 */
export const wandb: Source = {
  name: 'wandb',
  detect: (files) => [
    ...new Set(files.flatMap((file) => RUN.exec(file)?.[1] ?? (STORE.test(file) ? file : []))),
  ],
  read: readWandb,
  check: checkWandb,
}

async function readWandb(tree: SourceTree, record: string): Promise<Reading> {
  const files = await tree.files.list()
  const [store = ''] = record.split('#')
  const found = await chosenRun(tree, record, files)
  const saying = new Saying(wandb.name, found?.placeOf('metadata', '').file ?? tree.prefix + store)
  if (found === null) {
    saying.problem({
      rule: 'record/missing',
      message: `${record} has no run that can be read`,
      file: tree.prefix + store,
    })
    return saying.reading()
  }
  found.run.artifacts.push(...(await manifestsIn(tree, files)))
  sayRun(saying, found, endFinder(files))
  return saying.reading()
}

/** Runs by their folders, the newest first. */
function foldersOf(files: readonly string[], store: string): { folder: string; id: string; time: string }[] {
  const runs = new Map<string, { folder: string; id: string; time: string }>()
  for (const file of files) {
    const [, of, name, time, id] = RUN.exec(file) ?? []
    if (of === store) runs.set(name!, { folder: `${store}/${name}`, id: id!, time: time! })
  }
  return [...runs.values()].sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
}

async function chosenRun(
  tree: SourceTree,
  record: string,
  files: readonly string[],
): Promise<FoundRun | null> {
  const [store = '', selector] = record.split('#')
  const wanted = selector?.replace(/^run=/, '')
  const runs = foldersOf(files, store)
  let first: FoundRun | null = null
  for (const { folder, id } of runs
    .filter((run) => wanted === undefined || run.id === wanted)
    .slice(0, LOOKED_AT)) {
    const found = await readRun(tree, folder, files)
    if (found?.run.finished || (found && wanted === id)) return found
    first ??= found
  }
  return first
}

const HASH = /^[0-9a-f]{40}$/
/** A notebook, or what was typed: no command brings it back. */
const NO_SCRIPT = /^<|ipykernel|colab_kernel|\.ipynb$|^-/

/** What W&B itself keeps in a configuration. */
const OWN_KEYS: ReadonlySet<string> = new Set(['_wandb', 'wandb_version'])

function sayRun(
  saying: Saying,
  { run, placeOf }: FoundRun,
  find: (path: string) => string | undefined,
): void {
  const about = (key: string) => placeOf('metadata', key)
  saying.say(['run', 'id'], run.id, about('startedAt'))
  saying.say(['run', 'started'], timeOf(run.started), about('startedAt'))
  if (run.commit !== undefined && HASH.test(run.commit))
    saying.say(['code', 'commit'], run.commit, about('git'))
  if (run.remote !== undefined) saying.say(['code', 'repository'], withoutPassword(run.remote), about('git'))
  if (run.program !== undefined && !NO_SCRIPT.test(run.program)) {
    const script = find(run.program) ?? withoutHome(run.program)
    saying.say(['evaluation', 'command'], ['python', script, ...run.args.map(withoutHome)], about('program'))
  }
  saying.say(['environment', 'hardware', 'cores'], run.cores, about('cpu_count'))
  if (run.gpu !== undefined) saying.remark(`was run on ${run.gpu}`, about('gpu'))
  const config = flattened(Object.fromEntries([...run.config].filter(([key]) => !OWN_KEYS.has(key))))
  const { seeds, hyperparameters } = partedParameters(config)
  const ofConfig = (key: string) => placeOf('config', key.split('.')[0]!)
  saying.sayAll(['seeds'], seeds, ofConfig)
  saying.sayAll(['hyperparameters'], withoutHomes(hyperparameters), ofConfig)
  const metrics = claimedMetrics(numbersOf(flattened(Object.fromEntries(run.summary))))
  const own = new Map([...metrics].filter(([name]) => !name.startsWith('_')))
  saying.sayAll(['evaluation', 'metrics'], own, (key) => placeOf('summary', key.split('.')[0]!))
  sayArtifacts(saying, run, { placeOf, find })
}

const withoutHomes = (values: ReadonlyMap<string, unknown>): Map<string, unknown> =>
  new Map([...values].map(([name, value]) => [name, typeof value === 'string' ? withoutHome(value) : value]))

/** W&B leaves the zone out: it is UTC. */
const timeOf = (time: string | undefined): string | undefined =>
  time === undefined || /(?:Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`

/** The md5 of a file, as a record writes it; undefined for what its store calls the file. */
function digestOf(entry: WandbArtifact['entries'][number]): string | undefined {
  if (entry.reference !== undefined) return undefined
  const bytes = Buffer.from(entry.digest, 'base64')
  return bytes.length === 16 && /^[A-Za-z0-9+/]{22}==$/.test(entry.digest)
    ? `md5:${bytes.toString('hex')}`
    : undefined
}

/** Files of one artifact that are data by themselves; more are one folder. */
const MOST_FILES = 20

function sayArtifacts(
  saying: Saying,
  { artifacts }: WandbRun,
  { placeOf, find }: Pick<FoundRun, 'placeOf'> & { find(path: string): string | undefined },
): void {
  const place = placeOf('config', '')
  let index = 0
  for (const { type, name, digest, entries } of artifacts) {
    if (type === 'model' && entries.length === 1) {
      saying.say(['model', 'name'], name, place)
      saying.say(['model', 'path'], find(entries[0]!.path), place)
      saying.say(['model', 'digest'], digestOf(entries[0]!), place)
    }
    if (type !== 'dataset') continue
    for (const entry of entries.length > MOST_FILES ? [] : entries) {
      const at = ['data', index++]
      saying.say([...at, 'name'], name, place)
      saying.say([...at, 'version'], digest, place)
      saying.say([...at, 'path'], find(entry.path), place)
      saying.say([...at, 'source'], entry.reference && withoutPassword(entry.reference), place)
      saying.say([...at, 'digest'], digestOf(entry), place)
      if (digestOf(entry) === undefined)
        saying.remark(
          `${entry.path} of ${name} is pinned by what its store calls it, not by a digest of its bytes`,
          place,
        )
    }
    if (entries.length > MOST_FILES) {
      saying.say(['data', index], { name, version: digest }, place)
      index++
    }
  }
}

async function checkWandb(tree: SourceTree, record: string): Promise<Found[]> {
  const found = await chosenRun(tree, record, await tree.files.list())
  const { commit, program } = found?.run ?? {}
  if (found === null || commit === undefined) return []
  const script = program === undefined || NO_SCRIPT.test(program) ? undefined : program
  return commitFindings(tree.history, {
    commit,
    recorded: HASH.test(commit),
    script,
    place: found.placeOf('metadata', 'git'),
  })
}
