import type { ImageConfig } from '../manifest/manifest.js'
import { isSecret, MASK } from '../secrets.js'
import { sidesOf, type FoundDifference } from './comparison.js'

/** What the note of a setting says whose values are not shown. */
export const ANOTHER_VALUE = 'another value'

/** How an environment variable is named among the settings. */
const VARIABLE = 'Env.'

/** The variable that a setting's name stands for; undefined for other settings. */
export const variableOf = (name: string): string | undefined =>
  name.startsWith(VARIABLE) ? name.slice(VARIABLE.length) : undefined

const variables = (env: readonly string[]): Map<string, string> =>
  new Map(env.map((setting) => [setting.split('=', 1)[0]!, setting.slice(setting.indexOf('=') + 1)]))

const shown = (value: string | readonly string[]): string | undefined =>
  value.length === 0 ? undefined : typeof value === 'string' ? value : JSON.stringify(value)

export function compareConfig(pinned: ImageConfig, rebuilt: ImageConfig): FoundDifference[] {
  const [before, after] = [variables(pinned.env), variables(rebuilt.env)]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const keys = (Object.keys(pinned) as (keyof ImageConfig)[]).filter((key) => key !== 'env')
  return [
    ...names.map((name) => ({ name: VARIABLE + name, was: before.get(name), is: after.get(name) })),
    ...keys.map((key) => ({
      name: key[0]!.toUpperCase() + key.slice(1),
      was: shown(pinned[key]),
      is: shown(rebuilt[key]),
    })),
  ]
    .filter(({ was, is }) => was !== is)
    .map(({ name, was, is }) => ({ difference: { kind: 'config', name, ...shownSides(name, was, is) } }))
}

/** Secrets are not shown, on neither side; that they differ is. */
function shownSides(name: string, was: string | undefined, is: string | undefined) {
  const sides = [was, is].filter((side) => side !== undefined)
  if (!sides.some((side) => isSecret(name, side))) return sidesOf(was, is)
  const note = sides.length === 2 ? ANOTHER_VALUE : undefined
  return { ...sidesOf(was && MASK, is && MASK), note }
}
