import { openYaml, type Reserved } from '../facts.js'
import { readText, Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { isSeedName, scalarIn } from '../values.js'
import { saySettings } from './settings.js'

/** Configurations of a project: what a run takes unless it is told otherwise. */

const UNLESS_TOLD: Reserved = {
  kind: 'source-code',
  why: 'this is what the project is set to, and a run may have used something else: record what the run used',
}

/** Kedro's `conf/base/parameters*.yml`. */
export const kedro: Source = {
  name: 'kedro',
  detect: (files) =>
    files.filter((file) => /(?:^|\/)conf\/base\/parameters(?:[\w.-]*|\/.+)\.ya?ml$/.test(file)),
  read: readKedro,
}

/** @param path relative to the working directory */
async function readKedro(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(kedro.name, tree.prefix + path)
  const facts = await openYaml(tree, path)
  if ('refused' in facts) said.problem(facts.refused)
  else saySettings(said, facts, UNLESS_TOLD)
  return said.reading()
}

/** Cog's `cog.yaml`: the environment of a model that is served. */
export const cog: Source = {
  name: 'cog',
  detect: (files) => files.filter((file) => /(?:^|\/)cog\.ya?ml$/.test(file)),
  read: readCog,
}

/** @param path relative to the working directory */
async function readCog(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(cog.name, tree.prefix + path)
  const facts = await openYaml(tree, path)
  if ('refused' in facts) {
    said.problem(facts.refused)
    return said.reading()
  }
  const image = facts.text('image')
  facts.say(said, ['model', 'name'], ['image'], { value: image?.replace(/^r8\.im\//, '').slice(0, 200) })
  if (facts.keys('build').length === 0) return said.reading()
  const python = facts.at('build', 'python_version')
  const packages = facts.list('build', 'python_packages')
  const pinned = packages.filter((line) => typeof line === 'string' && line.includes('==')).length
  const words = [
    ...(typeof python === 'string' || typeof python === 'number'
      ? [`Python ${String(python).slice(0, 20)}`]
      : []),
    ...(facts.at('build', 'gpu') === true ? ['a GPU'] : []),
    ...(packages.length > 0 ? [`${pinned} of ${packages.length} packages pinned`] : []),
  ]
  said.remark(`Cog serves the model with ${words.join(', ') || 'defaults'}`, facts.place('build'))
  return said.reading()
}

/** Metaflow's `Parameter('name', default=…)` in a flow. Runs keep theirs in pickles, which are not opened. */
export const metaflow: Source = {
  name: 'metaflow',
  detect: (files) => files.filter((file) => /(?:^|\/)(?:[^/]*flow[^/]*|flows\/[^/]+)\.py$/i.test(file)),
  read: readMetaflow,
}

/** Bytes of a flow. */
const LARGEST_FLOW = 400 * 1024
const FLOW = /^class \w+\((?:\w+\.)*FlowSpec\b/m
const PARAMETER = /^[ \t]+\w+ *= *(?:\w+\.)?Parameter\(\s*(?:name *= *)?(["'])([\w-]{1,100})\1/gm
const DEFAULT = /\bdefault *= *(?:(["'])([^"'\n\\]{0,500})\1|([-+.\w]{1,40}))\s*[,)]/

/** @param path relative to the working directory */
async function readMetaflow(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(metaflow.name, tree.prefix + path)
  const opened = await readText(tree, path, LARGEST_FLOW)
  if ('refused' in opened || !FLOW.test(opened.text)) return said.reading()
  const { text, file } = opened
  const starts = [...text.matchAll(PARAMETER)]
  let line = 1
  let counted = 0
  for (const [index, match] of starts.entries()) {
    const name = match[2]!
    // The arguments end at the next parameter at the latest.
    const body = text.slice(
      match.index,
      Math.min(starts[index + 1]?.index ?? text.length, match.index + 2000),
    )
    const [, , words, literal] = DEFAULT.exec(body) ?? []
    const value = words ?? (literal === undefined ? undefined : scalarIn(literal))
    line += text.slice(counted, match.index).split('\n').length - 1
    counted = match.index
    // A name is a variable, and its value is elsewhere.
    if (value === undefined || value === null || (words === undefined && typeof value === 'string')) continue
    const field = [isSeedName(name) && Number.isInteger(value) ? 'seeds' : 'hyperparameters', name]
    said.say(field, value, { file, line })
    said.reserve(field, UNLESS_TOLD.kind, UNLESS_TOLD.why)
  }
  return said.reading()
}
