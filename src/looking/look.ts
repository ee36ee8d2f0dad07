import { basename, dirname } from 'node:path/posix'
import type { SourceTree } from '../provenance/sources/source.js'
import { commandsIn } from './command/index.js'
import type { Weighed } from './command/command.js'
import { dataIn, type DataFound } from './data.js'
import {
  dockerfileOf,
  environmentOf,
  pythonOf,
  type DockerfileRole,
  type EnvironmentFile,
} from './environment.js'
import type { Fact } from './fact.js'
import type { MetricsFile } from './metrics/file.js'
import { insteadOf } from './instead.js'
import { metricsIn } from './metrics/index.js'
import { metricsOfCommand } from './metrics/writers.js'
import { needsOf, type Need } from './needs.js'
import { parametersOf, type Settings } from './parameters.js'
import { predictionsIn, type FoundPredictions } from './predictions.js'
import { foreignImports, reachedFrom } from './python.js'
import { seedsIn, unseededIn, type Seed } from './seeds.js'
import { viewOf, type View } from './view.js'

/** One model that a tree trains or evaluates, and what was found of it. Nothing was executed. */
export interface FoundModel {
  name: string
  /** '.' or the folder that holds it. */
  folder: string
  /** The most likely way to evaluate it; undefined: none was found. */
  command: Weighed | undefined
  /** The next ones, best first. */
  others: readonly Weighed[]
  metrics: readonly Fact<MetricsFile>[]
  predictions: readonly Fact<FoundPredictions>[]
  seeds: readonly Fact<Seed>[]
  unseeded: readonly Fact<string>[]
  parameters: Fact<Settings> | undefined
  environment: Fact<EnvironmentFile> | undefined
  dockerfile: Fact<{ path: string; role: DockerfileRole }> | undefined
  python: Fact<string> | undefined
  needs: readonly Fact<Need>[]
  data: readonly Fact<DataFound>[]
  /** The program and what it imports of the tree. */
  code: readonly string[]
  /** Modules, with dots, that these import from elsewhere. */
  imports: readonly string[]
}

/** What a tree holds, by reading alone. */
export interface Look {
  /** Files that the tree has. */
  files: number
  /** Empty: nothing in the tree trains or evaluates a model of its own. */
  models: readonly FoundModel[]
  /** Why there is none, as a clause, and what comes nearest. */
  instead?: { why: string; nearest: readonly Weighed[]; results: readonly Fact<MetricsFile>[] }
}

const OTHERS = 5
const MOST_MODELS = 50

/**
 * Looks at a tree: what evaluates, what it writes, what it is made with. Reads are capped in size and number;
 * a tree of any size takes seconds.
 *
 * @param name what the repository is called
 */
export async function look(tree: SourceTree, name: string): Promise<Look> {
  const view = await viewOf(tree)
  const metrics = await metricsIn(view)
  const writers = new Set(metrics.flatMap(({ value }) => value.writers))
  const commands = await commandsIn(view, { files: metrics.map(({ value }) => value.path), writers })
  const predictions = await predictionsIn(view)
  // Numbers of somebody's results are no model: something has to train or evaluate one.
  const hasResult = commands.some(({ value }) => value.script !== undefined && writers.has(value.script))
  const why = await insteadOf(view, { commands, metrics, hasResult, name })
  if (why !== undefined)
    return {
      files: view.total,
      models: [],
      instead: { why, nearest: commands.slice(0, OTHERS), results: metrics.slice(0, OTHERS) },
    }
  if (commands.length === 0) return { files: view.total, models: [] }
  const folders = modelFolders(view, commands)
  const models = await Promise.all(
    folders.map((folder) =>
      modelIn(view, folder, {
        name: folder === '.' ? name : basename(folder),
        commands,
        metrics,
        predictions,
        alone: folders.length === 1,
      }),
    ),
  )
  return { files: view.total, models: distinctNames(models) }
}

/** What makes a folder a project of its own. */
const MARKS =
  /(?:^|\/)(?:README[^/]*|requirements\.txt|environment\.ya?ml|pyproject\.toml|dvc\.yaml|MLproject)$/
const PROGRAM = /^(?:train\w*|main|run|eval\w*|test|\w+_test|experiment)\.(?:py|R|jl)$/
/** Folders that hold parts of one project. */
const PARTS =
  /(?:^|\/)(?:src|lib|scripts?|tools?|utils?|tests?|docs?|examples?|notebooks?|configs?|data|core|models?|modules?|pipelines?|stages?|steps?|app|api|baselines?|inputs?|upstream)$/i
const RUNS: ReadonlySet<string> = new Set(['evaluate', 'train+evaluate', 'train', 'run'])

/**
 * Folders that are a model of their own: projects with a program that trains or evaluates, or programs of one
 * name in sibling folders. Fewer than two, or a top that itself says how it is evaluated: the tree is one model.
 */
export function modelFolders(view: View, commands: readonly Weighed[]): string[] {
  const marked = new Set(view.files.filter((file) => MARKS.test(file)).map((file) => dirname(file)))
  const programs = commands.filter(
    ({ value: { script, kind, source } }) =>
      script !== undefined &&
      RUNS.has(kind) &&
      !view.isVendored(script) &&
      (source !== 'script name' || PROGRAM.test(basename(script))),
  )
  const scripts = new Set(programs.map(({ value }) => value.script!))
  const homeOf = (script: string): string => {
    for (let folder = dirname(script); folder !== '.'; folder = dirname(folder))
      if (marked.has(folder) && !PARTS.test(folder)) return folder
    return hasSibling(scripts, script) ? dirname(script) : '.'
  }
  const [best] = programs
  if (best === undefined || (best.word !== 'guess' && homeOf(best.value.script!) === '.')) return ['.']
  const homes = [...new Set([...scripts].map(homeOf))].filter((folder) => folder !== '.')
  const outer = homes.filter((folder) => !homes.some((other) => folder.startsWith(`${other}/`))).sort()
  return outer.length < 2 ? ['.'] : outer.slice(0, MOST_MODELS)
}

/** Whether a folder beside its own holds a program of the same name. */
function hasSibling(scripts: ReadonlySet<string>, script: string): boolean {
  const folder = dirname(script)
  if (folder === '.' || PARTS.test(folder)) return false
  return [...scripts].some(
    (other) =>
      basename(other) === basename(script) &&
      dirname(other) !== folder &&
      dirname(dirname(other)) === dirname(folder) &&
      !PARTS.test(dirname(other)),
  )
}

interface Found {
  name: string
  commands: readonly Weighed[]
  metrics: readonly Fact<MetricsFile>[]
  predictions: readonly Fact<FoundPredictions>[]
  alone: boolean
}

async function modelIn(
  view: View,
  folder: string,
  { name, commands, metrics, predictions, alone }: Found,
): Promise<FoundModel> {
  const inside = (path: string | undefined): boolean =>
    alone || (path !== undefined && path.startsWith(`${folder}/`))
  const own = commands.filter(
    ({ value, place }) => inside(value.script) || inside(place.file.slice(view.at('').file.length)),
  )
  const [command, ...others] = own
  const trains = own.find(({ value }) => value.kind === 'train' || value.kind === 'train+evaluate')
  const programs = [command, trains]
    .flatMap((one) => one?.value.script ?? [])
    .filter((path) => /\.(?:py|ipynb|R|r|jl)$/.test(path))
  const notebooks =
    programs.length > 0
      ? []
      : view.files.filter((path) => path.endsWith('.ipynb') && inside(path)).slice(0, 20)
  const reached = await reachedFrom(view, [...new Set([...programs, ...notebooks])])
  const [imports, seeds, unseeded, needs, data, environment, dockerfile, python, parameters] =
    await Promise.all([
      foreignImports(view, reached),
      seedsIn(view, reached),
      unseededIn(view, reached),
      needsOf(view, reached, command?.value.text),
      dataIn(view, alone ? '.' : folder),
      environmentOf(view, folder),
      dockerfileOf(view, folder),
      pythonOf(view, folder),
      parametersOf(view, folder),
    ])
  const at = (file: string) => inside(file.slice(view.at('').file.length))
  return {
    name,
    folder,
    command,
    others: others.slice(0, OTHERS),
    metrics: metricsOfCommand(
      metrics.filter(({ value }) => inside(value.path)),
      reached,
      command,
    ),
    predictions: predictions.filter(({ value }) => inside(value.path)),
    seeds: seeds.filter(({ place }) => alone || at(place.file)),
    unseeded,
    needs,
    data,
    environment,
    dockerfile,
    python,
    parameters,
    code: reached,
    imports,
  }
}

/** A folder's name; with those above it if two are called alike. */
function distinctNames(models: readonly FoundModel[]): FoundModel[] {
  const counts = new Map<string, number>()
  for (const { name } of models) counts.set(name, (counts.get(name) ?? 0) + 1)
  return models.map((model) => ({
    ...model,
    name: plainName((counts.get(model.name) ?? 0) > 1 ? model.folder.replaceAll('/', '.') : model.name),
  }))
}

/** A name that may stand in a policy. */
const plainName = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100) || 'model'
