import type { FieldPath } from '../../../text/fields.js'
import { plural, shortNumber } from '../../../text/numbers.js'
import { openJson, type Facts } from '../facts.js'
import { Said } from '../said.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { newestOnly, othersOf } from '../timestamped.js'
import { commandOf, scalarsIn } from './command.js'
import { checkSamples } from './samples.js'

const RESULTS = /(?:^|\/)results(?:_[^/]*)?\.json$/
/** Such a name is given by the harness and by nobody else. */
const ITS_OWN_NAME = /(?:^|\/)results_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d[^/]*\.json$/

/** What lm-evaluation-harness takes if nobody says a seed. */
const SEEDS = { random: 0, numpy: 1234, torch: 1234, fewshot: 1234 } as const
const NOT_CHOSEN = {
  kind: 'default',
  why: 'these are the seeds that lm-evaluation-harness takes if none is given: pass `--seed <number>`',
} as const

/** Keys of a task's result that are no claims. */
const NO_METRIC = /_stderr(?:,|$)|^(?:alias|name|sample_len|samples|sample_count)$/

/** Results of lm-evaluation-harness, `results_<time>.json`, and the samples beside them. */
export const lmEval: Source = {
  name: 'lm-evaluation-harness',
  detect: (files) => newestOnly(files.filter((file) => RESULTS.test(file))),
  read: readLmEval,
}

/** @param path of the results, relative to the working directory */
async function readLmEval(tree: SourceTree, path: string): Promise<Reading> {
  const facts = await openJson(tree, path)
  const said = new Said(lmEval.name, tree.prefix + path)
  if ('problem' in facts) return (ITS_OWN_NAME.test(path) ? said.problem(facts.problem) : said).nothing()
  if (!isResult(facts)) return said.nothing()
  const others = othersOf(await tree.files.list(), path)
  if (others.length > 0)
    said.remark(`the newest of ${others.length + 1} results of this name; before it ${others[0]}`)
  sayRun(said, facts)
  saySeeds(said, facts)
  for (const task of facts.keys('configs')) sayData(said, facts, task)
  for (const table of ['results', 'groups'])
    for (const task of facts.keys(table)) sayMetrics(said, facts, [table, task])
  said.say(['evaluation', 'command'], commandOf(facts), facts.place('config'), {
    kind: 'reconstructed',
    why: 'the command is put together from the `config` of the result, which does not keep every option: set `evaluation.command` in the policy',
  })
  await checkSamples(said, facts, { tree, path })
  return said.reading()
}

const isResult = (facts: Facts): boolean =>
  facts.keys('results').length > 0 &&
  facts.keys('config').length > 0 &&
  (facts.keys('versions').length > 0 || facts.at('lm_eval_version') !== undefined) &&
  [facts.at('git_hash'), facts.at('lm_eval_version'), facts.at('config', 'model_args')].some(
    (value) => value !== undefined,
  )

const HYPERPARAMETERS = ['batch_size', 'limit', 'model_dtype', 'device'] as const
const VERSIONS = { 'lm-eval': 'lm_eval_version', transformers: 'transformers_version' } as const

function sayRun(said: Said, facts: Facts): void {
  const name =
    facts.text('config', 'model_args', 'pretrained') ??
    /(?:^|,)(?:pretrained|model)=([^,]+)/.exec(facts.text('config', 'model_args') ?? '')?.[1] ??
    facts.text('config', 'model_args', 'model') ??
    facts.text('config', 'model')
  const sha = facts.text('config', 'model_sha')
  said.say(['model', 'name'], name?.slice(0, 200), facts.place('config', 'model_args'))
  said.say(['model', 'version'], sha, facts.place('config', 'model_sha'))
  if (sha === undefined) sayRevision(said, facts)
  const date = facts.number('date')
  said.say(['run', 'started'], timeOf(date), facts.place('date'))
  for (const key of HYPERPARAMETERS)
    said.say(['hyperparameters', key], facts.at('config', key), facts.place('config', key))
  for (const table of ['model_args', 'gen_kwargs'])
    for (const [key, value] of scalarsIn(facts.at('config', table)))
      said.say(['hyperparameters', `${table}.${key}`], value, facts.place('config', table, key))
  const hash = facts.text('git_hash')
  if (hash !== undefined)
    said.remark(
      `git_hash ${hash.slice(0, 80)} is of the folder in which lm_eval ran, often another checkout`,
      facts.place('git_hash'),
    )
  for (const [program, key] of Object.entries(VERSIONS)) {
    const version = facts.text(key)
    if (version !== undefined && /^\d/.test(version))
      said.remark(`made with ${program} ${version.slice(0, 80)}`, facts.place(key))
  }
}

/** A revision is a pin if it is a commit; a branch or a tag can move. */
function sayRevision(said: Said, facts: Facts): void {
  const path = ['config', 'model_revision']
  const revision = facts.text(...path)
  const moves = {
    kind: 'opaque',
    why: 'a branch of the hub moves: give `revision=<40 hex digits>` in `--model_args`',
  } as const
  const pinned = revision !== undefined && /^[0-9a-f]{40}$/.test(revision)
  said.say(['model', 'version'], revision, facts.place(...path), pinned ? undefined : moves)
}

/** Seconds since 1970 as text; undefined: not a time. */
const timeOf = (seconds: number | undefined): string | undefined =>
  seconds !== undefined && seconds >= 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : undefined

function saySeeds(said: Said, facts: Facts): void {
  const given = Object.entries(SEEDS).map(([name, byDefault]) => {
    const value = facts.at('config', `${name}_seed`)
    return { name, value, chosen: typeof value === 'number' && value !== byDefault }
  })
  // `--seed` sets all four: if one of them was chosen, the others were, too.
  const reserved = given.some(({ chosen }) => chosen) ? undefined : NOT_CHOSEN
  for (const { name, value } of given) {
    const place = facts.place('config', `${name}_seed`)
    if (value === null) said.remark(`${name}_seed is null: no seed was set`, place)
    said.say(['seeds', name], value, place, reserved)
  }
}

const PINNED = /^[0-9a-f]{40}$/

function sayData(said: Said, facts: Facts, task: string): void {
  const index = facts.keys('configs').indexOf(task)
  const config: FieldPath = ['configs', task]
  const say = (field: string, value: unknown, at: FieldPath, opaque?: Parameters<Said['say']>[3]) =>
    said.say(['data', index, field], value, facts.place(...at), opaque)
  say('name', task.slice(0, 200), config)
  const { path, set, files } = datasetOf(facts, config)
  say('path', files, [...config, 'dataset_kwargs', 'data_files'])
  say('source', files === undefined ? set : undefined, [...config, 'dataset_path'])
  say('split', facts.text(...config, 'test_split') ?? facts.text(...config, 'validation_split'), config)
  const revision = facts.text(...config, 'dataset_kwargs', 'revision')
  if (revision !== undefined && PINNED.test(revision))
    return void say('version', revision, [...config, 'dataset_kwargs', 'revision'])
  const hash = facts.text('task_hashes', task)
  say('version', hash && `samples:${hash.slice(0, 64)}`, ['task_hashes', task], {
    kind: 'partial',
    why: `the hash is of the samples that were evaluated, not of the data: give \`dataset_kwargs: {revision: <40 hex digits>}\` for ${path}, or record a digest`,
  })
}

/** The set as the hub calls it, and the file if it is one of this repository. */
function datasetOf(
  facts: Facts,
  config: FieldPath,
): { path: string; set: string | undefined; files?: string } {
  const path = facts.text(...config, 'dataset_path')
  const name = facts.text(...config, 'dataset_name')
  const split = facts.text(...config, 'test_split') ?? 'test'
  const files =
    facts.text(...config, 'dataset_kwargs', 'data_files', split) ??
    facts.text(...config, 'dataset_kwargs', 'data_files')
  const set = path === undefined ? undefined : [path, ...(name === undefined ? [] : [name])].join('/')
  const local = files !== undefined && !/^(?:[a-z]+:\/\/|[/~-])/.test(files) && !files.includes('*')
  return { path: path ?? 'the task', set, ...(local && { files }) }
}

function sayMetrics(said: Said, facts: Facts, at: readonly [string, string]): void {
  const [, task] = at
  for (const key of facts.keys(...at)) {
    const value = facts.number(...at, key)
    if (value === undefined || NO_METRIC.test(key)) continue
    said.say(['evaluation', 'metrics', `${task}.${key}`], value, facts.place(...at, key))
    const error = facts.number(
      ...at,
      key.replace(/,|$/, (end) => `_stderr${end}`),
    )
    if (error !== undefined)
      said.remark(
        `${key} of ${task} is ${shortNumber(value)} ± ${shortNumber(error)} (standard error)`,
        facts.place(...at, key),
      )
  }
  const [original, effective] = ['original', 'effective'].map((key) => facts.number('n-samples', task, key))
  if (original === undefined || effective === undefined || effective >= original) return
  const part = Number(((100 * effective) / original).toPrecision(2))
  said.remark(
    `${part} % of the task: ${plural(effective, 'sample')} of ${plural(original, 'sample')} of ${task}, as \`limit\` is ${String(facts.at('config', 'limit'))}`,
    facts.place('n-samples', task),
  )
}
