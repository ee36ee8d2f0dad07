import type { Found } from '../../../verdict/finding.js'
import { commitFindings } from '../commits.js'
import { REFUSED } from '../native.js'
import { endFinder, withoutPassword } from '../paths.js'
import { Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { claimedMetrics, mapOf, partedParameters, scalarIn, scalarText } from '../values.js'
import { LARGEST_DATABASE, runInDatabase } from './database.js'
import { runInFolder } from './folder.js'
import { sayModel } from './model.js'
import { projectCommand } from './project.js'
import { wantedIn, wantedText, type FoundMlflowRun, type MlflowDataset } from './run.js'
import { runOnServer, Unreachable } from './server.js'
import { NotSqlite } from './sqlite.js'

const DATABASE = /(?:^|\/)mlflow[^/]*\.(?:db|sqlite3?)$/
const FOLDER = /^(?:.*\/)?mlruns$/
const RUN = /^((?:.*\/)?mlruns)\/\d+\/[0-9a-f]{32}\/meta\.yaml$/
/** No file of a tree has two slashes in a row: only the policy can name a server. */
const SERVER = /^mlflow:(https?:\/\/.+)$/

/**
 * A store of MLflow: `mlruns`, `mlflow.db`, or `mlflow:https://<server>` in the policy. A run is selected
 * by `#run=<id>`, `#models:/<name>@<alias>` or `#models:/<name>/<version>`; without one it is the newest
 * that has finished, which of a server nobody asks for.
 */
export const mlflow: Source = {
  name: 'mlflow',
  detect: (files) => [...new Set(files.flatMap((file) => storesIn(file)))],
  read: readMlflow,
  check: checkMlflow,
}

const storesIn = (file: string): string[] => {
  const folder = RUN.exec(file)?.[1]
  if (folder !== undefined) return [folder]
  return DATABASE.test(file) || FOLDER.test(file) || SERVER.test(file) ? [file] : []
}

/** @returns the run, or why there is none */
async function openRun(tree: SourceTree, record: string): Promise<FoundMlflowRun | { refused: Found }> {
  const [store = '', ...rest] = record.split('#')
  const wanted = wantedIn(rest.join('#'))
  const address = SERVER.exec(store)?.[1]
  const file = address === undefined ? tree.prefix + store : store
  const refuse = (rule: Found['rule'], message: string) => ({ refused: { rule, message, file } })
  const none = () => refuse('record/missing', `${store} has no ${wantedText(wanted)}`)
  try {
    if (address !== undefined) {
      if (wanted === undefined)
        return refuse(
          'record/missing',
          `${store} holds many runs: name one with \`#run=<id>\` or \`#models:/<name>@<alias>\``,
        )
      const run = await runOnServer(address, wanted)
      return run === null ? none() : { run, placeOf: () => ({ file }) }
    }
    if (!DATABASE.test(store)) return (await runInFolder(tree, store, wanted)) ?? none()
    const read = await tree.files.read(store, LARGEST_DATABASE)
    if ('refused' in read) return refuse(REFUSED[read.refused], read.why)
    const run = runInDatabase(read.bytes, wanted)
    return run === null ? none() : { run, placeOf: () => ({ file }) }
  } catch (error) {
    if (error instanceof NotSqlite) return refuse('record/malformed', `${store} ${error.message}`)
    if (error instanceof Unreachable) return refuse('record/unreachable', error.message)
    throw error
  }
}

async function readMlflow(tree: SourceTree, record: string): Promise<Reading> {
  const [store = ''] = record.split('#')
  const found = await openRun(tree, record)
  const file = SERVER.test(store) ? store : tree.prefix + store
  const saying = new Saying(mlflow.name, 'refused' in found ? file : found.placeOf('run', '').file)
  if ('refused' in found) {
    saying.problem(found.refused)
    return saying.reading()
  }
  const files = await tree.files.list()
  sayRun(saying, found)
  sayDatasets(saying, found, endFinder(files))
  await sayModel(saying, found, { tree, files })
  const command = await projectCommand(tree, found.run)
  if (command) saying.say(['evaluation', 'command'], command.argv, command.place)
  return saying.reading()
}

const HASH = /^[0-9a-f]{40}$/
const isoTime = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined || !(Math.abs(milliseconds) < 8.64e15)
    ? undefined
    : new Date(milliseconds).toISOString()

function sayRun(saying: Saying, { run, placeOf }: FoundMlflowRun): void {
  const { tags } = run
  const tag = (name: string) => placeOf('tags', name)
  saying.say(['run', 'id'], run.id, placeOf('run', 'run_id'))
  saying.say(['run', 'started'], isoTime(run.started), placeOf('run', 'start_time'))
  saying.say(['run', 'finished'], isoTime(run.ended), placeOf('run', 'end_time'))
  const commit = tags.get(COMMIT)
  if (commit !== undefined && HASH.test(commit)) saying.say(['code', 'commit'], commit, tag(COMMIT))
  const remote = tags.get('mlflow.source.git.repoURL') ?? tags.get('mlflow.git.repo_url')
  if (remote !== undefined)
    saying.say(['code', 'repository'], withoutPassword(remote), tag('mlflow.source.git.repoURL'))
  // It does not count files that git does not know, so `false` says nothing.
  if (tags.get('mlflow.git.dirty')?.toLowerCase() === 'true')
    saying.say(['code', 'dirty'], true, tag('mlflow.git.dirty'))
  const image = tags.get('mlflow.docker.image.uri')
  if (image !== undefined && /@sha256:[0-9a-f]{64}$/.test(image))
    saying.say(['environment', 'image'], image, tag('mlflow.docker.image.uri'))
  const values = new Map([...run.params].map(([name, text]) => [name, scalarIn(text)]))
  const { seeds, hyperparameters } = partedParameters(values)
  saying.sayAll(['seeds'], seeds, (name) => placeOf('params', name))
  saying.sayAll(['hyperparameters'], hyperparameters, (name) => placeOf('params', name))
  saying.sayAll(['evaluation', 'metrics'], claimedMetrics(run.metrics), (name) => placeOf('metrics', name))
}

const COMMIT = 'mlflow.source.git.commit'

const WEAK =
  'MLflow takes it of at most 10,000 rows; log the file’s sha256 as well, or keep the data with DVC or Git LFS'

/** A data set and the file of the tree that it may be. MLflow's digest is a label, never a proof of bytes. */
function sayDatasets(
  saying: Saying,
  { run, placeOf }: FoundMlflowRun,
  find: (path: string) => string | undefined,
): void {
  for (const [index, dataset] of run.datasets.entries()) {
    const at = ['data', index]
    const place = placeOf('datasets', dataset.name)
    const source = addressOf(dataset)
    saying.say([...at, 'name'], dataset.name, place)
    saying.say([...at, 'version'], dataset.digest || undefined, place)
    saying.reserve([...at, 'version'], 'partial', WEAK)
    saying.say([...at, 'split'], dataset.context, place)
    if (dataset.kind === 'local') saying.say([...at, 'path'], source && find(source), place)
    else saying.say([...at, 'source'], source && withoutPassword(source), place)
  }
}

/** Where a data set is from: the address, path or name that its kind has. */
function addressOf({ source }: MlflowDataset): string | undefined {
  let about: unknown
  try {
    about = JSON.parse(source)
  } catch {
    return undefined
  }
  const keys = ['uri', 'url', 'path', 'delta_table_name', 'table_name']
  return keys.map((key) => scalarText(mapOf(about)[key])).find((text) => text !== undefined)
}

async function checkMlflow(tree: SourceTree, record: string): Promise<Found[]> {
  if (SERVER.test(record.split('#', 1)[0]!)) return []
  const found = await openRun(tree, record)
  const commit = 'refused' in found ? undefined : found.run.tags.get(COMMIT)
  if ('refused' in found || commit === undefined) return []
  const script = found.run.tags.get('mlflow.source.name')
  return commitFindings(tree.history, {
    commit,
    recorded: HASH.test(commit),
    script: script?.endsWith('.py') ? script : undefined,
    place: found.placeOf('tags', COMMIT),
  })
}
