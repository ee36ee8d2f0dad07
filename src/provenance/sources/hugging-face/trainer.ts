import { dirname } from 'node:path/posix'
import { openJson, type Facts } from '../facts.js'
import { Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { isEvaluationMetric } from './numbers.js'

const RESULTS = /(?:^|\/)(?:all|eval|test|predict)_results\.json$/
const STATE = /(?:^|\/)trainer_state\.json$/
const CHECKPOINT = /(?:^|\/)checkpoint-(\d+)\/trainer_state\.json$/

/** `{all,eval,test,predict}_results.json`, as the examples of Transformers write them. */
export const trainerResults: Source = {
  name: 'hugging-face-results',
  detect: (files) => files.filter((file) => RESULTS.test(file)),
  read: readResults,
}

/** @param path relative to the working directory */
async function readResults(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(trainerResults.name, tree.prefix + path)
  const facts = await openJson(tree, path)
  // Any script may call its file so; what is not JSON is not the Trainer's.
  if ('refused' in facts) return said.reading()
  for (const name of facts.keys())
    if (isEvaluationMetric(name) && facts.number(name) !== undefined)
      facts.say(said, ['evaluation', 'metrics', name], [name])
  return said.reading()
}

/** `trainer_state.json` of the Trainer: what its log says last of each evaluation metric. */
export const trainerState: Source = {
  name: 'hugging-face-trainer',
  detect: (files) => lastCheckpoints(files.filter((file) => STATE.test(file))),
  read: readState,
}

/** A folder's own state, else that of its last checkpoint. */
function lastCheckpoints(files: readonly string[]): string[] {
  const steps = (file: string) => Number(CHECKPOINT.exec(file)?.[1] ?? Infinity)
  const runOf = (file: string) => (CHECKPOINT.test(file) ? dirname(dirname(file)) : dirname(file))
  const best = new Map<string, string>()
  for (const file of files) {
    const other = best.get(runOf(file))
    if (other === undefined || steps(file) > steps(other)) best.set(runOf(file), file)
  }
  return files.filter((file) => best.get(runOf(file)) === file)
}

const SETTINGS = ['num_train_epochs', 'max_steps', 'train_batch_size'] as const

/** @param path relative to the working directory */
async function readState(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(trainerState.name, tree.prefix + path)
  const facts = await openJson(tree, path)
  if ('refused' in facts) {
    said.problem(facts.refused)
    return said.reading()
  }
  const last = lastMetrics(facts)
  if (!Array.isArray(facts.at('log_history'))) return said.reading()
  for (const name of SETTINGS) facts.say(said, ['hyperparameters', name], [name])
  for (const [name, index] of last)
    facts.say(said, ['evaluation', 'metrics', name], ['log_history', index, name])
  const best = facts.text('best_model_checkpoint')
  if (best !== undefined && last.size > 0)
    said.remark(
      `the metrics are those of the last evaluation; the best checkpoint is ${best.split('/').at(-1)!.slice(0, 80)}`,
      facts.place('best_model_checkpoint'),
    )
  return said.reading()
}

/** Which entry of the log says each metric last. */
function lastMetrics(facts: Facts): Map<string, number> {
  const last = new Map<string, number>()
  for (const [index] of facts.list('log_history').entries())
    for (const name of facts.keys('log_history', index))
      if (isEvaluationMetric(name) && facts.number('log_history', index, name) !== undefined)
        last.set(name, index)
  return last
}
