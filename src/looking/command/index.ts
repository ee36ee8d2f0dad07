import type { View } from '../view.js'
import { builtCommands } from './built.js'
import type { RawCommand } from './candidate.js'
import {
  dvcCommands,
  harnessCommands,
  inspectCommands,
  mlprojectCommands,
  runCommands,
  stageFileCommands,
} from './declared.js'
import { readmeCommands } from './readme.js'
import { programCommands, scriptCommands } from './scripts.js'
import type { Weighed } from './command.js'
import { weighCommands, type Results } from './weigh.js'

/** Where commands are found. To add a place: a function that finds them, and a line with its points. */
const PLACES: readonly ((view: View) => Promise<RawCommand[]>)[] = [
  harnessCommands,
  dvcCommands,
  stageFileCommands,
  mlprojectCommands,
  inspectCommands,
  readmeCommands,
  runCommands,
  builtCommands,
  scriptCommands,
]

/** Commands that are weighed, and characters of one. */
const MOST = 3000
const LONGEST = 2000

/**
 * Every way to evaluate or train that the tree names, the best first.
 *
 * @param results the metrics files of the tree, and programs that write one
 */
export async function commandsIn(view: View, results: Results): Promise<Weighed[]> {
  const found = (await Promise.all(PLACES.map((find) => find(view))))
    .flat()
    .filter(({ text }) => text.length <= LONGEST && !/\s(?:-h|--help)(?:\s|$)/.test(text))
    .slice(0, MOST)
  const ofPipeline = found.filter(({ source }) => source === 'dvc.yaml')
  const named = await weighCommands(view, found, results)
  const weighed = named.length > 0 ? named : await weighCommands(view, await programCommands(view), results)
  const speaks = weighed.some(({ value }) => value.source === 'dvc.yaml' && value.kind !== 'run')
  const [stage] = ofPipeline
  if (stage === undefined || speaks) return weighed
  // No stage trains or evaluates by its name: the pipeline as a whole may.
  const whole = await weighCommands(
    view,
    [{ source: 'pipeline', text: 'dvc repro', file: stage.file, line: 1, cwd: stage.cwd, name: 'pipeline' }],
    results,
  )
  return [...weighed, ...whole].sort((a, b) => b.score - a.score)
}
