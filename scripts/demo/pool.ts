/**
 * Runs `work` on every item, `width` at a time; after a failure no more is begun.
 *
 * @returns the results in the order of the items
 * @throws the first failure, once all that was begun has ended
 */
export async function pool<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const failures: unknown[] = []
  const queue = [...items.entries()]
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined && failures.length === 0; next = queue.shift())
      results[next[0]] = await work(next[1])
  }
  const watched = () => worker().catch((error: unknown) => failures.push(error))
  await Promise.all(Array.from({ length: width }, watched))
  if (failures.length > 0) throw failures[0]
  return results
}
