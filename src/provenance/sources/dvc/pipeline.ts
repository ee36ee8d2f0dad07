import { dirname, join, normalize } from 'node:path/posix'
import type { FieldPath } from '../../../text/fields.js'
import type { Problem } from '../../../text/problems.js'
import { parseYaml } from '../../../text/yaml.js'
import { readText } from '../saying.js'
import type { SourceTree } from '../source.js'
import { listOf, mapOf, scalarText } from '../values.js'
import { commandsOf } from './lock.js'
import { valuesIn } from '../documents.js'
import { MOST_ROUNDS, resolved, roundsOfForeach, roundsOfMatrix, type Round } from './template.js'
import { withoutEnd } from '../../../text/trim.js'

/** A stage of a `dvc.yaml`, templates resolved. Paths are relative to the working directory. */
export interface DeclaredStage {
  name: string
  /** As they are written, templates and all. */
  written: string[]
  commands: string[]
  /** What templates in it mean. */
  context: Record<string, unknown>
  /** The folder in which it runs; '' is the working directory. */
  folder: string
  outs: string[]
  metrics: string[]
  frozen: boolean
  line: number | undefined
}

export interface Pipeline {
  /** Relative to the root of the repository. */
  file: string
  stages: DeclaredStage[]
  /** Declared for the whole pipeline. */
  metrics: string[]
  /** Files that `artifacts` calls a model. */
  models: { name: string; path: string; line: number | undefined }[]
  problems: Problem[]
}

const LARGEST = 1024 * 1024

/** A path of a stage from the working directory; undefined if it leaves it. */
export function placed(folder: string, path: string): string | undefined {
  const way = withoutEnd(normalize(join(folder, path)), '/')
  return way.startsWith('../') || way === '..' || path.startsWith('/') ? undefined : way
}

/** Reads a `dvc.yaml`; null: there is none that can be read. */
export async function readPipeline(tree: SourceTree, path: string): Promise<Pipeline | null> {
  const read = await readText(tree, path, LARGEST)
  if ('refused' in read) return null
  const { value, problems, lineOf } = parseYaml(read.text)
  const top = mapOf(value)
  const folder = dirname(path).replace(/^\.$/, '')
  const context = await contextOf(tree, folder, top['vars'])
  let left = MOST_ROUNDS
  const stages: DeclaredStage[] = []
  for (const [name, given] of Object.entries(mapOf(top['stages']))) {
    const rounds = roundsOf(mapOf(given), context).slice(0, left)
    left -= rounds.length
    const line = lineOf(['stages', name])
    for (const round of rounds) {
      const own = await contextOf(tree, folder, mapOf(given)['vars'], { ...context, ...round.context })
      const suffix = round.suffix === '' ? '' : `@${round.suffix}`
      stages.push(stageOf(round.body, { name: `${name}${suffix}`, folder, context: own, line }))
    }
  }
  const paths = (list: unknown) =>
    namesOf(resolved(list, context)).flatMap((name) => placed(folder, name) ?? [])
  return {
    file: read.file,
    stages,
    metrics: paths(top['metrics']),
    models: modelsOf(top['artifacts'], folder, (at) => lineOf(['artifacts', ...at])),
    problems,
  }
}

function modelsOf(artifacts: unknown, folder: string, lineOf: (at: FieldPath) => number | undefined) {
  return Object.entries(mapOf(artifacts)).flatMap(([name, given]) => {
    const { type, path } = mapOf(given)
    const place = placed(folder, scalarText(path) ?? '/')
    return type === 'model' && place !== undefined ? [{ name, path: place, line: lineOf([name]) }] : []
  })
}

function roundsOf(
  given: Record<string, unknown>,
  context: unknown,
): (Round & { body: Record<string, unknown> })[] {
  if (given['foreach'] !== undefined) {
    const body = mapOf(given['do'])
    return roundsOfForeach(resolved(given['foreach'], context)).map((round) => ({ ...round, body }))
  }
  if (given['matrix'] !== undefined)
    return roundsOfMatrix(resolved(given['matrix'], context)).map((round) => ({ ...round, body: given }))
  return [{ suffix: '', context: {}, body: given }]
}

interface Around extends Pick<DeclaredStage, 'name' | 'context' | 'line'> {
  folder: string
}

function stageOf(given: Record<string, unknown>, { name, folder, context, line }: Around): DeclaredStage {
  const wdir = scalarText(resolved(given['wdir'], context)) ?? '.'
  const here = (placed(folder, wdir) ?? folder).replace(/^\.$/, '')
  const paths = (key: string) =>
    namesOf(resolved(given[key], context)).flatMap((path) => placed(here, path) ?? [])
  return {
    name,
    written: commandsOf(given['cmd']),
    commands: commandsOf(resolved(given['cmd'], context)),
    context,
    folder: here,
    outs: [...paths('outs'), ...paths('metrics')],
    metrics: paths('metrics'),
    frozen: given['frozen'] === true,
    line,
  }
}

/** Names of a list whose items are names, or maps with one name and its options. */
const namesOf = (list: unknown): string[] =>
  listOf(list).flatMap((item) => scalarText(item) ?? Object.keys(mapOf(item)).slice(0, 1))

/** `params.yaml`, and what `vars` adds: maps, and files (`other.json`, or `other.json:one,two` of it). */
async function contextOf(
  tree: SourceTree,
  folder: string,
  vars: unknown,
  inherited?: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const given = inherited ? listOf(vars) : ['params.yaml', ...listOf(vars)]
  let context: Record<string, unknown> = { ...inherited }
  for (const item of given) {
    if (typeof item !== 'string') {
      context = { ...context, ...mapOf(item) }
      continue
    }
    const [file = '', keys] = item.split(':', 2)
    const all = mapOf((await valuesIn(tree, placed(folder, file) ?? ''))?.value)
    const wanted = keys?.split(',').map((key) => key.trim())
    const entries = Object.entries(all).filter(([key]) => wanted?.includes(key) ?? true)
    context = { ...context, ...Object.fromEntries(entries) }
  }
  return context
}
