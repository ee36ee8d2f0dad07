import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Described } from './describe.js'
import { ratioBench, timed, type Bench, type Pair } from './measure.js'
import { build, bundle, docker, must, remove, type Workshop } from './workshop.js'

/** Of `docker export | sha256sum`. */
const SPEED = 1.3
/** Of the peak on the smaller image. */
const FLAT = 1.2

/** As many files, and files as small, as a real image of its size has: the base's own, again and again. */
const SMALL = `ARG BASE
FROM \${BASE}
ARG MIB
RUN i=0; while [ "$(du -smx / | cut -f1)" -lt "$MIB" ]; do i=$((i+1)); cp -a /usr /again$i; done
`
/** The same and big files. */
const LARGE = `ARG SMALL
FROM \${SMALL}
ARG MIB
RUN mkdir /big && for i in 1 2 3 4 5 6; do head -c "$((MIB / 6))M" /dev/urandom > /big/$i.bin; done
`

/**
 * Describing an image, beside `docker export | sha256sum`; and the memory it takes, beside a larger one.
 *
 * @param mebibytes that the image has at least
 * @param times how much larger the larger image is
 * @param aimed whether the goal is about images that large
 */
export async function benchImage(
  shop: Workshop,
  { turns, mebibytes, times, aimed }: { turns: number; mebibytes: number; times: number; aimed: boolean },
): Promise<Bench[]> {
  const describer = await bundle(shop, 'scripts/bench/describe.ts')
  shop.log(`building an image of at least ${mebibytes} MiB, and one ${times} times as large`)
  const small = await subject(shop, 'small', SMALL, [
    ...['--build-arg', `BASE=${shop.base}`],
    ...['--build-arg', `MIB=${mebibytes}`],
  ])
  try {
    const more = Math.ceil((small.bytes * (times - 1)) / 1024 ** 2)
    const large = await subject(shop, 'large', LARGE, [
      ...['--build-arg', `SMALL=${small.image}`],
      ...['--build-arg', `MIB=${more}`],
    ])
    try {
      const runs: { small: Turn; large: Turn }[] = []
      for (let turn = 1; turn <= turns; turn++) {
        runs.push({
          small: await measure(shop, describer, small),
          large: await measure(shop, describer, large),
        })
        for (const [which, { floor, ours }] of Object.entries(runs.at(-1)!))
          shop.log(
            `${which} image, turn ${turn} of ${turns}: ${floor.toFixed(1)} s by hand, ${ours.toFixed(1)} s ours`,
          )
      }
      const goal = aimed ? SPEED : null
      const memory = runs.map((run) => ({ floor: run.small.peak, ours: run.large.peak }))
      return [
        speed(
          'an image',
          small,
          runs.map((run) => run.small),
          goal,
        ),
        speed(
          'a larger one',
          large,
          runs.map((run) => run.large),
          goal,
        ),
        ratioBench(
          {
            name: `peak memory while describing, image ${times} × as large`,
            unit: 'MB',
            sides: { floor: 'peak resident set on the image', ours: 'the same on the larger image' },
          },
          memory,
          { atMost: aimed ? FLAT : null },
        ),
      ]
    } finally {
      await discard(shop, large)
    }
  } finally {
    await discard(shop, small)
  }
}

interface Subject {
  image: string
  bytes: number
  /** Created, never started: what `docker export` exports. */
  container: string
}

interface Turn extends Pair {
  /** MB */
  peak: number
  entries: number
}

/** Builds an image and reads it once by hand, so that neither side is the first to read its files. */
async function subject(
  shop: Workshop,
  name: string,
  dockerfile: string,
  args: readonly string[],
): Promise<Subject> {
  const folder = join(shop.folder, name)
  await mkdir(folder)
  await writeFile(join(folder, 'Dockerfile'), dockerfile)
  const image = await build(shop, folder, ['--no-cache', ...args])
  const said = async (command: readonly string[]) => (await docker(shop, command)).stdout.toString().trim()
  const bytes = Number(await said(['image', 'inspect', '--format', '{{.Size}}', '--', image]))
  const container = await said(['create', '--', image, 'true'])
  await byHand(shop, container)
  return { image, bytes, container }
}

async function discard(shop: Workshop, { image, container }: Subject): Promise<void> {
  await remove(shop, ['rm', '--force', '--', container])
  await remove(shop, ['image', 'rm', '--', image])
}

async function byHand({ run, engine }: Workshop, container: string): Promise<void> {
  const argv = ['sh', '-c', '"$0" export "$1" | sha256sum', engine.program, container] as const
  const { stderr } = await must(run, argv, { env: engine.env })
  // The pipe's exit code is that of its end.
  if (stderr !== '') throw new Error(`docker export failed: ${stderr}`)
}

async function measure(shop: Workshop, describer: string, { image, container }: Subject): Promise<Turn> {
  const floor = await timed(() => byHand(shop, container))
  const ours = await timed(() => must(shop.run, [process.execPath, describer, image]))
  const { entries, maxRSS } = JSON.parse(ours.value.stdout.toString()) as Described
  return { floor: floor.seconds, ours: ours.seconds, peak: (maxRSS * 1024) / 1e6, entries }
}

const speed = (what: string, { bytes }: Subject, runs: readonly Turn[], atMost: number | null): Bench =>
  ratioBench(
    {
      name: `describe ${what}: ${Math.round(bytes / 1e6)} MB, ${runs[0]!.entries.toLocaleString('en')} entries`,
      unit: 's',
      sides: {
        floor: '`docker export | sha256sum`, of a container that is there already',
        ours: 'a whole process: start, `docker create`, read, hash, `docker rm`',
      },
    },
    runs.map(({ floor, ours }) => ({ floor, ours })),
    { atMost, details: { bytes, entries: runs[0]!.entries } },
  )
