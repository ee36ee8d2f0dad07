import type { Place } from '../../../verdict/finding.js'
import { parseYaml } from '../../../text/yaml.js'
import { commandArgv, shellWord } from '../command.js'
import { readText } from '../saying.js'
import type { SourceTree } from '../source.js'
import { mapOf, scalarText } from '../values.js'
import type { MlflowRun } from './run.js'

const LARGEST = 1024 * 1024

/**
 * The command of a run that `mlflow run` has started: the entry point of `MLproject`, with the run's
 * parameters. Of other runs MLflow keeps no arguments, so that they have no command.
 */
export async function projectCommand(
  tree: SourceTree,
  { tags, params }: MlflowRun,
): Promise<{ argv: string[]; place: Place } | undefined> {
  const entry = tags.get('mlflow.project.entryPoint')
  if (entry === undefined) return undefined
  const read = await readText(tree, 'MLproject', LARGEST)
  if ('refused' in read) return undefined
  const { value, lineOf } = parseYaml(read.text)
  const point = mapOf(mapOf(mapOf(value)['entry_points'])[entry])
  const command = scalarText(point['command'])
  if (command === undefined) return undefined
  const defaults = mapOf(point['parameters'])
  const valueOf = (name: string): string | undefined =>
    params.get(name) ?? scalarText(mapOf(defaults[name])['default']) ?? undefined
  let known = true
  const filled = command.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = valueOf(name)
    known &&= value !== undefined
    return value === undefined ? all : shellWord(value)
  })
  const argv = known ? commandArgv([filled]) : undefined
  return argv && { argv, place: { file: read.file, line: lineOf(['entry_points', entry, 'command']) } }
}
