import { access, cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelReport, Report } from '../../src/verdict/report.js'
import { medians, plainBench, ratioBench, timed, type Bench, type Pair } from './measure.js'
import { calibrate, makeToy } from './toy.js'
import { build, bundle, docker, must, remove, type Workshop } from './workshop.js'

/** Of a check that rebuilds nothing. */
const NOTHING_CHANGED_SECONDS = 3
const OVERHEAD = 1.05

/**
 * `reprogate check` on the production track, beside the same build and the same two evaluations by
 * hand; and a check on the exploratory track that has nothing to rebuild.
 *
 * @param seconds of one core that one evaluation takes
 * @param aimed whether the goal is about evaluations that long
 */
export async function benchGate(
  shop: Workshop,
  { turns, seconds, aimed }: { turns: number; seconds: number; aimed: boolean },
): Promise<Bench[]> {
  const cli = await access('dist/cli/index.js').then(
    () => join(process.cwd(), 'dist/cli/index.js'),
    () => bundle(shop, 'src/cli.ts'),
  )
  const rounds = await calibrate(shop, seconds)
  shop.log(`recording a model whose evaluation takes about ${seconds} s`)
  const toy = await makeToy(shop, rounds)
  const reprogate = (args: readonly string[]) =>
    must(shop.run, [process.execPath, cli, ...args], { cwd: toy.folder })
  await reprogate(['record', 'toy', '--push', `${shop.registry}/reprogate-bench`])
  const image = await toy.commitRecord()
  const byHand = join(shop.folder, 'by-hand')
  await cp(toy.folder, byHand, { recursive: true })

  const runs: Pair[] = []
  const own: Pair[] = []
  const parts: Record<string, number>[] = []
  try {
    for (let turn = 1; turn <= turns; turn++) {
      const floor = await timed(() => buildAndEvaluate(shop, byHand))
      await remove(shop, ['image', 'rm', '--', floor.value])
      // As on a fresh runner: the pinned image has to be pulled.
      await remove(shop, ['image', 'rm', '--', image])
      const ours = await timed(() => reprogate(['check', 'toy', '--track', 'production', '--json']))
      const model = reproduced(ours.value.stdout)
      const split = partsOf(model, ours.seconds)
      runs.push({ floor: floor.seconds, ours: ours.seconds })
      own.push({ floor: split['its build']! + split['its two replays']!, ours: ours.seconds })
      parts.push(split)
      shop.log(
        `gate, turn ${turn} of ${turns}: ${floor.seconds.toFixed(1)} s by hand, ${ours.seconds.toFixed(1)} s ours`,
      )
    }
    const unchanged: number[] = []
    for (let turn = 0; turn < 5; turn++) {
      const { seconds: took, value } = await timed(() => reprogate(['check', 'toy', '--json']))
      const model = modelOf(value.stdout)
      if (model.decision !== 'pass' && model.decision !== 'warn')
        throw new Error(`not as recorded: ${value.stdout.toString()}`)
      unchanged.push(took)
    }
    const goal = aimed ? OVERHEAD : null
    const details = medians(parts)
    const evaluation = Math.round(details['its two replays']! / 2)
    return [
      ratioBench(
        {
          name: `gate around a build and an evaluation of ${evaluation} s`,
          unit: 's',
          sides: {
            floor: '`docker build --no-cache --pull` and two `docker run`, because the gate replays twice',
            ours: '`reprogate check` of the bundle: the same build, the pinned image pulled, both compared, two replays',
          },
        },
        runs,
        { atMost: goal, least: 1, details },
      ),
      ratioBench(
        {
          name: 'the same, beside the build and the replays inside it',
          unit: 's',
          sides: {
            floor: 'seconds of the build and the two replays, as the report of the same check says',
            ours: 'seconds of that check: what is more is the gate’s own',
          },
        },
        own,
        { atMost: goal, least: 1 },
      ),
      plainBench(
        {
          name: 'check with nothing to rebuild (exploratory)',
          unit: 's',
          sides: { floor: 'none', ours: '`reprogate check`: start, git, record, data hashed again' },
        },
        unchanged,
        NOTHING_CHANGED_SECONDS,
      ),
    ]
  } finally {
    await remove(shop, ['image', 'rm', '--', image])
  }
}

/** What a person does instead of the gate. @returns the image */
async function buildAndEvaluate(shop: Workshop, folder: string): Promise<string> {
  const image = await build(shop, folder, ['--no-cache', '--pull', '--build-arg', `BASE=${shop.base}`])
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
  for (let turn = 0; turn < 2; turn++) {
    const mount = ['--volume', `${folder}:/workspace`, '--workdir', '/workspace', '--user', user]
    await docker(shop, ['run', '--rm', '--network', 'none', ...mount, '--', image, 'python3', 'evaluate.py'])
  }
  return image
}

function modelOf(stdout: Buffer): ModelReport {
  const model = (JSON.parse(stdout.toString()) as Report).models[0]
  if (!model) throw new Error(`no model was checked: ${stdout.toString()}`)
  return model
}

/** A gate that did not do its work has no time to compare. */
function reproduced(stdout: Buffer): ModelReport {
  const model = modelOf(stdout)
  if (model.verdict === 'reproduced') return model
  throw new Error(`the bench's model was not reproduced: ${JSON.stringify(model.findings, null, 2)}`)
}

/** Where the seconds of one check went. */
function partsOf(model: ModelReport, total: number): Record<string, number> {
  const stage = (name: string) => model.stages.find((one) => one.name === name)?.seconds ?? 0
  const build = model.evidence.environment?.buildSeconds ?? 0
  const replays = (model.evidence.evaluation?.replays ?? []).reduce((sum, seconds) => sum + seconds, 0)
  const staged = model.stages.reduce((sum, { seconds }) => sum + seconds, 0)
  return {
    'its build': build,
    'its two replays': replays,
    'provenance and data': stage('provenance') + stage('data'),
    'pull, read and compare images': stage('environment') - build,
    'around the replays': stage('evaluation') - replays,
    'start, git and cleaning up': total - staged,
  }
}
