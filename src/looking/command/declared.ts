import { dirname, join } from 'node:path/posix'
import type { View } from '../view.js'
import type { RawCommand } from './candidate.js'

/** Commands that a tool's own file declares, or that a run has left behind. */

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const named = (view: View, pattern: RegExp, most = 40): string[] =>
  view.files.filter((file) => pattern.test(file) && !view.isVendored(file)).slice(0, most)

/** Points of a stage that declares metrics. */
const HAS_METRICS = 30
const STAGES = 200

export async function dvcCommands(view: View): Promise<RawCommand[]> {
  const found = await Promise.all(
    named(view, /(?:^|\/)dvc\.yaml$/).map(async (file): Promise<RawCommand[]> => {
      const parsed = await view.yaml(file)
      const stages = isMap(parsed?.value) ? parsed.value['stages'] : undefined
      if (!parsed || !isMap(stages)) return []
      return Object.entries(stages)
        .slice(0, STAGES)
        .flatMap(([name, stage]): RawCommand[] => {
          const own = isMap(stage) && isMap(stage['do']) ? stage['do'] : stage
          if (!isMap(own)) return []
          const cmd = Array.isArray(own['cmd']) ? own['cmd'].filter(text).join(' && ') : text(own['cmd'])
          if (cmd === undefined) return []
          const declares = own['metrics'] !== undefined
          return [
            {
              source: 'dvc.yaml',
              text: oneLine(cmd),
              file,
              line: parsed.lineOf(['stages', name]) ?? 1,
              cwd: join(dirname(file), text(own['wdir']) ?? '.'),
              name,
              extra: declares ? HAS_METRICS : 0,
            },
          ]
        })
    }),
  )
  return found.flat()
}

/** Stages with a file of their own, as DVC wrote them before 1.0: `eval.dvc`, `Dvcfile`. */
export const stageFiles = (view: View): string[] => named(view, /(?:^|\/)(?:Dvcfile|[^/]+\.dvc)$/, 100)

export async function stageFileCommands(view: View): Promise<RawCommand[]> {
  const found = await Promise.all(
    stageFiles(view).map(async (file): Promise<RawCommand[]> => {
      const parsed = await view.yaml(file)
      const stage = parsed?.value
      const cmd = isMap(stage) ? text(stage['cmd']) : undefined
      if (!isMap(stage) || cmd === undefined) return []
      const outs = Array.isArray(stage['outs']) ? stage['outs'] : []
      const declares = outs.some(
        (out) => isMap(out) && out['metric'] !== undefined && out['metric'] !== false,
      )
      return [
        {
          source: 'dvc.yaml',
          text: oneLine(cmd),
          file,
          line: 1,
          cwd: join(dirname(file), text(stage['wdir']) ?? '.'),
          name: file.replace(/^.*\//, '').replace(/\.dvc$/, ''),
          extra: declares ? HAS_METRICS : 0,
        },
      ]
    }),
  )
  return found.flat()
}

/** The lines of a command as one; a backslash at the end of a line continues it. */
const oneLine = (command: string): string =>
  command
    .split('\n')
    .map((line) => line.replace(/\\$/, '').trim())
    .filter((line) => line !== '')
    .join(' ')

export async function mlprojectCommands(view: View): Promise<RawCommand[]> {
  const found = await Promise.all(
    named(view, /(?:^|\/)MLproject$/).map(async (file): Promise<RawCommand[]> => {
      const parsed = await view.yaml(file)
      const points = isMap(parsed?.value) ? parsed.value['entry_points'] : undefined
      if (!parsed || !isMap(points)) return []
      return Object.entries(points).flatMap(([name, point]): RawCommand[] => {
        const command = isMap(point) ? text(point['command']) : undefined
        if (command === undefined || !isMap(point)) return []
        const parameters = isMap(point['parameters']) ? point['parameters'] : {}
        const filled = command.replace(/\{(\w+)\}/g, (_, key: string) => {
          const value = Object.hasOwn(parameters, key) ? parameters[key] : undefined
          const chosen = isMap(value) ? value['default'] : undefined
          return typeof chosen === 'string' || typeof chosen === 'number' ? String(chosen) : `<${key}>`
        })
        const line = parsed.lineOf(['entry_points', name]) ?? 1
        return [
          {
            source: 'MLproject',
            text: filled.replace(/\s+/g, ' ').trim(),
            file,
            line,
            cwd: dirname(file),
            name,
          },
        ]
      })
    }),
  )
  return found.flat()
}

/** Result files of lm-evaluation-harness, newest name last: the command is rebuilt from the run's own configuration. */
export async function harnessCommands(view: View): Promise<RawCommand[]> {
  const files = named(view, /(?:^|\/)(?:results?[^/]*|[^/]*results?)\.json$/i, 400)
  for (const file of files.reverse().slice(0, 60)) {
    const parsed = await harnessResult(view, file)
    if (!parsed) continue
    const { results, config } = parsed
    const model = text(config['model']) ?? 'hf'
    const given = config['model_args']
    const args = isMap(given)
      ? Object.entries(given)
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(',')
      : text(given)
    const parts = [
      'lm_eval',
      `--model ${model}`,
      ...(args ? [`--model_args ${args}`] : []),
      `--tasks ${Object.keys(results).slice(0, 20).join(',')}`,
      ...(typeof config['limit'] === 'number' ? [`--limit ${String(config['limit'])}`] : []),
    ]
    return [{ source: 'lm-eval result', text: parts.join(' '), file, line: 1, cwd: '.' }]
  }
  return []
}

/** A result file of lm-evaluation-harness, by its keys; undefined for any other JSON. */
export async function harnessResult(
  view: View,
  file: string,
): Promise<{ results: Record<string, unknown>; config: Record<string, unknown> } | undefined> {
  const value = parsedJson(await view.text(file))
  if (!isMap(value) || !isMap(value['results']) || !isMap(value['versions']) || !isMap(value['config']))
    return undefined
  const known = ['git_hash', 'model_args', 'lm_eval_version'].some(
    (key) => key in value || key in (value['config'] as object),
  )
  return known ? { results: value['results'], config: value['config'] } : undefined
}

export function parsedJson(content: string | undefined): unknown {
  try {
    return content === undefined ? undefined : JSON.parse(content)
  } catch {
    return undefined
  }
}

/** Files with `@task`: what `inspect eval` runs. */
export async function inspectCommands(view: View): Promise<RawCommand[]> {
  const found = await Promise.all(
    named(view, /\.py$/, 600).map(async (file): Promise<RawCommand[]> => {
      const code = await view.text(file)
      const at = code === undefined ? undefined : /^@task\b/m.exec(code)
      if (!code || !at || !/\binspect_ai\b/.test(code)) return []
      return [
        {
          source: 'Inspect task',
          text: `inspect eval ${file}`,
          file,
          line: code.slice(0, at.index).split('\n').length,
          cwd: '.',
        },
      ]
    }),
  )
  return found.flat()
}

/** Programs that W&B runs and MLflow runs name. */
export async function runCommands(view: View): Promise<RawCommand[]> {
  const wandb = named(view, /(?:^|\/)run-[^/]+\/files\/wandb-metadata\.json$/, 20)
  const mlflow = named(view, /(?:^|\/)mlruns\/(?!\.trash)[^/]+\/[^/]+\/tags\/mlflow\.source\.name$/, 20)
  const found = await Promise.all([
    ...wandb.map(async (file): Promise<RawCommand[]> => {
      const run = parsedJson(await view.text(file))
      if (!isMap(run)) return []
      const program = text(run['codePath']) ?? text(run['program'])
      if (program === undefined || !/\.py$/.test(program) || program.includes('ipykernel')) return []
      const args = Array.isArray(run['args']) ? run['args'].filter((arg) => typeof arg === 'string') : []
      const path = suffixIn(view, program) ?? program
      return [{ source: 'W&B run', text: ['python', path, ...args].join(' '), file, line: 1, cwd: '.' }]
    }),
    ...mlflow.map(async (file): Promise<RawCommand[]> => {
      const program = (await view.text(file))?.trim()
      const path = program && /\.py$/.test(program) ? suffixIn(view, program) : undefined
      return path === undefined
        ? []
        : [{ source: 'MLflow run', text: `python ${path}`, file, line: 1, cwd: '.' }]
    }),
  ])
  return found.flat()
}

/** The file of the repository that has the longest end of a foreign path, whatever its case. */
function suffixIn(view: View, foreign: string): string | undefined {
  const parts = foreign.replaceAll('\\', '/').split('/').filter(Boolean)
  for (let from = 0; from < parts.length; from++) {
    const end = parts.slice(from).join('/').toLowerCase()
    const found = view.files.filter(
      (file) => file.toLowerCase() === end || file.toLowerCase().endsWith(`/${end}`),
    )
    if (found.length === 1) return found[0]
  }
  return undefined
}
