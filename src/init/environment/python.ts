/** First release of each minor version, and Debian's release for which its image is still there. */
const PYTHONS: readonly (readonly [version: string, released: string, debian: string])[] = [
  ['3.14', '2025-10-07', 'bookworm'],
  ['3.13', '2024-10-07', 'bookworm'],
  ['3.12', '2023-10-02', 'bookworm'],
  ['3.11', '2022-10-24', 'bookworm'],
  ['3.10', '2021-10-04', 'bookworm'],
  ['3.9', '2020-10-05', 'bookworm'],
  ['3.8', '2019-10-14', 'bookworm'],
  ['3.7', '2018-06-27', 'bookworm'],
  ['3.6', '2016-12-23', 'bullseye'],
]
const YEAR = 365 * 86_400_000
/** Versions that are tried. */
const MOST = 4

export const minorOf = (version: string): string => /^3\.\d+/.exec(version)?.[0] ?? version

/** Whether a version satisfies `>=3.8,<4`; of what is not understood, yes. */
export function allows(range: string, version: string): boolean {
  const number = (text: string) =>
    Number(/^3\.(\d+)/.exec(text)?.[1] ?? (text.startsWith('3') ? 0 : text.startsWith('4') ? 99 : -1))
  const have = number(version)
  return range.split(',').every((part) => {
    const [, sign = '', wanted = ''] = /^(>=|<=|<|>|==|~=|\^|~|!=)?\s*v?([\d.]+)/.exec(part.trim()) ?? []
    const want = number(wanted)
    if (wanted === '') return true
    if (sign === '<') return have < want || (want === 99 && have < 99)
    if (sign === '<=') return have <= want
    if (sign === '>') return have >= want
    if (sign === '==' || sign === '~') return have === want
    if (sign === '!=') return true
    return have >= want
  })
}

/**
 * The versions of Python to try, in order: the one that is stated, else the newest that was a year old at the
 * time, since wheels need that long, and then older ones.
 *
 * @param stated `3.8` or `3.8.12`, if something states one
 * @param range what the project allows
 */
export function pythonsToTry(time: string, stated: string | undefined, range: string | undefined): string[] {
  if (stated !== undefined) return [minorOf(stated)]
  const then = Date.parse(time) - YEAR
  const fitting = PYTHONS.filter(
    ([version, released]) => Date.parse(released) <= then && (range === undefined || allows(range, version)),
  ).map(([version]) => version)
  // A range that excludes what was a year old then.
  const others = PYTHONS.filter(
    ([version, released]) => Date.parse(released) <= Date.parse(time) && allows(range ?? '', version),
  )
    .map(([version]) => version)
    .reverse()
  return (fitting.length > 0 ? fitting : others).slice(0, MOST)
}

/** The official image of a version. */
export function pythonImage(version: string): string {
  const debian = PYTHONS.find(([one]) => one === version)?.[2] ?? 'bookworm'
  return `python:${version}-slim-${debian}`
}

export const isKnownPython = (version: string): boolean => PYTHONS.some(([one]) => one === version)
