import type { SuiteEvidence } from '../../verdict/suite.js'
import type { SuiteRun } from './suite.js'

export type PromptComparison = SuiteEvidence['prompts']

/** Words of a prompt that are compared, and characters of them that are shown. */
const MOST_WORDS = 20_000
const SHOWN = 80

/** What changes with the clock: dates, times, names of days and months. */
const CLOCK =
  /\d{4}-\d\d-\d\d|\d{1,2}[:.]\d\d(?:[:.]\d\d)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b|\b1[6-9]\d{8}\b/i

/**
 * Whether two runs were asked the same: by every prompt, where both have kept them; else by the hashes of
 * the tasks. What differs is named by word.
 */
export function comparePrompts(before: SuiteRun, after: SuiteRun): PromptComparison {
  const bothKept = before.samples.size > 0 && after.samples.size > 0
  return bothKept ? bySample(before, after) : byHash(before, after)
}

function bySample(before: SuiteRun, after: SuiteRun): PromptComparison {
  const ids = [...new Set([...before.samples.keys(), ...after.samples.keys()])]
  const differing = ids.filter((id) => before.samples.get(id)?.prompt !== after.samples.get(id)?.prompt)
  const alone = differing.find((id) => !before.samples.has(id) || !after.samples.has(id))
  const [first] = differing
  const change =
    first === undefined || alone !== undefined
      ? undefined
      : changedWords(before.samples.get(first)!.prompt, after.samples.get(first)!.prompt)
  return {
    by: 'prompts',
    compared: ids.length,
    different: differing.length,
    ...(first !== undefined && { first: (alone ?? first).slice(0, SHOWN) }),
    ...(change && { ...change, clock: CLOCK.test(change.before) || CLOCK.test(change.after) }),
  }
}

function byHash(before: SuiteRun, after: SuiteRun): PromptComparison {
  const tasks = Object.keys(before.hashes).filter((task) => Object.hasOwn(after.hashes, task))
  if (tasks.length === 0) return { by: 'nothing', compared: 0, different: 0 }
  const differing = tasks.filter((task) => before.hashes[task] !== after.hashes[task])
  return {
    by: 'task hashes',
    compared: tasks.length,
    different: differing.length,
    ...(differing[0] !== undefined && { first: differing[0].slice(0, SHOWN) }),
  }
}

/** What stands between the words that two texts begin and end with alike. */
export function changedWords(before: string, after: string): { before: string; after: string } {
  const [a, b] = [before, after].map((text) => text.split(/\s+/, MOST_WORDS)) as [string[], string[]]
  let start = 0
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const between = (words: string[]) =>
    words
      .slice(start, words.length - end)
      .join(' ')
      .slice(0, SHOWN)
  return { before: between(a), after: between(b) }
}
