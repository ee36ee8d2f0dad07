import type { Verdict } from '../../src/verdict/report.js'
import type { RuleId } from '../../src/verdict/rules/index.js'
import type { Place, Setting } from './place.js'

export interface Scenario {
  /** What was done to the example. */
  name: string
  /** Where it begins; default: a copy of the recorded example. */
  begin?(setting: Setting): Promise<Place>
  /** Does it there. */
  arrange(place: Place): Promise<void>
  /** Options of the check. */
  options?: readonly string[]
  verdict: Verdict
  /** Every rule that is broken, at the level `error`; none but these. */
  rules: readonly RuleId[]
  /** What a reader of the comment must find in it. */
  names: readonly string[]
  /** What must not be found in it, nor at the beginning of a line on the terminal. */
  leaks?: readonly string[]
}

export const EVALUATE = 'evaluate.py'

/** Commits changed code, and lets the record claim that it was this code that was run. */
export async function claimForHead(place: Place): Promise<void> {
  const commit = await place.commit('Change the code')
  await place.editRecord((record) => record.setIn(['code', 'commit'], commit))
  await place.commit('Claim the old result for it')
}

/** Commits changed code, and records its run in the image that is recorded already. */
export async function recordAgain(place: Place, ...args: string[]): Promise<void> {
  if ((await place.git('status', '--porcelain')) !== '') await place.commit('Change the code')
  await place.record(...args)
  await place.commit('Record the new run')
}

export const editRecord =
  (path: readonly (string | number)[], value: unknown) =>
  async (place: Place): Promise<void> => {
    await place.editRecord((record) => record.setIn(path, value))
    await place.commit('Edit the record')
  }
