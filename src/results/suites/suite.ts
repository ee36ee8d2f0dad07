import { isMap, parsed, type Json } from './json.js'

/** One question of a suite, as one run asked, answered and graded it. */
export interface SuiteSample {
  /** What the model was given. */
  prompt: string
  /** What it said, before anything was taken out of it. */
  output: string
  /** By the metric's name in the results, as `sums.exact_match,none`; numbers only. */
  scores: Readonly<Record<string, number>>
  /** The grade computed again from answer and target, if it is a pure function of them. No model is run. */
  regraded: Readonly<Record<string, number>>
}

/** What one run of a suite left behind. */
export interface SuiteRun {
  tool: 'lm-evaluation-harness' | 'Inspect'
  /** Hashes of all documents, prompts and targets of a task, as lm-evaluation-harness prints them. */
  hashes: Readonly<Record<string, string>>
  /** By task and number. */
  samples: ReadonlyMap<string, SuiteSample>
}

/** Samples that are read of one run. */
const MOST_SAMPLES = 100_000

/** The tasks of a result of lm-evaluation-harness whose samples lie beside it; undefined: it is none. */
export function harnessTasks(bytes: Uint8Array): string[] | undefined {
  const root = parsed(bytes)
  if (!isMap(root) || !isMap(root['results']) || !isMap(root['configs']) || !isMap(root['config']))
    return undefined
  return Object.keys(root['configs']).filter((task) => !task.includes('/'))
}

/** Where lm-evaluation-harness puts the samples of a task, beside its result. */
export const samplesPath = (results: string, task: string): string => {
  const folder = results.slice(0, results.lastIndexOf('/') + 1)
  const time = /_\d{4}-[^/_]*(?=\.json$)/.exec(results)?.[0] ?? ''
  return `${folder}samples_${task}${time}.jsonl`
}

/**
 * Reads what a suite left: a result of lm-evaluation-harness with its samples, or a log of Inspect in JSON.
 *
 * @param samples of a task, if they are there
 * @returns undefined if it is of neither, or has neither samples nor hashes
 */
export function readSuite(
  bytes: Uint8Array,
  samples: (task: string) => Uint8Array | undefined,
): SuiteRun | undefined {
  const root = parsed(bytes)
  if (!isMap(root)) return undefined
  const run = isMap(root['eval']) ? inspectRun(root) : harnessTasks(bytes) && harnessRun(root, samples)
  return run && (run.samples.size > 0 || Object.keys(run.hashes).length > 0) ? run : undefined
}

function harnessRun(root: Json, samplesOf: (task: string) => Uint8Array | undefined): SuiteRun {
  const samples = new Map<string, SuiteSample>()
  const configs = root['configs'] as Json
  for (const [task, config] of Object.entries(configs)) {
    const text = samplesOf(task)
    if (!text) continue
    const plain = plainMetrics(config)
    for (const line of new TextDecoder().decode(text).split('\n')) {
      const row = line.trim() === '' ? undefined : parsed(line)
      if (!isMap(row) || samples.size >= MOST_SAMPLES) continue
      const key = `${task}/${String(row['doc_id'])}`
      const before = samples.get(key)
      const one = harnessSample(task, row, plain)
      // One line for each filter: the same question, graded another way.
      samples.set(
        key,
        before
          ? {
              ...one,
              scores: { ...before.scores, ...one.scores },
              regraded: { ...before.regraded, ...one.regraded },
            }
          : one,
      )
    }
  }
  const hashes = Object.entries(isMap(root['task_hashes']) ? root['task_hashes'] : {})
  return {
    tool: 'lm-evaluation-harness',
    hashes: Object.fromEntries(
      hashes.filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ),
    samples,
  }
}

/** Metrics of a task that are computed without options: what the harness does with them then is known. */
function plainMetrics(config: unknown): Set<string> {
  const list = isMap(config) && Array.isArray(config['metric_list']) ? config['metric_list'] : []
  const known = new Set(['metric', 'aggregation', 'higher_is_better'])
  return new Set(
    list
      .filter(isMap)
      .filter((one) => Object.entries(one).every(([name, value]) => known.has(name) || value === false))
      .map(({ metric }) => String(metric)),
  )
}

function harnessSample(task: string, row: Json, plain: ReadonlySet<string>): SuiteSample {
  const filter = typeof row['filter'] === 'string' ? row['filter'] : 'none'
  const names = Array.isArray(row['metrics']) ? row['metrics'].map(String) : []
  const [scores, regraded]: [Record<string, number>, Record<string, number>] = [{}, {}]
  for (const name of names) {
    const score = scoreOf(row[name])
    if (score === undefined) continue
    scores[`${task}.${name},${filter}`] = score
    const again = plain.has(name) ? REGRADE[name]?.(row) : undefined
    if (again !== undefined) regraded[`${task}.${name},${filter}`] = again
  }
  const { arguments: given } = row
  const first = Array.isArray(given) ? given[0] : isMap(given) ? given['gen_args_0'] : undefined
  const prompt = Array.isArray(first) ? first[0] : isMap(first) ? first['arg_0'] : undefined
  return {
    prompt: String(prompt ?? row['prompt_hash'] ?? ''),
    output: JSON.stringify(row['resps'] ?? ''),
    scores,
    regraded,
  }
}

/** Grades that are functions of a line (lm-evaluation-harness 0.4, `process_results`). */
const REGRADE: Readonly<Record<string, (row: Json) => number | undefined>> = {
  exact_match({ filtered_resps: answers, target }) {
    const [answer] = Array.isArray(answers) ? (answers as unknown[]) : []
    return typeof answer === 'string' && typeof target === 'string' ? Number(answer === target) : undefined
  },
  /** The choice of the largest log-likelihood; the first of equal ones, as `numpy.argmax`. */
  acc({ filtered_resps: answers, target }) {
    const chances = Array.isArray(answers)
      ? (answers as unknown[]).map((one) => Number(Array.isArray(one) ? one[0] : NaN))
      : []
    if (chances.length < 2 || chances.some(Number.isNaN) || !/^\d{1,6}$/.test(String(target)))
      return undefined
    return Number(chances.indexOf(Math.max(...chances)) === Number(target))
  },
}

function inspectRun(root: Json): SuiteRun {
  const samples = new Map<string, SuiteSample>()
  for (const one of Array.isArray(root['samples']) ? root['samples'].slice(0, MOST_SAMPLES) : []) {
    if (!isMap(one)) continue
    const { id, epoch, input, output, scores } = one
    samples.set(`${String(id)}${epoch === undefined || epoch === 1 ? '' : `, epoch ${String(epoch)}`}`, {
      prompt: typeof input === 'string' ? input : JSON.stringify(withoutIds(input)),
      output: isMap(output) ? String(output['completion'] ?? '') : '',
      scores: Object.fromEntries(
        Object.entries(isMap(scores) ? scores : {}).flatMap(([scorer, given]) => {
          const score = scoreOf(isMap(given) ? given['value'] : undefined)
          return score === undefined
            ? []
            : ['accuracy', 'mean'].map((metric) => [`${scorer}.${metric}`, score])
        }),
      ),
      regraded: {},
    })
  }
  return { tool: 'Inspect', hashes: {}, samples }
}

/** Messages have an id that is another in every run. */
const withoutIds = (input: unknown): unknown =>
  Array.isArray(input)
    ? input.map((message: unknown) =>
        isMap(message) ? { role: message['role'], content: message['content'] } : message,
      )
    : input

/** Inspect's `value_to_float`: correct, partial, incorrect, no answer. */
const LETTERS: Readonly<Record<string, number>> = { C: 1, P: 0.5, I: 0, N: 0 }

function scoreOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'string' && Object.hasOwn(LETTERS, value)) return LETTERS[value]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
