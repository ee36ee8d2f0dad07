/**
 * Measures what the gate costs, each beside the floor that it cannot go below, in one run.
 * Nothing is asserted: a missed goal is shown as missed. Progress goes to standard error.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findEngine } from '../src/engine/find.js'
import { ReprogateError } from '../src/system/errors.js'
import { createRunner } from '../src/system/process.js'
import { renderScores, scoreCanary } from './bench/canary/score.js'
import { renderFound, scoreCauses } from './bench/cause/score.js'
import { benchData } from './bench/data.js'
import { benchEntries } from './bench/entries.js'
import { benchGate } from './bench/gate.js'
import { benchImage } from './bench/image.js'
import { renderTable, type Machine } from './bench/table.js'
import { docker, type Workshop } from './bench/workshop.js'

const HELP = `Measures what reprogate costs, beside what the same takes by hand.

  npm run bench                  about half an hour
  npm run bench -- --quick       one turn each, a small image, an evaluation of 10 s: shows that it runs, not how fast
  npm run bench -- image         only describing an image: seconds and memory
  npm run bench -- data          only hashing data
  npm run bench -- entries       only describing a stream of three million entries: seconds and memory
  npm run bench -- gate          only the gate around a build and an evaluation
  npm run bench -- canary        no time is measured: what replays on altered inputs say of honest evaluations and of cheats
  npm run bench -- cause         which cause is named for each that is planted, after how many replays
  npm run bench -- --json        one JSON object: {machine, benches: [{name, unit, floor, ours, ratio, goal, met, runs}]}

Needs a container engine and a Debian base with Python; it finds or makes both, as the demo does.
Exit code 0 when all was measured, also where a goal was missed.
`
/** What the goals are about: an image of more than 500 MB, as many entries as are read at all, an evaluation of a minute. */
const FULL = {
  image: { turns: 5, mebibytes: 600, times: 4, aimed: true },
  data: { turns: 5, files: 20_000, mebibytes: 500, aimed: true },
  entries: { turns: 3, entries: 3_000_000, aimed: true },
  gate: { turns: 3, seconds: 60, aimed: true },
}
const QUICK = {
  image: { turns: 1, mebibytes: 1, times: 2, aimed: false },
  data: { turns: 1, files: 100, mebibytes: 1, aimed: false },
  entries: { turns: 1, entries: 100_000, aimed: false },
  gate: { turns: 1, seconds: 10, aimed: false },
}
const BENCHES = ['image', 'data', 'entries', 'gate', 'canary', 'cause'] as const

async function machineOf(shop: Workshop): Promise<Machine> {
  const format = '{{.Server.Version}}'
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: Math.round(totalmem() / 1024 ** 3),
    load: loadavg()[0]!,
    node: process.version,
    engine: (await docker(shop, ['version', '--format', format])).stdout.toString().trim(),
    builder: shop.engine.builder,
  }
}

/** The world of the tests that this runs in, or one of its own. */
async function worldOf(log: (line: string) => void) {
  const { REPROGATE_TEST_BASE: base, REPROGATE_TEST_REGISTRY: registry } = process.env
  if (base && registry) return { base, registry, stop: async () => {} }
  const { startWorld } = await import('./world.js')
  return startWorld({ log })
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      only: { type: 'string' },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const unknown = positionals.find((name) => !BENCHES.some((bench) => bench === name))
  if (unknown !== undefined) throw new Error(`no bench is called ${unknown}: ${BENCHES.join(', ')}`)
  const wanted = (name: (typeof BENCHES)[number]) => positionals.length === 0 || positionals.includes(name)

  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => abort.abort(new Error('cancelled')))
  const log = (line: string) => void process.stderr.write(`${line}\n`)
  const run = createRunner(abort.signal)
  const world = await worldOf(log)
  const folder = await mkdtemp(join(tmpdir(), 'reprogate-bench-'))
  try {
    const { base, registry } = world
    const shop: Workshop = { run, engine: await findEngine(run), base, registry, folder, log }
    if (positionals.includes('canary')) {
      const scores = await scoreCanary(shop, { nonces: values.quick ? 1 : 5, only: values.only })
      return void process.stdout.write(
        values.json ? `${JSON.stringify(scores, null, 2)}\n` : renderScores(scores),
      )
    }
    if (positionals.includes('cause')) {
      const found = await scoreCauses(shop, values.only)
      return void process.stdout.write(
        values.json ? `${JSON.stringify(found, null, 2)}\n` : renderFound(found),
      )
    }
    const machine = await machineOf(shop)
    const size = values.quick ? QUICK : FULL
    const benches = [
      ...(wanted('image') ? await benchImage(shop, size.image) : []),
      ...(wanted('data') ? await benchData(shop, size.data) : []),
      ...(wanted('entries') ? await benchEntries(shop, size.entries) : []),
      ...(wanted('gate') ? await benchGate(shop, size.gate) : []),
    ]
    process.stdout.write(
      values.json ? `${JSON.stringify({ machine, benches }, null, 2)}\n` : renderTable(machine, benches),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
    await world.stop()
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  if (error instanceof ReprogateError) process.stderr.write(`  Fix: ${error.remedy}\n`)
  process.exitCode = 1
})
