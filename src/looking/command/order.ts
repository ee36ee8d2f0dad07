import type { Weighed } from './command.js'

/** Commands of one page that are nearly equal: the first of them is meant. */
const NEAR = 14

/** The same program in the same way once, where it has most points. */
export function distinct(weighed: readonly Weighed[]): Weighed[] {
  const seen = new Set<string>()
  return weighed.filter(({ value: { argv } }) => {
    const key = argv.join('\0').replace(/^python[\d.]*/, 'python')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** Of nearly equal commands of one page and kind the first in reading order goes first. */
export function firstOfPage(weighed: Weighed[]): Weighed[] {
  const [best] = weighed
  if (best === undefined || best.value.source !== 'README') return weighed
  const near = weighed.filter(
    ({ place, score, value, word }) =>
      place.file === best.place.file &&
      value.kind === best.value.kind &&
      score >= best.score - NEAR &&
      word === best.word,
  )
  const first = near.reduce((a, b) => ((b.place.line ?? 0) < (a.place.line ?? 0) ? b : a), best)
  return [first, ...weighed.filter((one) => one !== first)]
}
