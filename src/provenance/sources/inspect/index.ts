import { dirname } from 'node:path/posix'
import type { FieldPath } from '../../../text/fields.js'
import { plural, shortNumber } from '../../../text/numbers.js'
import { COMMIT, openJson, type Facts, type Reserved } from '../facts.js'
import { Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { newestOnly, othersOf } from '../timestamped.js'
import { flattened } from '../values.js'
import { openEval } from './eval-file.js'

/** `2026-01-02T03-04-05+00-00_task_id.json` or `.eval`, as Inspect names its logs; `Dockerfile.eval` is none. */
const LOG = /(?:^|\/)\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d[^/_]*_[^/]*\.json$|(?<!(?:^|\/)Dockerfile)\.eval$/
/** The same task of the same folder: the time and the id at the end are of one run. */
const taskOf = (path: string): string =>
  path.replace(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d[^/_]*_/, '').replace(/_[^/_]*\.(?:json|eval)$/, '')

/** Logs of Inspect AI: `.json` and `.eval`. */
export const inspect: Source = {
  name: 'inspect',
  detect: (files) =>
    newestOnly(
      files.filter((file) => LOG.test(file)),
      taskOf,
    ),
  read: readInspect,
}

const openLog = (tree: SourceTree, path: string) =>
  path.endsWith('.eval') ? openEval(tree, path) : openJson(tree, path)

/**
 * Reads a log; for one of a run that failed or was canceled the newest of its task that has finished.
 *
 * @param path relative to the working directory
 */
async function readInspect(tree: SourceTree, path: string): Promise<Reading> {
  const file = tree.prefix + path
  const facts = await openLog(tree, path)
  const said = new Saying(inspect.name, file)
  if ('refused' in facts) {
    said.problem(facts.refused)
    return said.reading()
  }
  if (!isLog(facts)) return said.reading()
  const others = othersOf(
    (await tree.files.list()).filter((other) => LOG.test(other)),
    path,
    taskOf,
  )
  if (facts.at('status') === 'success') {
    if (others.length > 0)
      said.remark(`the newest of ${others.length + 1} logs of this task; another is ${others[0]}`, { file })
    return sayLog(said, facts)
  }
  const status = `the run of ${file} did not finish: its status is ${facts.text('status')?.slice(0, 80) ?? 'not given'}`
  for (const other of others.slice(0, 20)) {
    const log = await openLog(tree, other)
    if ('refused' in log || !isLog(log) || log.at('status') !== 'success') continue
    const instead = new Saying(inspect.name, tree.prefix + other)
    instead.remark(`${status}; the newest that did is ${log.file}`, facts.place('status'))
    return sayLog(instead, log)
  }
  said.problem({ rule: 'claims/unfinished', message: status, ...facts.place('status') })
  return said.reading()
}

const isLog = (facts: Facts): boolean =>
  typeof facts.at('status') === 'string' && facts.text('eval', 'task') !== undefined

const FIELDS: readonly (readonly [FieldPath, FieldPath])[] = [
  [
    ['run', 'id'],
    ['eval', 'run_id'],
  ],
  [
    ['run', 'started'],
    ['stats', 'started_at'],
  ],
  [
    ['run', 'finished'],
    ['stats', 'completed_at'],
  ],
  [
    ['model', 'name'],
    ['eval', 'model'],
  ],
]

function sayLog(said: Saying, facts: Facts): Reading {
  for (const [field, at] of FIELDS) {
    const value = facts.text(...at)?.slice(0, 200)
    facts.say(said, field, at, { value })
  }
  sayCode(said, facts)
  sayData(said, facts)
  saySettings(said, facts)
  for (const [index] of facts.list('results', 'scores').entries()) sayScore(said, facts, index)
  facts.say(said, ['evaluation', 'command'], ['eval'], { value: commandOf(facts), reserved: REBUILT })
  for (const name of facts.keys('eval', 'packages').slice(0, 20))
    said.remark(
      `made with ${name.slice(0, 80)} ${facts.text('eval', 'packages', name)?.slice(0, 80) ?? ''}`,
      facts.place('eval', 'packages', name),
    )
  return said.reading()
}

function sayCode(said: Saying, facts: Facts): void {
  const at: FieldPath = ['eval', 'revision']
  const origin = facts.text(...at, 'origin')
  // An address can hold the password of the one who cloned.
  facts.say(said, ['code', 'repository'], [...at, 'origin'], {
    value: origin?.replace(/^([a-z+]+:\/\/)[^/]*@/, '$1'),
  })
  const commit = facts.text(...at, 'commit')
  if (commit !== undefined && COMMIT.test(commit)) facts.say(said, ['code', 'commit'], [...at, 'commit'])
  else if (commit !== undefined)
    said.remark(
      `the run was made at commit ${commit.slice(0, 80)}, which is abbreviated`,
      facts.place(...at, 'commit'),
    )
  // Older logs do not say it: unknown is not clean.
  if (typeof facts.at(...at, 'dirty') === 'boolean') facts.say(said, ['code', 'dirty'], [...at, 'dirty'])
}

function sayData(said: Saying, facts: Facts): void {
  const at: FieldPath = ['eval', 'dataset']
  const name = facts.text(...at, 'name') ?? facts.text('eval', 'task')
  facts.say(said, ['data', 0, 'name'], at, { value: name?.slice(0, 200) })
  facts.say(said, ['data', 0, 'source'], [...at, 'location'], { value: facts.text(...at, 'location') })
  said.remark(
    'Inspect records no digest of its data: record the version and digest of the data set',
    facts.place(...at),
  )
  const [total, used] = [facts.number(...at, 'samples'), facts.list(...at, 'sample_ids').length]
  if (total !== undefined && used > 0 && used < total)
    said.remark(
      `${Number(((100 * used) / total).toPrecision(2))} % of the task: ${plural(used, 'sample')} of ${plural(total, 'sample')}`,
      facts.place('eval', 'config', 'limit'),
    )
}

/** What is about the program and its speed, and not about the result. */
const NO_SETTING =
  /^(?:log_\w+|score_display|sandbox_cleanup|max_(?:samples|tasks|subprocesses|sandboxes|connections|retries)|fail_on_error|continue_on_fail|retry_on_error|timeout|sample_id)$/

function saySettings(said: Saying, facts: Facts): void {
  facts.say(said, ['seeds', 'generate'], ['eval', 'model_generate_config', 'seed'])
  const shuffle: FieldPath = ['eval', 'config', 'sample_shuffle']
  if (facts.number(...shuffle) !== undefined) facts.say(said, ['seeds', 'sample_shuffle'], shuffle)
  for (const table of ['task_args', 'model_args', 'model_generate_config', 'config'])
    for (const [name, value] of flattened(facts.at('eval', table))) {
      if (name === 'seed' || name === 'sample_shuffle' || NO_SETTING.test(name)) continue
      const field = table === 'config' ? name : `${table}.${name}`
      facts.say(said, ['hyperparameters', field], ['eval', table, name], { value })
    }
}

function sayScore(said: Saying, facts: Facts, index: number): void {
  const at: FieldPath = ['results', 'scores', index]
  const name = facts.text(...at, 'name') ?? String(index)
  for (const metric of facts.keys(...at, 'metrics')) {
    const where = [...at, 'metrics', metric]
    const value = facts.number(...where, 'value')
    if (value === undefined) continue
    if (/^(?:stderr|std|var)$|_stderr$/.test(metric))
      said.remark(`the ${metric} of ${name.slice(0, 80)} is ${shortNumber(value)}`, facts.place(...where))
    else facts.say(said, ['evaluation', 'metrics', `${name}.${metric}`], [...where, 'value'])
  }
}

const REBUILT: Reserved = {
  kind: 'reconstructed',
  why: 'the command is put together from the log, which does not keep every option: set `evaluation.command` in the policy',
}

/** Options of `inspect eval` by what the log calls them. */
const OPTIONS = { limit: 'limit', epochs: 'epochs', sample_shuffle: 'sample-shuffle' } as const

/** The command that gives such a log; undefined: it does not say which file holds the task. */
function commandOf(facts: Facts): string[] | undefined {
  const file = facts.text('eval', 'task_file')
  if (file === undefined || dirname(file).startsWith('/') || file.startsWith('-')) return undefined
  const task = facts.text('eval', 'task')?.replace(/^.*\//, '')
  const passed = facts.keys('eval', 'task_args_passed').length > 0 ? 'task_args_passed' : 'task_args'
  const scalars = (table: string): [string, string][] =>
    [...flattened(facts.at('eval', table))].flatMap(([name, value]): [string, string][] =>
      value === null || typeof value === 'object' ? [] : [[name, String(value)]],
    )
  const pairs = (table: string, flag: string): string[] =>
    scalars(table).flatMap(([name, value]) => [flag, `${name}=${value}`])
  const config = Object.entries(OPTIONS).flatMap(([name, option]) => {
    const value = facts.at('eval', 'config', name)
    const said = typeof value === 'number' || typeof value === 'string'
    return !said || (name === 'epochs' && value === 1) ? [] : [`--${option}`, String(value)]
  })
  return [
    ...['inspect', 'eval', `${file}@${task}`, '--model', facts.text('eval', 'model') ?? 'none'],
    ...pairs(passed, '-T'),
    ...pairs('model_args', '-M'),
    ...config,
    ...scalars('model_generate_config').flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, value]),
  ]
}
