import type { Described } from './describe.js'
import { plainBench, ratioBench, timed, type Bench, type Pair } from './measure.js'
import { bundle, must, type Workshop } from './workshop.js'

/** Bytes an entry, all of the process included: a path of 68 bytes, 60 to 92 beside it, and the program. */
const MEMORY = 200

/** What the first three arguments print, read by the rest. */
const PIPE = 'maker=$1 entries=$2; shift 2; "$0" "$maker" "$entries" | "$@"'

/**
 * Describing a tree of very many entries, made as it is read and never on a disk, beside `sha256sum` of
 * the same stream; and the memory it takes for each.
 *
 * @param aimed whether the goal is about trees that large
 */
export async function benchEntries(
  shop: Workshop,
  { turns, entries, aimed }: { turns: number; entries: number; aimed: boolean },
): Promise<Bench[]> {
  const [maker, describer] = [
    await bundle(shop, 'scripts/bench/synthetic-tar.ts'),
    await bundle(shop, 'scripts/bench/describe-tar.ts'),
  ]
  const into = (...reader: [string, ...string[]]) =>
    must(shop.run, ['sh', '-c', PIPE, process.execPath, maker, String(entries), ...reader])
  const runs: Pair[] = []
  const peaks: number[] = []
  for (let turn = 1; turn <= turns; turn++) {
    const floor = await timed(() => into('sha256sum'))
    const ours = await timed(() => into(process.execPath, describer))
    const described = JSON.parse(ours.value.stdout.toString()) as Described
    if (described.entries !== entries) throw new Error(`${described.entries} entries of ${entries} were read`)
    peaks.push((described.maxRSS * 1024) / entries)
    runs.push({ floor: floor.seconds, ours: ours.seconds })
    shop.log(
      `entries, turn ${turn} of ${turns}: ${floor.seconds.toFixed(1)} s by hand, ${ours.seconds.toFixed(1)} s ours`,
    )
  }
  const many = `${entries.toLocaleString('en')} entries`
  const sides = {
    floor: '`sha256sum` of the stream, with what makes it',
    ours: 'a whole process that reads, hashes and sorts it, with what makes the stream',
  }
  return [
    ratioBench({ name: `describe a stream of ${many}`, unit: 's', sides }, runs, { atMost: null }),
    plainBench(
      {
        name: `peak memory an entry, ${many}`,
        unit: 'B',
        sides: { floor: 'nothing', ours: 'peak resident set of the process, divided by the entries' },
      },
      peaks,
      aimed ? MEMORY : null,
    ),
  ]
}
