import { dirname, join } from 'node:path'
import { pythonWith } from '../world/python.js'
import { run } from '../world/system.js'
import { lastLines } from './command.js'
import { freshPlace, type Place } from './place.js'
import type { Scenario } from './scenario.js'

const EXAMPLE = 'dvc-churn'

/**
 * A project of DVC without any file of ours, from nothing to a verdict: what its README says, then `init`,
 * `record` and `check`. No file is edited by hand, and no question asked.
 */
export const FROM_NOTHING: Scenario = {
  name: 'from nothing: a DVC project, init, record, check',
  begin: (setting) => freshPlace(EXAMPLE, setting),
  async arrange(place) {
    await reproduced(place)
    await withUv()
    const made = await ours(place, 'init', '--json', '--base', place.world.base)
    const [model] = (JSON.parse(made) as { models: { name: string }[] }).models
    await place.commit('Written by reprogate init')
    // As its last line says.
    await ours(place, 'record', model?.name ?? '')
    await place.commit('Record its run')
  },
  options: ['--track', 'production'],
  verdict: 'reproduced',
  rules: [],
  names: ['Reproduced', 'all 100 predictions and 2 metrics came back'],
}

async function ours({ command, folder }: Place, ...args: string[]): Promise<string> {
  const ended = await command(args, folder)
  if (ended.code !== 0)
    throw new Error(`reprogate ${args.join(' ')} ended with ${ended.code}: ${lastLines(ended)}`)
  return ended.stdout
}

/** `dvc repro`, as the README of the example says: it brings the model file, which git does not have. */
async function reproduced({ folder }: Place): Promise<void> {
  const bin = dirname(await pythonWith('trackers'))
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, DVC_NO_ANALYTICS: '1' }
  await run([join(bin, 'dvc'), 'repro'], { cwd: folder, env })
}

/** The resolver, as a person has it: on the path. */
async function withUv(): Promise<void> {
  const bin = dirname(await pythonWith('uv'))
  if (!process.env.PATH?.split(':').includes(bin)) process.env.PATH = `${bin}:${process.env.PATH}`
}
