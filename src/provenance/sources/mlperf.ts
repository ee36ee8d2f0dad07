import { basename, dirname } from 'node:path/posix'
import { parseJson } from '../../text/json.js'
import { LARGEST_RESULT } from './facts.js'
import { readText, Saying } from './saying.js'
import type { Reading, Source, SourceTree } from './source.js'
import { byNumber } from './timestamped.js'

/** Results of a submission, `results/<system>/<benchmark>/result_<n>.txt`, and logs that are called so. */
const RUN = /(?:^|\/)(?:result_\d+\.txt|(?:[\w-]*_)?(?:mlperf|mllog)[\w-]*\.(?:log|txt))$/
const PREFIX = ':::MLLOG '
/** Runs of a benchmark that are read; the rules ask for 5 to 40. */
const MOST_RUNS = 100
/** Lines of one run. */
const MOST_EVENTS = 200_000

/** MLPerf logs: the runs of one folder are those of one benchmark. */
export const mlperf: Source = {
  name: 'mlperf',
  detect: (files) => {
    const runs = files.filter((file) => RUN.test(file))
    const folders = new Map(runs.toReversed().map((file) => [dirname(file), file]))
    return [...folders.values()].reverse()
  },
  read: readMlperf,
}

interface Event {
  key: string
  value: unknown
  time: number | undefined
  metadata: Record<string, unknown>
  line: number
}

/** @param path of one of the runs, relative to the working directory */
async function readMlperf(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(mlperf.name, tree.prefix + path)
  const files = (await tree.files.list()).filter((file) => RUN.test(file) && dirname(file) === dirname(path))
  const seeds = new Map<number, string>()
  const runs = files.toSorted(byNumber).slice(0, MOST_RUNS)
  if (files.length > runs.length)
    said.remark(`${runs.length} runs of ${files.length} were read`, { file: tree.prefix + path })
  for (const run of runs) {
    const opened = await readText(tree, run, LARGEST_RESULT)
    if ('refused' in opened) {
      said.problem(opened.refused)
      continue
    }
    const events = eventsIn(opened.text)
    if (events.length === 0) continue
    const name = runs.length === 1 ? undefined : basename(run).replace(/\.\w+$/, '')
    sayRun(said, events, { file: opened.file, name, seeds })
  }
  return said.reading()
}

/** Lines that are not events are what the program printed besides. */
function eventsIn(text: string): Event[] {
  const events: Event[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const at = line.indexOf(PREFIX)
    if (at < 0 || events.length >= MOST_EVENTS) continue
    const parsed = parseJson(line.slice(at + PREFIX.length))
    const event = 'problem' in parsed ? undefined : parsed.value
    if (typeof event !== 'object' || event === null) continue
    const { key, value, time_ms: time, metadata } = event as Record<string, unknown>
    if (typeof key !== 'string') continue
    events.push({
      key,
      value,
      time: typeof time === 'number' ? time : undefined,
      metadata:
        typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {},
      line: index + 1,
    })
  }
  return events
}

interface Run {
  file: string
  /** `result_3` if there are several. */
  name: string | undefined
  /** Which run used a seed first. */
  seeds: Map<number, string>
}

const FIELDS = {
  submission_benchmark: ['model', 'name'],
  submission_org: ['run', 'by'],
} as const
const SETTINGS =
  /^(?:global_batch_size|gradient_accumulation_steps|max_sequence_length|train_samples|eval_samples|opt_[\w.-]+|lora_\w+)$/

function sayRun(said: Saying, events: readonly Event[], run: Run): void {
  const { file, name } = run
  const last = new Map(events.map((event) => [event.key, event]))
  const own = (key: string) => (name === undefined ? key : `${name}.${key}`)
  for (const [key, field] of Object.entries(FIELDS)) {
    const event = last.get(key)
    if (typeof event?.value === 'string' && event.value !== '')
      said.say(field, event.value, { file, line: event.line })
  }
  for (const [key, { value, line }] of last)
    if (SETTINGS.test(key) && ['number', 'string', 'boolean'].includes(typeof value))
      said.say(['hyperparameters', key], value, { file, line })
  const accuracy = last.get('eval_accuracy')
  if (typeof accuracy?.value === 'number')
    said.say(['evaluation', 'metrics', own('eval_accuracy')], accuracy.value, { file, line: accuracy.line })
  saySeed(said, last.get('seed'), run)
  const stop = last.get('run_stop')
  const status = stop?.metadata.status
  if (stop === undefined || (typeof status === 'string' && status !== 'success'))
    said.problem({
      rule: 'claims/unfinished',
      message:
        stop === undefined
          ? `${file} has no run_stop`
          : `the status of the run in ${file} is ${String(status).slice(0, 80)}`,
      file,
      line: stop?.line,
    })
  for (const [key, field] of [
    ['run_start', 'started'],
    ['run_stop', 'finished'],
  ] as const) {
    const { time, line } = last.get(key) ?? {}
    if (name === undefined && time !== undefined && time > 0 && time < 1e14)
      said.say(['run', field], new Date(time).toISOString(), { file, line })
  }
}

function saySeed(said: Saying, event: Event | undefined, { file, name, seeds }: Run): void {
  const run = name ?? 'run'
  const seed = event?.value
  const problem = (rule: 'seeds/value-malformed' | 'seeds/value-missing' | 'seeds/reused', message: string) =>
    said.problem({ rule, message, file, line: event?.line })
  if (seed === undefined) return problem('seeds/value-missing', `${file} logs no seed`)
  if (typeof seed !== 'number' || !Number.isSafeInteger(seed))
    return problem('seeds/value-malformed', `the seed in ${file} is not an integer`)
  said.say(['seeds', run], seed, { file, line: event?.line })
  const other = seeds.get(seed)
  if (other !== undefined) problem('seeds/reused', `${run} has the seed ${seed}, and so has ${other}`)
  else seeds.set(seed, run)
}
