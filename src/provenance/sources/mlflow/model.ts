import { dirname } from 'node:path/posix'
import { plural } from '../../../text/numbers.js'
import { parseYaml } from '../../../text/yaml.js'
import { readText, type Saying } from '../saying.js'
import type { SourceTree } from '../source.js'
import { mapOf, scalarText } from '../values.js'
import type { FoundMlflowRun } from './run.js'

/** Bytes of an `MLmodel`, and how many of them are looked at. */
const LARGEST = 1024 * 1024
const MOST = 200

/**
 * The model that a run has logged, if the tree holds it: its file, its name in the registry, and the
 * packages that MLflow found in use. An `MLmodel` has no digest of its weights.
 */
export async function sayModel(
  saying: Saying,
  { run, placeOf }: FoundMlflowRun,
  { tree, files }: { tree: SourceTree; files: readonly string[] },
): Promise<void> {
  const { registered } = run
  saying.say(['model', 'name'], registered?.name, placeOf('run', 'run_id'))
  saying.say(['model', 'version'], registered?.version, placeOf('run', 'run_id'))
  const found = await modelFile(tree, files, run)
  if (found === undefined) return
  const { file, folder, model } = found
  const python = mapOf(mapOf(mapOf(model.value)['flavors'])['python_function'])
  const weights = scalarText(python['model_path']) ?? scalarText(python['data'])
  const inside = files.filter((one) => one.startsWith(`${folder}/${weights}`))
  const path = weights === undefined || inside.length === 0 ? folder : `${folder}/${weights}`
  saying.say(['model', 'path'], path, { file, line: model.lineOf(['flavors', 'python_function']) })
  await sayPackages(saying, tree, { folder, python: scalarText(python['python_version']) })
}

/** The newest layout names the model, older ones only the run. */
async function modelFile(tree: SourceTree, files: readonly string[], { id, models }: FoundMlflowRun['run']) {
  const own = files.filter((file) => file.endsWith('/MLmodel'))
  const named = own.filter(
    (file) => models.some((model) => file.includes(`/${model}/`)) || file.includes(`/${id}/`),
  )
  for (const path of (named.length > 0 ? named : own).slice(0, MOST)) {
    const read = await readText(tree, path, LARGEST)
    if ('refused' in read) continue
    const model = parseYaml(read.text)
    const about = mapOf(model.value)
    const of = [about['model_id'], about['model_uuid'], about['run_id']]
    if (of.some((one) => one === id || models.some((model) => model === one)))
      return { file: read.file, folder: dirname(path), model }
  }
  return undefined
}

async function sayPackages(
  saying: Saying,
  tree: SourceTree,
  { folder, python }: { folder: string; python: string | undefined },
): Promise<void> {
  const read = await readText(tree, `${folder}/requirements.txt`, LARGEST)
  if ('refused' in read) return
  const lines = read.text.split('\n').filter((line) => /^[A-Za-z0-9]/.test(line))
  const pinned = lines.filter((line) => line.includes('=='))
  const version = python === undefined ? '' : `, and Python ${python}`
  saying.remark(
    `MLflow found ${plural(lines.length, 'package')} in use, ${pinned.length} with a version${version}`,
    {
      file: read.file,
      line: 1,
    },
  )
}
