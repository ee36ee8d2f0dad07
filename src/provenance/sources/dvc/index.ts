import { basename, dirname, extname } from 'node:path/posix'
import { fieldPath } from '../../../text/fields.js'
import { commandArgv } from '../command.js'
import { valuesIn } from '../documents.js'
import { readText, Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { claimedMetrics, flattened, mapOf, numbersOf, partedParameters } from '../values.js'
import { checkLock } from './check.js'
import {
  evaluatingStages,
  isTraining,
  makersOf,
  placedStages,
  upstreamOf,
  type PlacedFile,
  type PlacedStage,
} from './choice.js'
import { parseLock } from './lock.js'
import { readPipeline, type Pipeline } from './pipeline.js'
import { readTracked } from './tracked.js'

const LOCK = /(?:^|\/)dvc\.lock$/
/** Bytes of a lock. */
const LARGEST = 4 * 1024 * 1024

/**
 * The run that a `dvc.lock` keeps: that of the stage which evaluates, and of all stages that it needs.
 * `dvc.lock#evaluate` names another stage.
 */
export const dvc: Source = {
  name: 'dvc',
  detect: (files) => files.filter((file) => LOCK.test(file)),
  read: readDvc,
  check: checkDvc,
}

/** Everything that DVC keeps beside one lock. */
interface Locked {
  stages: PlacedStage[]
  pipeline: Pipeline | null
  folder: string
}

async function openLock(tree: SourceTree, path: string, saying: Saying): Promise<Locked | null> {
  const read = await readText(tree, path, LARGEST)
  if ('refused' in read) {
    saying.problem(read.refused)
    return null
  }
  const folder = dirname(path).replace(/^\.$/, '')
  const pipeline = await readPipeline(tree, folder === '' ? 'dvc.yaml' : `${folder}/dvc.yaml`)
  const lock = parseLock(read.text)
  for (const [file, { problems }] of [
    [read.file, lock] as const,
    ...(pipeline ? [[pipeline.file, pipeline] as const] : []),
  ])
    for (const { message, line } of problems)
      saying.problem({ rule: 'record/malformed', message, file, line })
  return { stages: placedStages(lock.stages, pipeline, folder), pipeline, folder }
}

async function readDvc(tree: SourceTree, record: string): Promise<Reading> {
  const [path = '', selected] = record.split('#')
  const file = tree.prefix + path
  const saying = new Saying(dvc.name, file)
  const lock = await openLock(tree, path, saying)
  if (lock === null) return saying.reading()
  const choices = evaluatingStages(lock.stages)
  const stage = selected === undefined ? choices.at(-1) : lock.stages.find(({ name }) => name === selected)
  if (stage === undefined) {
    const message = selected === undefined ? `${path} has no stage` : `${path} has no stage ${selected}`
    saying.problem({ rule: 'record/missing', message, file })
    return saying.reading()
  }
  if (selected === undefined && choices.length > 1) {
    const names = choices.map(({ name }) => name).join(', ')
    saying.remark(`one of ${choices.length} stages that evaluate: ${names}`, {
      file,
      line: stage.locked.line,
    })
  }
  const run = { stage, upstream: upstreamOf(stage, lock.stages), lock, file }
  sayCommand(saying, run)
  sayParameters(saying, run)
  sayModel(saying, run)
  await sayData(saying, run, tree)
  await sayMetrics(saying, run, tree)
  return saying.reading()
}

interface Run {
  stage: PlacedStage
  upstream: readonly PlacedStage[]
  lock: Locked
  file: string
}

function sayCommand(saying: Saying, { stage, file }: Run): void {
  const place = { file, line: stage.locked.commandLine }
  saying.say(['evaluation', 'command'], commandArgv(stage.locked.commands, stage.folder), place)
}

function sayParameters(saying: Saying, { upstream, file }: Run): void {
  for (const { locked } of upstream)
    for (const [from, values] of locked.params) {
      const placeOf = (name: string) => ({ file, line: locked.lineOfParameter(from, name) })
      const { seeds, hyperparameters } = partedParameters(values)
      saying.sayAll(['seeds'], seeds, placeOf)
      saying.sayAll(['hyperparameters'], hyperparameters, placeOf)
    }
}

const MODEL =
  /\.(?:pkl|pickle|joblib|pth?|ckpt|h5|hdf5|keras|onnx|safetensors|cbm|bst|ubj|tflite|pmml|model)$/i

/** The one that `artifacts` names, else what the evaluation reads, else what the training writes. */
function sayModel(saying: Saying, { stage, upstream, lock, file }: Run): void {
  const outs = upstream.flatMap((one) => one.outs.map((out) => ({ out, stage: one })))
  const named = lock.pipeline?.models.find(({ path }) => outs.some(({ out }) => out.path === path))
  const read = new Set(stage.deps.map(({ path }) => path))
  const models = outs.filter(({ out }) => MODEL.test(out.path) || /(?:^|\/)models?$/.test(out.path))
  const model =
    outs.find(({ out }) => out.path === named?.path) ??
    models.find(({ out }) => read.has(out.path)) ??
    models.find((one) => isTraining(one.stage))
  if (model === undefined) return
  const place = { file, line: model.out.line }
  if (named) saying.say(['model', 'name'], named.name, { file: lock.pipeline!.file, line: named.line })
  saying.say(['model', 'path'], model.out.path, place)
  sayDigest(saying, ['model'], model.out, file)
}

/** The digest of a file; that of a folder is its version. */
function sayDigest(saying: Saying, at: readonly (string | number)[], locked: PlacedFile, file: string): void {
  const { md5, legacy, line } = locked
  if (md5 === undefined) return
  const place = { file, line }
  if (at[0] === 'data') saying.say([...at, 'version'], md5, place)
  if (md5.endsWith('.dir')) return
  const digest = [...at, 'digest']
  saying.say(digest, `md5:${md5}`, place)
  if (legacy)
    saying.reserve(
      digest,
      'partial',
      'DVC 2 took it of the text with other line ends than the file may have; `dvc repro` with DVC 3 locks the bytes',
    )
}

const CODE =
  /\.(?:py|pyx|ipynb|sh|bash|[rR]|[rR]md|jl|js|ts|m|scala|java|cc?|cpp|cu|hh?|hpp|go|rs|pl|lua|ya?ml|toml|cfg|ini|conf|lock|env)$|(?:^|\/)(?:Makefile|Dockerfile|requirements[^/]*\.txt|params\.json)$/

/** Whether a dependency is code or configuration: by its ending; a folder by what git has in it. */
function isCode({ path, md5 }: PlacedFile, files: readonly string[]): boolean {
  if (md5?.endsWith('.dir') !== true && extname(basename(path)) !== '') return CODE.test(path)
  const inside = files.filter((file) => file === path || file.startsWith(`${path}/`))
  const code = inside.filter((file) => CODE.test(file))
  return CODE.test(path) || (code.length > 0 && code.length * 2 >= inside.length)
}

/** What the run reads and no stage makes. */
async function sayData(saying: Saying, { upstream, lock, file }: Run, tree: SourceTree): Promise<void> {
  const makerOf = makersOf(lock.stages.map((maker) => [maker, maker.outs.map(({ path }) => path)]))
  const files = await tree.files.list()
  const tracked = await readTracked(tree, files)
  const data = new Map<string, PlacedFile>()
  for (const dep of upstream.flatMap(({ deps }) => deps))
    if (makerOf(dep.path) === undefined && !isCode(dep, files)) data.set(dep.path, dep)
  for (const [index, [path, dep]] of [...data].entries()) {
    const at = ['data', index]
    const place = { file, line: dep.line }
    saying.say([...at, 'path'], path, place)
    sayDigest(saying, at, dep, file)
    const source = tracked.find((one) => one.path === path)?.source
    if (source) saying.say([...at, 'source'], source.text, source.place)
    if (dep.md5?.endsWith('.dir'))
      saying.remark(
        `${path} is pinned by DVC as a folder (${dep.md5}), not by a digest that a record can hold`,
        place,
      )
    if (dep.opaque)
      saying.remark(`${path} is pinned by what its store calls it, not by a digest of its bytes`, place)
  }
}

async function sayMetrics(saying: Saying, { upstream, stage, file }: Run, tree: SourceTree): Promise<void> {
  const declared = [...new Set([...stage.metrics, ...upstream.flatMap(({ metrics }) => metrics)])]
  const read: string[] = []
  for (const path of declared) {
    const document = await valuesIn(tree, path)
    if (document === null) {
      saying.remark(`${path} is declared as a metrics file, and is not here`, {
        file,
        line: stage.locked.line,
      })
      continue
    }
    read.push(path)
    const metrics = claimedMetrics(numbersOf(flattened(mapOf(document.value))))
    const fresh = new Map([...metrics].filter(([name]) => !saying.has(['evaluation', 'metrics', name])))
    saying.sayAll(['evaluation', 'metrics'], fresh, (name) => ({
      file: document.file,
      line: document.lineOf(fieldPath(name)),
    }))
  }
  const [output] = read
  if (read.length === 1) saying.say(['evaluation', 'output'], output, { file, line: stage.locked.line })
}

async function checkDvc(tree: SourceTree, record: string) {
  const [path = ''] = record.split('#')
  const lock = await openLock(tree, path, new Saying(dvc.name, tree.prefix + path))
  return lock === null ? [] : checkLock(tree, { ...lock, file: tree.prefix + path })
}
