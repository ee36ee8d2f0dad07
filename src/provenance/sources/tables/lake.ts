import { basename, dirname } from 'node:path/posix'
import { parseJson } from '../../../text/json.js'
import { Facts, openJson, openYaml, type Reserved } from '../facts.js'
import { readText, Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { byNumber } from '../timestamped.js'

/** Tables and stores that name their states: the state is pinned, its bytes are not known here. */

/** The last commit of a table, its newest file. */
const DELTA = /(?:^|\/)_delta_log\/(\d{20})\.json$/
const LARGEST_COMMIT = 4 * 1024 * 1024
/** Commits that are looked at for the table's identity, which the first has and few others. */
const MOST_COMMITS = 20

const OPAQUE: Reserved = {
  kind: 'opaque',
  why: 'a table’s version names a state and proves none of its bytes: record the digest of an export',
}

const latest = (files: readonly string[], pattern: RegExp): string[] => {
  const last = new Map<string, string>()
  for (const file of files) {
    const folder = dirname(file)
    if (pattern.test(file) && byNumber(last.get(folder) ?? '', file) < 0) last.set(folder, file)
  }
  return files.filter((file) => last.get(dirname(file)) === file)
}

/** Delta Lake: `_delta_log/<version>.json`. */
export const delta: Source = {
  name: 'delta',
  detect: (files) => latest(files, DELTA),
  read: readDelta,
}

/** @param path of a commit, relative to the working directory */
async function readDelta(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(delta.name, tree.prefix + path)
  const version = Number(DELTA.exec(path)?.[1])
  const commits = (await tree.files.list()).filter(
    (file) => DELTA.test(file) && dirname(file) === dirname(path),
  )
  const before = commits.filter((file) => file <= path).sort()
  // The newest that says it; the first always does.
  const looked = [...before.slice(1 - MOST_COMMITS).reverse(), ...before.slice(0, 1)]
  for (const commit of new Set([path, ...looked])) {
    const opened = await readText(tree, commit, LARGEST_COMMIT)
    if ('refused' in opened) {
      said.problem(opened.refused)
      return said.reading()
    }
    const found = metaDataIn(opened.text, opened.file)
    const id = found?.text('metaData', 'id')
    if (found === undefined || id === undefined) continue
    const table = dirname(dirname(path))
    const name = found.text('metaData', 'name') ?? basename(table)
    found.say(said, ['data', 0, 'name'], ['metaData'], { value: name.slice(0, 200) })
    if (table !== '.') found.say(said, ['data', 0, 'path'], ['metaData'], { value: table })
    const field = ['data', 0, 'version'] as const
    said.say(field, `${id.slice(0, 100)}@${version}`, { file: tree.prefix + path })
    said.reserve(field, OPAQUE.kind, OPAQUE.why)
    return said.reading()
  }
  return said.reading()
}

/** The action of a commit that describes the table; a commit is one action a line. */
function metaDataIn(text: string, file: string): Facts | undefined {
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.includes('"metaData"')) continue
    const parsed = parseJson(line)
    if ('problem' in parsed) continue
    const facts = new Facts(file, { value: parsed.value, lineOf: () => index + 1 })
    if (facts.keys('metaData').length > 0) return facts
  }
  return undefined
}

const ICEBERG = /(?:^|\/)metadata\/(?:v\d+|\d+-[0-9a-f-]{36})\.metadata\.json$/

/** Apache Iceberg: `metadata/v<n>.metadata.json`. */
export const iceberg: Source = {
  name: 'iceberg',
  detect: (files) => latest(files, ICEBERG),
  read: readIceberg,
}

/** @param path relative to the working directory */
async function readIceberg(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(iceberg.name, tree.prefix + path)
  const facts = await openJson(tree, path)
  if ('refused' in facts) said.problem(facts.refused)
  const id = 'refused' in facts ? undefined : facts.text('table-uuid')
  if ('refused' in facts || id === undefined || facts.number('format-version') === undefined)
    return said.reading()
  const table = dirname(dirname(path))
  const snapshot = facts.at('current-snapshot-id')
  facts.say(said, ['data', 0, 'name'], ['table-uuid'], {
    value: (table === '.' ? id : basename(table)).slice(0, 200),
  })
  if (table !== '.') facts.say(said, ['data', 0, 'path'], ['location'], { value: table })
  const some = typeof snapshot === 'bigint' || (typeof snapshot === 'number' && snapshot >= 0)
  // Of 64 bits: as a double it would be another one.
  facts.say(said, ['data', 0, 'version'], ['current-snapshot-id'], {
    value: some ? `${id.slice(0, 100)}@${String(snapshot)}` : undefined,
    reserved: OPAQUE,
  })
  if (!some) said.remark('the table has no snapshot: it is empty', facts.place('current-snapshot-id'))
  return said.reading()
}

/** lakeFS: `.lakefs_ref.yaml`, which `lakectl local` writes into a folder that it brings. */
export const lakefs: Source = {
  name: 'lakefs',
  detect: (files) => files.filter((file) => /(?:^|\/)\.lakefs_ref\.yaml$/.test(file)),
  read: readLakefs,
}

const ADDRESS = /^lakefs:\/\/([^/]+)\/([^/]+)(?:\/|$)/
const LAKEFS_COMMIT = /^[0-9a-f]{64}$/
const BRANCH: Reserved = {
  kind: 'opaque',
  why: 'a branch of lakeFS moves: name the commit, 64 hex digits (`lakectl local checkout --ref <commit>`)',
}

/** @param path relative to the working directory */
async function readLakefs(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(lakefs.name, tree.prefix + path)
  const facts = await openYaml(tree, path)
  if ('refused' in facts) {
    said.problem(facts.refused)
    return said.reading()
  }
  const [, repository, ref] = ADDRESS.exec(facts.text('src') ?? '') ?? []
  if (repository === undefined || ref === undefined) return said.reading()
  const folder = dirname(path)
  facts.say(said, ['data', 0, 'name'], ['src'], { value: repository.slice(0, 200) })
  facts.say(said, ['data', 0, 'source'], ['src'])
  if (folder !== '.') facts.say(said, ['data', 0, 'path'], ['src'], { value: folder })
  const head = facts.text('at_head')
  const value = LAKEFS_COMMIT.test(head ?? '') ? head : ref
  const reserved = LAKEFS_COMMIT.test(value ?? '') ? undefined : BRANCH
  facts.say(said, ['data', 0, 'version'], [value === ref ? 'src' : 'at_head'], {
    value: value?.slice(0, 200),
    reserved,
  })
  return said.reading()
}
