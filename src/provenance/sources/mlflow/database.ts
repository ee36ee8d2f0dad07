import { scalarText } from '../values.js'
import type { MlflowRun, Wanted } from './run.js'
import { SqliteFile, type SqliteRow } from './sqlite.js'

/** Bytes of a store that are read. */
export const LARGEST_DATABASE = 256 * 1024 * 1024

const word = (value: unknown): string => scalarText(value) ?? ''
const time = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

/**
 * A run of `mlflow.db`; null: it has none like that. The schema grows with MLflow, and these tables keep
 * their names and columns.
 *
 * @throws NotSqlite
 */
export function runInDatabase(bytes: Buffer, wanted: Wanted): MlflowRun | null {
  const file = new SqliteFile(bytes)
  const registered = wanted !== undefined && 'model' in wanted ? versionIn(file, wanted) : undefined
  const id = wanted !== undefined && 'run' in wanted ? wanted.run : registered?.run
  if (id === undefined && wanted !== undefined) return null
  const row = id === undefined ? newestRun(file) : [...runs(file)].find((run) => run['run_uuid'] === id)
  return row === undefined ? null : { ...runOf(file, row), ...(registered && { registered }) }
}

function* runs(file: SqliteFile): Generator<SqliteRow> {
  for (const row of file.rows('runs')) if (row['lifecycle_stage'] !== 'deleted') yield row
}

/** The one that ended last, of those with metrics if there are any. */
function newestRun(file: SqliteFile): SqliteRow | undefined {
  const measured = new Set([...file.rows('latest_metrics')].map((row) => row['run_uuid']))
  let newest: SqliteRow | undefined
  const rank = (row: SqliteRow) => (measured.has(row['run_uuid'] ?? '') ? 1 : 0)
  for (const row of runs(file)) {
    if (row['status'] !== 'FINISHED') continue
    const order =
      newest && (rank(row) - rank(newest) || (time(row['end_time']) ?? 0) - (time(newest['end_time']) ?? 0))
    if (order === undefined || order > 0) newest = row
  }
  return newest
}

type WantedModel = Extract<Wanted, { model: string }>

function versionIn(file: SqliteFile, { model, version, alias }: WantedModel) {
  const aliased =
    alias === undefined
      ? version
      : word(
          [...file.rows('registered_model_aliases')].find(
            (row) => row['name'] === model && row['alias'] === alias,
          )?.['version'],
        )
  const versions = [...file.rows('model_versions')].filter(
    (row) => row['name'] === model && (aliased === undefined || word(row['version']) === aliased),
  )
  const row = versions.sort((a, b) => Number(b['version']) - Number(a['version']))[0]
  return row && { name: model, version: word(row['version']), run: word(row['run_id']) }
}

function runOf(file: SqliteFile, row: SqliteRow): MlflowRun {
  const id = word(row['run_uuid'])
  const own = (table: string) => [...file.rows(table)].filter((one) => one['run_uuid'] === id)
  const pairs = (table: string) => own(table).map(({ key, value }) => [word(key), word(value)] as const)
  const inputs = [...file.rows('inputs')]
  const models = inputs
    .filter((one) => one['source_type'] === 'RUN_OUTPUT' && one['source_id'] === id)
    .map((one) => word(one['destination_id']))
  // A model that is evaluated by itself is in no list of outputs.
  const logged = [...file.rows('logged_models')].filter((one) => one['source_run_id'] === id)
  return {
    id,
    started: time(row['start_time']),
    ended: time(row['end_time']),
    params: new Map(pairs('params')),
    tags: new Map(pairs('tags')),
    metrics: new Map(
      own('latest_metrics').map(({ key, value, is_nan: nan }) => [
        word(key),
        nan === 1 ? NaN : Number(value),
      ]),
    ),
    datasets: datasetsOf(
      file,
      inputs.filter((one) => one['destination_type'] === 'RUN' && one['destination_id'] === id),
    ),
    models: [...new Set([...models, ...logged.map((one) => word(one['model_id']))])],
    registered: [...file.rows('model_versions')]
      .filter((one) => one['run_id'] === id)
      .map((one) => ({ name: word(one['name']), version: word(one['version']) }))
      .at(-1),
  }
}

function datasetsOf(file: SqliteFile, inputs: readonly SqliteRow[]): MlflowRun['datasets'] {
  const datasets = new Map([...file.rows('datasets')].map((row) => [row['dataset_uuid'], row]))
  const tags = [...file.rows('input_tags')].filter((row) => row['name'] === 'mlflow.data.context')
  const contexts = new Map(tags.map((row) => [row['input_uuid'], row['value']]))
  return inputs.flatMap((input) => {
    const row = datasets.get(input['source_id'] ?? '')
    if (input['source_type'] !== 'DATASET' || row === undefined) return []
    return [
      {
        name: word(row['name']),
        digest: word(row['digest']),
        kind: word(row['dataset_source_type']),
        source: word(row['dataset_source']),
        context: scalarText(contexts.get(input['input_uuid'] ?? '')),
      },
    ]
  })
}
