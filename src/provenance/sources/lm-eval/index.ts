import type { FieldPath } from '../../../text/fields.js'
import { plural, shortNumber } from '../../../text/numbers.js'
import { COMMIT, openJson, type Facts, type Reserved } from '../facts.js'
import { Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { newestOnly, othersOf } from '../timestamped.js'
import { commandOf, scalarsIn } from './command.js'
import { checkSamples } from './samples.js'

/** `results_<time>.json`, and `<name>_<time>.json` if `--output_path` is `<name>.json`. Older versions: `results.json`. */
const RESULTS = /(?:^|\/)(?:results(?:_[^/]*)?|[^/]+_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d[.\d]*)\.json$/
/** Such a name is given by the harness and by nobody else. */
const ITS_OWN_NAME = /(?:^|\/)results_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d[^/]*\.json$/

/** Results of lm-evaluation-harness, `results_<time>.json`, and the samples beside them. */
export const lmEval: Source = {
  name: 'lm-evaluation-harness',
  detect: (files) => newestOnly(files.filter((file) => RESULTS.test(file))),
  read: readLmEval,
}

const REBUILT: Reserved = {
  kind: 'reconstructed',
  why: 'the command is put together from the `config` of the result, which does not keep every option: set `evaluation.command` in the policy',
}

/** @param path of the results, relative to the working directory */
async function readLmEval(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(lmEval.name, tree.prefix + path)
  const facts = await openJson(tree, path)
  if ('refused' in facts) {
    if (ITS_OWN_NAME.test(path)) said.problem(facts.refused)
    return said.reading()
  }
  if (!isResult(facts)) return said.reading()
  const others = othersOf(await tree.files.list(), path)
  if (others.length > 0)
    said.remark(`the newest of ${others.length + 1} results of this name; before it ${others[0]}`, {
      file: facts.file,
    })
  sayRun(said, facts)
  saySeeds(said, facts)
  for (const [index, task] of facts.keys('configs').entries()) sayData(said, facts, { index, task })
  for (const table of ['groups', 'results'])
    for (const task of facts.keys(table)) sayMetrics(said, facts, [table, task])
  const command = { value: commandOf(facts), reserved: REBUILT }
  facts.say(said, ['evaluation', 'command'], ['config'], command)
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

function sayRun(said: Saying, facts: Facts): void {
  const args: FieldPath = ['config', 'model_args']
  const name =
    facts.text(...args, 'pretrained') ??
    /(?:^|,)(?:pretrained|model)=([^,]+)/.exec(facts.text(...args) ?? '')?.[1] ??
    facts.text(...args, 'model') ??
    facts.text('config', 'model')
  facts.say(said, ['model', 'name'], args, { value: name?.slice(0, 200) })
  sayRevision(said, facts)
  facts.say(said, ['run', 'started'], ['date'], { value: timeOf(facts.number('date')) })
  for (const key of HYPERPARAMETERS) facts.say(said, ['hyperparameters', key], ['config', key])
  for (const table of ['model_args', 'gen_kwargs'])
    for (const [key, value] of scalarsIn(facts.at('config', table)))
      facts.say(said, ['hyperparameters', `${table}.${key}`], ['config', table, key], { value })
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
function sayRevision(said: Saying, facts: Facts): void {
  const pin = facts.text('config', 'model_sha')
  const key = pin === undefined ? 'model_revision' : 'model_sha'
  const reserved: Reserved = {
    kind: 'opaque',
    why: 'a branch of the hub moves: give `revision=<40 hex digits>` in `--model_args`',
  }
  const pinned = COMMIT.test(facts.text('config', key) ?? '')
  facts.say(said, ['model', 'version'], ['config', key], { ...(!pinned && { reserved }) })
}

/** Seconds since 1970 as text; undefined: not a time. */
const timeOf = (seconds: number | undefined): string | undefined =>
  seconds !== undefined && seconds >= 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : undefined

/** What lm-evaluation-harness takes if nobody says a seed. */
const SEEDS = { random: 0, numpy: 1234, torch: 1234, fewshot: 1234 } as const
const NOT_CHOSEN: Reserved = {
  kind: 'default',
  why: 'these are the seeds that lm-evaluation-harness takes if none is given: pass `--seed <number>`',
}

function saySeeds(said: Saying, facts: Facts): void {
  // `--seed` sets all four: if one of them was chosen, the others were, too.
  const chosen = Object.entries(SEEDS).some(([name, byDefault]) => {
    const value = facts.number('config', `${name}_seed`)
    return value !== undefined && value !== byDefault
  })
  for (const name of Object.keys(SEEDS)) {
    const at = ['config', `${name}_seed`]
    facts.say(said, ['seeds', name], at, { ...(!chosen && { reserved: NOT_CHOSEN }) })
    if (facts.at(...at) === null) said.remark(`${name}_seed is null: no seed was set`, facts.place(...at))
  }
}

function sayData(said: Saying, facts: Facts, { index, task }: { index: number; task: string }): void {
  const config: FieldPath = ['configs', task]
  const kwargs: FieldPath = [...config, 'dataset_kwargs']
  const set = [facts.text(...config, 'dataset_path'), facts.text(...config, 'dataset_name')]
  const split = facts.text(...config, 'test_split') === undefined ? 'validation_split' : 'test_split'
  const file = localFile(facts, kwargs, facts.text(...config, split) ?? 'test')
  facts.say(said, ['data', index, 'name'], config, { value: task.slice(0, 200) })
  facts.say(said, ['data', index, 'path'], [...kwargs, 'data_files'], { value: file })
  if (file === undefined)
    facts.say(said, ['data', index, 'source'], [...config, 'dataset_path'], {
      value: set.flatMap((part) => part ?? []).join('/') || undefined,
    })
  facts.say(said, ['data', index, 'split'], [...config, split])
  if (COMMIT.test(facts.text(...kwargs, 'revision') ?? ''))
    return facts.say(said, ['data', index, 'version'], [...kwargs, 'revision'])
  const hash = facts.text('task_hashes', task)
  facts.say(said, ['data', index, 'version'], ['task_hashes', task], {
    value: hash && `samples:${hash.slice(0, 64)}`,
    reserved: {
      kind: 'partial',
      why: `the hash is of the samples that were evaluated, not of the data: ${file === undefined ? `give \`dataset_kwargs: {revision: <40 hex digits>}\` for ${set[0] ?? task}` : `record the digest of ${file}`}`,
    },
  })
}

/** The file of this repository that a task reads, if it is one. */
function localFile(facts: Facts, kwargs: FieldPath, split: string): string | undefined {
  const file = facts.text(...kwargs, 'data_files', split) ?? facts.text(...kwargs, 'data_files')
  return file === undefined || /^(?:[a-z]+:\/\/|[/~-])|\*/.test(file) ? undefined : file
}

/** Keys of a task's result that are no claims. */
const NO_METRIC = /_stderr(?:,|$)|^(?:alias|name|sample_len|samples|sample_count)$/

function sayMetrics(said: Saying, facts: Facts, at: readonly [string, string]): void {
  const [, task] = at
  for (const key of facts.keys(...at)) {
    const value = facts.number(...at, key)
    if (value === undefined || NO_METRIC.test(key)) continue
    facts.say(said, ['evaluation', 'metrics', `${task}.${key}`], [...at, key])
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
