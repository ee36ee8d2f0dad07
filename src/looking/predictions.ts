import { basename } from 'node:path/posix'
import { parsedJson } from './command/declared.js'
import type { Fact } from './fact.js'
import type { View } from './view.js'

/** A committed file with one row a sample. */
export interface FoundPredictions {
  path: string
  /** The column that identifies a row; undefined: the order counts. */
  key: string | undefined
  /** The column with the right answer. */
  truth: string | undefined
}

const TRUTH =
  /^(?:y_?(?:true|test)|true(?:_?label)?|target|label|actual|gold|answer|expected|ground_?truth|reference)s?$/i
const PREDICTED =
  /^(?:y_?(?:pred|hat)|pred(?:icted)?(?:_?labels?)?|predictions?|prob\w*|output|response|score)s?$/i
const KEY = /(?:^|_)id$|^(?:idx|index|image|file(?:name)?)$/i
const NAMED = /pred|sample|output|submission|answer|response|result|eval|test/i
const OF_JSONL = ['prediction', 'completion', 'response', 'resps', 'model_output', 'output']
const MOST = 300

export async function predictionsIn(view: View): Promise<Fact<FoundPredictions>[]> {
  const files = view.files
    .filter(
      (file) =>
        /\.(?:csv|tsv|jsonl)$/i.test(file) &&
        !view.isVendored(file) &&
        !/(?:^|\/)(?:tests?|fixtures)\//.test(file),
    )
    .sort((a, b) => Number(NAMED.test(basename(b))) - Number(NAMED.test(basename(a))))
    .slice(0, MOST)
  const found = await Promise.all(
    files.map((file) => (/\.jsonl$/i.test(file) ? ofLines(view, file) : ofTable(view, file))),
  )
  return found.filter((one) => one !== undefined)
}

function fact(view: View, value: FoundPredictions, reason: string): Fact<FoundPredictions> {
  const order = value.key === undefined ? '; no id: the order counts' : ''
  return { value, place: view.at(value.path, 1), word: 'likely', reason: reason + order }
}

async function ofTable(view: View, path: string): Promise<Fact<FoundPredictions> | undefined> {
  const [header = ''] = ((await view.text(path)) ?? '').split(/\r?\n/, 1)
  const columns = header
    .slice(0, 20_000)
    .split(path.endsWith('.tsv') ? '\t' : /[,;]/)
    .map((name) => name.trim().replace(/^"|"$/g, ''))
  const all = new Set(columns)
  const own = columns.find((name) => all.has(`${name}_pred`))
  const truth = own ?? columns.find((name) => TRUTH.test(name))
  const predicted = own === undefined ? columns.find((name) => PREDICTED.test(name)) : `${own}_pred`
  const key = columns.find((name) => KEY.test(name))
  if (predicted === undefined || predicted === truth || (truth === undefined && key === undefined))
    return undefined
  return fact(view, { path, key, truth }, `columns ${[truth, predicted].filter(Boolean).join(' and ')}`)
}

async function ofLines(view: View, path: string): Promise<Fact<FoundPredictions> | undefined> {
  const [first = ''] = ((await view.text(path)) ?? '').split('\n', 1)
  const row = parsedJson(first)
  if (typeof row !== 'object' || row === null) return undefined
  const keys = Object.keys(row)
  const predicted = keys.find((name) => OF_JSONL.includes(name))
  const key = keys.find((name) => name === 'doc_id' || KEY.test(name))
  const truth = keys.find((name) => TRUTH.test(name))
  // An `output` alone is the answer of instruction data, not of a model.
  const weak = predicted === 'output' && key === undefined && truth === undefined
  if (predicted === undefined || weak) return undefined
  return fact(view, { path, key, truth }, `lines with \`${predicted}\``)
}
