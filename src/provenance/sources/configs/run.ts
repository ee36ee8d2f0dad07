import { dirname } from 'node:path/posix'
import { openYaml } from '../facts.js'
import { Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { byNumber } from '../timestamped.js'
import { saySettings } from './settings.js'

/** Configurations that a run wrote. */

const HYDRA = /(?:^|\/)\.hydra\/config\.yaml$/
/** `outputs/2026-01-02/03-04-05/`, `multirun/2026-01-02/03-04-05/7/`, `run=2026…`: where runs of one job lie. */
const jobOf = (path: string): string =>
  path.replace(/\d{4}-\d\d-\d\d[/_T-]\d\d-\d\d-\d\d(?:\/\d+(?=\/))?/, '*')
const LIGHTNING = /(?:^|\/)hparams\.yaml$/
const versionOf = (path: string): string => path.replace(/\/version_\d+\//, '/version_*/')

/** What hydra wrote of a run: `.hydra/config.yaml`, and `overrides.yaml` beside it. */
export const hydra: Source = {
  name: 'hydra',
  detect: (files) =>
    lastOf(
      files.filter((file) => HYDRA.test(file)),
      jobOf,
    ),
  read: readHydra,
}

/** What Lightning wrote of a run: `hparams.yaml`. */
export const lightning: Source = {
  name: 'lightning',
  detect: (files) =>
    lastOf(
      files.filter((file) => LIGHTNING.test(file)),
      versionOf,
    ),
  read: readLightning,
}

/** Of every kin the last, numbers in names counted as numbers. */
function lastOf(files: readonly string[], kinOf: (path: string) => string): string[] {
  const sorted = files.toSorted(byNumber)
  const last = new Map(sorted.map((file) => [kinOf(file), file]))
  return files.filter((file) => last.get(kinOf(file)) === file)
}

/** @param path of `config.yaml`, relative to the working directory */
async function readHydra(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(hydra.name, tree.prefix + path)
  const facts = await openYaml(tree, path)
  if ('refused' in facts) said.problem(facts.refused)
  else saySettings(said, facts)
  const files = await tree.files.list()
  sayOthers(said, { all: files.filter((file) => HYDRA.test(file)), path, kinOf: jobOf, prefix: tree.prefix })
  const beside = `${dirname(path)}/overrides.yaml`
  const overrides = files.includes(beside) ? await openYaml(tree, beside) : undefined
  if (overrides === undefined || 'refused' in overrides) return said.reading()
  const given = overrides.list().filter((item) => typeof item === 'string')
  if (given.length > 0)
    said.remark(`the run was started with \`${given.join(' ').slice(0, 500)}\``, overrides.place())
  return said.reading()
}

/** @param path relative to the working directory */
async function readLightning(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(lightning.name, tree.prefix + path)
  const facts = await openYaml(tree, path)
  if ('refused' in facts) said.problem(facts.refused)
  else saySettings(said, facts)
  const all = (await tree.files.list()).filter((file) => LIGHTNING.test(file))
  sayOthers(said, { all, path, kinOf: versionOf, prefix: tree.prefix })
  return said.reading()
}

interface Kin {
  all: readonly string[]
  path: string
  prefix: string
  kinOf(path: string): string
}

function sayOthers(said: Saying, { all, path, kinOf, prefix }: Kin): void {
  const same = all.filter((file) => kinOf(file) === kinOf(path)).length
  if (same > 1) said.remark(`one of ${same} runs of the same job`, { file: prefix + path })
}
