/** Whether a set has what is looked for. Asked again for the same set, it must not cost anything. */
export type Test = (set: readonly string[]) => Promise<boolean>

const without = (set: readonly string[], left: readonly string[]): string[] =>
  set.filter((one) => !left.includes(one))

/**
 * A smallest set that passes the test: no member can be left out. `candidates` as a whole must pass, and
 * the empty set must not. undefined: what was found does not pass, as members hide one another. QuickXplain (Junker, AAAI 2004), with a short cut for a single cause, which is
 * the usual case: the first member that is found is tried alone. A cause among n is found in about
 * log2(n) + 1 tests, k causes in about 2k·log2(n/k). What belongs together should stand together.
 */
export async function minimalSet(test: Test, candidates: readonly string[]): Promise<string[] | undefined> {
  const found = await quickExplain(test, candidates)
  if (!(await test(found))) return undefined
  let kept = found
  for (const one of found) {
    if (kept.length === 1) break
    const fewer = without(kept, [one])
    if (await test(fewer)) kept = fewer
  }
  return kept
}

async function quickExplain(test: Test, candidates: readonly string[]): Promise<string[]> {
  let alone: string | undefined
  /** What of `among` is needed beside `background`, to which `added` was added last. */
  const needed = async (
    background: readonly string[],
    added: readonly string[],
    among: readonly string[],
  ): Promise<string[]> => {
    if (alone !== undefined) return []
    if (added.length > 0 && (await test(background))) return []
    if (among.length === 1) {
      if (await test(among)) alone = among[0]
      return [...among]
    }
    const half = Math.ceil(among.length / 2)
    const [first, second] = [among.slice(0, half), among.slice(half)]
    const inSecond = await needed([...background, ...first], first, second)
    const inFirst = await needed([...background, ...inSecond], inSecond, first)
    return [...inFirst, ...inSecond]
  }
  const found = await needed([], [], candidates)
  return alone === undefined ? found : [alone]
}
