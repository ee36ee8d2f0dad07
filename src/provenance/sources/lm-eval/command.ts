import { dirname } from 'node:path/posix'
import type { Facts } from '../facts.js'

type Scalar = string | number | boolean

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value)

/** Arguments of a model or of its generation: a map, or `a=1,b=2` as older versions wrote them. */
export function scalarsIn(value: unknown): [string, Scalar][] {
  if (typeof value === 'string')
    return value.split(',').flatMap((pair): [string, Scalar][] => {
      const [key = '', ...rest] = pair.split('=')
      return key === '' || rest.length === 0 ? [] : [[key, rest.join('=')]]
    })
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).filter((pair): pair is [string, Scalar] => isScalar(pair[1]))
}

const OPTIONS = ['batch_size', 'device', 'limit'] as const
const SEEDS = ['random_seed', 'numpy_seed', 'torch_seed', 'fewshot_seed'] as const

/** The command that gives such a result, as far as the result says. */
export function commandOf(facts: Facts): string[] {
  const config = (key: string): string | undefined => {
    const value = facts.at('config', key)
    return isScalar(value) ? String(value) : undefined
  }
  const option = (name: string, value: string | undefined): string[] =>
    value === undefined || value === '' ? [] : [`--${name}`, value]
  const pairs = (key: string) =>
    scalarsIn(facts.at('config', key))
      .map(([name, value]) => `${name}=${value === true ? 'True' : value === false ? 'False' : value}`)
      .join(',')
  const tasks = [...new Set([...facts.keys('group_subtasks'), ...facts.keys('configs')])]
  const inGroups = new Set(
    facts.keys('group_subtasks').flatMap((group) => facts.list('group_subtasks', group)),
  )
  const shots = new Set(facts.keys('n-shot').map((task) => facts.number('n-shot', task)))
  const [shot] = shots
  const seeds = SEEDS.map((key) => config(key) ?? 'None')
  const argv = [
    'lm_eval',
    ...option('model', config('model')),
    ...option('model_args', pairs('model_args')),
    ...option('tasks', tasks.filter((task) => !inGroups.has(task)).join(',')),
    ...ownFolders(facts).flatMap((folder) => option('include_path', folder)),
    // Zero is also what a task has if nobody says a number.
    ...(shots.size === 1 && shot ? option('num_fewshot', String(shot)) : []),
    ...OPTIONS.flatMap((key) => option(key, config(key))),
    ...option('gen_kwargs', pairs('gen_kwargs')),
    ...(facts.text('chat_template') === undefined ? [] : ['--apply_chat_template']),
    ...option('system_instruction', facts.text('system_instruction')),
    ...option('seed', new Set(seeds).size === 1 ? seeds[0] : seeds.join(',')),
  ]
  return argv
}

/** Folders of tasks that did not come with the harness. */
function ownFolders(facts: Facts): string[] {
  const files = facts
    .keys('configs')
    .flatMap((task) => facts.text('configs', task, 'metadata', 'config_source') ?? [])
  const own = files.filter((file) => !/^[/~-]|(?:^|\/)lm_eval\/tasks\//.test(file))
  return [...new Set(own.map((file) => dirname(file)))]
}
