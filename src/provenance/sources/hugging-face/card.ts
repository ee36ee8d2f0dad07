import type { FieldPath } from '../../../text/fields.js'
import { COMMIT, factsOfYaml, openYaml, type Facts, type Reserved } from '../facts.js'
import { readText, Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'
import { isSeedName, scalarIn } from '../values.js'

/** A card that is longer is a book. Bytes. */
const LARGEST_CARD = 1024 * 1024

/** A model card, `README.md` with a `model-index` or with what the Trainer writes into it. */
export const modelCard: Source = {
  name: 'model-card',
  detect: (files) => files.filter((file) => /(?:^|\/)README\.md$/i.test(file)),
  read: readCard,
}

const MOVES: Reserved = {
  kind: 'opaque',
  why: 'a data set of the hub moves: give its `revision` as 40 hex digits',
}

/** @param path relative to the working directory */
async function readCard(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(modelCard.name, tree.prefix + path)
  const opened = await readText(tree, path, LARGEST_CARD)
  if ('refused' in opened) return said.reading()
  const lines = opened.text.split(/\r\n|\n/)
  const front = frontMatter(lines, opened.file)
  const training = sectionOf(lines, 'Training hyperparameters')
  if (front?.list('model-index').length || training.length > 0) {
    if (front) sayIndex(said, front)
    sayTraining(said, training, opened.file)
  }
  return said.reading()
}

/** The YAML between `---` at the top; lines are those of the file. undefined: there is none that can be read. */
function frontMatter(lines: readonly string[], file: string): Facts | undefined {
  if (lines[0]?.trimEnd() !== '---') return undefined
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---')
  if (end < 0) return undefined
  // A blank line stands for the first `---`, so that the lines agree.
  const facts = factsOfYaml(['', ...lines.slice(1, end)].join('\n'), file)
  return 'refused' in facts ? undefined : facts
}

function sayIndex(said: Saying, facts: Facts): void {
  const index: FieldPath = ['model-index', 0]
  const licence = facts.text('license')
  facts.say(said, ['model', 'name'], [...index, 'name'], {
    value: facts.text(...index, 'name')?.slice(0, 200),
  })
  if (facts.list('model-index').length > 1)
    said.remark('the card speaks of several models; the first is read', facts.place('model-index', 1))
  if (licence !== undefined)
    said.remark(`the model has the licence ${licence.slice(0, 80)}`, facts.place('license'))
  const sets = new Map<string, number>()
  for (const [at] of facts.list(...index, 'results').entries())
    sayResult(said, facts, { at: [...index, 'results', at], sets })
}

interface Result {
  at: FieldPath
  /** Number of the entry of each data set that was said. */
  sets: Map<string, number>
}

function sayResult(said: Saying, facts: Facts, { at, sets }: Result): void {
  const set: FieldPath = [...at, 'dataset']
  const parts = ['type', 'config', 'split'].map((key) => facts.text(...set, key))
  const label =
    facts.text(...set, 'type') ?? facts.text(...set, 'name') ?? facts.text(...at, 'task', 'type') ?? 'all'
  const key = parts.join('\n')
  if (facts.keys(...set).length > 0 && !sets.has(key)) {
    const number = sets.size
    sets.set(key, number)
    facts.say(said, ['data', number, 'name'], set, {
      value: [label, parts[1]]
        .flatMap((part) => part ?? [])
        .join('/')
        .slice(0, 200),
    })
    facts.say(said, ['data', number, 'split'], [...set, 'split'])
    const pinned = COMMIT.test(facts.text(...set, 'revision') ?? '')
    facts.say(said, ['data', number, 'version'], [...set, 'revision'], {
      ...(!pinned && { reserved: MOVES }),
    })
  }
  for (const [index] of facts.list(...at, 'metrics').entries()) {
    const metric: FieldPath = [...at, 'metrics', index]
    const name = facts.text(...metric, 'type') ?? facts.text(...metric, 'name')
    const value = numberIn(facts.at(...metric, 'value'))
    if (name === undefined || value === undefined) continue
    const field = [label, parts[1], parts[2], name].flatMap((part) => part ?? []).join('.')
    if (!said.has(['evaluation', 'metrics', field]))
      facts.say(said, ['evaluation', 'metrics', field], [...metric, 'value'], { value })
  }
}

/** Cards are written by hand: `0.91`, and now and then `"0.91"`. */
const numberIn = (value: unknown): number | undefined => {
  const number = typeof value === 'string' ? scalarIn(value.trim()) : value
  return typeof number === 'number' ? number : undefined
}

interface Line {
  /** From 1. */
  number: number
  name: string
  value: string
}

/** The items `- name: value` below a heading, up to the next one. */
function sectionOf(lines: readonly string[], heading: string): Line[] {
  const start = lines.findIndex(
    (line) => /^#{2,4} /.test(line) && line.toLowerCase().endsWith(heading.toLowerCase()),
  )
  if (start < 0) return []
  const items: Line[] = []
  for (const [index, line] of lines.slice(start + 1).entries()) {
    if (/^#{1,4} /.test(line)) break
    const [, name, value] = /^[-*] ([\w ./-]{1,100}): (.{1,500})$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) items.push({ number: start + 2 + index, name, value })
  }
  return items
}

function sayTraining(said: Saying, items: readonly Line[], file: string): void {
  for (const { number, name, value } of items) {
    const scalar = scalarIn(value.trim())
    const isSeed = isSeedName(name) && Number.isInteger(scalar)
    said.say([isSeed ? 'seeds' : 'hyperparameters', name], scalar, { file, line: number })
  }
}

/** Results in the form of the hub since 2025: `.eval_results/*.yaml`. */
export const evalResults: Source = {
  name: 'hub-eval-results',
  detect: (files) => files.filter((file) => /(?:^|\/)\.eval_results\/[^/]+\.ya?ml$/.test(file)),
  read: readEvalResults,
}

/** @param path relative to the working directory */
async function readEvalResults(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(evalResults.name, tree.prefix + path)
  const facts = await openYaml(tree, path)
  if ('refused' in facts) {
    said.problem(facts.refused)
    return said.reading()
  }
  for (const [index] of facts.list().entries()) {
    const set: FieldPath = [index, 'dataset']
    const id = facts.text(...set, 'id')
    const value = numberIn(facts.at(index, 'value'))
    if (id === undefined || value === undefined) continue
    const name = [id, facts.text(...set, 'task_id')].flatMap((part) => part ?? []).join('.')
    facts.say(said, ['evaluation', 'metrics', name], [index, 'value'], { value })
    facts.say(said, ['data', index, 'name'], [...set, 'id'], { value: id.slice(0, 200) })
    const pinned = COMMIT.test(facts.text(...set, 'revision') ?? '')
    facts.say(said, ['data', index, 'version'], [...set, 'revision'], { ...(!pinned && { reserved: MOVES }) })
  }
  return said.reading()
}
