import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path/posix'
import { parseJson } from '../../../text/json.js'
import { grouped, plural } from '../../../text/numbers.js'
import type { Found } from '../../../verdict/finding.js'
import { Facts } from '../facts.js'
import { readText, type Saying } from '../saying.js'
import type { SourceTree } from '../source.js'
import { pythonJson } from './python-json.js'

/** Samples of a task; larger files are said to be unread. Bytes. */
const LARGEST_SAMPLES = 64 * 1024 * 1024

/** Characters of a row whose document is hashed again. */
const LONGEST_ROW = 4 * 1024 * 1024

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Holds the samples beside a result against it: the hashes of every row are computed again, and from them
 * the hash of the task (lm-evaluation-harness, `EvaluationTracker.save_results_aggregated`).
 */
export async function checkSamples(
  said: Saying,
  facts: Facts,
  { tree, path }: { tree: SourceTree; path: string },
): Promise<void> {
  const files = new Set(await tree.files.list())
  const time = /_\d{4}-[^/_]*(?=\.json$)/.exec(path)?.[0] ?? ''
  for (const task of facts.keys('configs')) {
    const samples = join(dirname(path), `samples_${basename(task)}${time}.jsonl`)
    if (!files.has(samples)) continue
    const opened = await readText(tree, samples, LARGEST_SAMPLES)
    if ('refused' in opened) {
      said.problem(opened.refused)
      continue
    }
    const wrong = samplesDiffer(opened.text, opened.file, facts.text('task_hashes', task))
    if (wrong) said.problem(wrong)
    else if (facts.text('task_hashes', task) !== undefined)
      said.remark(`the samples of ${task} are those of the result: their hashes agree`, { file: opened.file })
  }
}

/**
 * What is wrong with a file of samples, if anything is.
 *
 * @param file as it is shown
 * @param taskHash of the result; undefined: older versions have none
 */
export function samplesDiffer(text: string, file: string, taskHash: string | undefined): Found | undefined {
  const all = createHash('sha256')
  const wrong: { line: number; what: string }[] = []
  let hashed = 0
  let rows = 0
  for (const [index, row] of text.split('\n').entries()) {
    if (row.trim() === '') continue
    rows++
    const read = hashesOf(row)
    if ('problem' in read)
      return {
        rule: 'claims/unreadable',
        message: `line ${index + 1} of ${file} ${read.problem}`,
        file,
        line: index + 1,
      }
    if (read.all !== undefined) hashed++
    all.update(read.all ?? '')
    if (read.wrong !== undefined) wrong.push({ line: index + 1, what: read.wrong })
  }
  const [first] = wrong
  if (first)
    return {
      rule: 'claims/samples-differ',
      message: `${plural(wrong.length, 'sample')} of ${grouped(rows)} ${wrong.length === 1 ? 'is' : 'are'} not what was hashed: the ${first.what} in line ${first.line} is the first`,
      file,
      line: first.line,
    }
  const actual = all.digest('hex')
  if (taskHash === undefined || hashed < rows || actual === taskHash) return undefined
  return {
    rule: 'claims/samples-differ',
    message: `the ${plural(rows, 'sample')} in ${file} are not those that the result was computed from`,
    file,
    expected: taskHash,
    actual,
  }
}

/** The recorded hashes of a row, one after the other, and the first thing in it that has another. */
function hashesOf(row: string): { all: string | undefined; wrong: string | undefined } | { problem: string } {
  const parsed = parseJson(row)
  if ('problem' in parsed) return parsed
  const facts = new Facts('', parsed)
  const recorded = ['doc', 'prompt', 'target'].map((what) => facts.text(`${what}_hash`))
  const said = [docText(row, facts), promptOf(facts), facts.at('target')]
  const wrong = ['document', 'prompt', 'target'].find((_, index) => {
    const text = said[index]
    return typeof text === 'string' && recorded[index] !== undefined && sha256(text) !== recorded[index]
  })
  return { all: recorded.includes(undefined) ? undefined : recorded.join(''), wrong }
}

/** The document as Python writes it; a longer row is not taken apart a second time. */
const docText = (row: string, facts: Facts): string | undefined =>
  facts.at('doc') !== undefined && row.length <= LONGEST_ROW ? pythonJson(row, 'doc') : undefined

const promptOf = (facts: Facts): unknown =>
  facts.at('arguments', 'gen_args_0', 'arg_0') ?? facts.at('arguments', 0, 0)
