/**
 * What the tests and the demo need around them: an engine, an image registry on loopback and a base image.
 *
 * `npx tsx scripts/world.ts` starts it, prints it as one line of JSON, and holds it until standard input ends.
 */
import { pathToFileURL } from 'node:url'
import { findBase, keptBase } from './world/base.js'
import { startEngine } from './world/engine.js'
import { startRegistry } from './world/registry.js'
import { attempt, type Log } from './world/system.js'

export interface World {
  /** A Debian image with python3 and python3-venv, by digest. */
  base: string
  /** `127.0.0.1:PORT` */
  registry: string
  /** Ends what was started, in the opposite order; the cache stays. */
  stop(): Promise<void>
}

/**
 * Uses what is there, installs and starts what is missing; the second time is faster.
 *
 * @throws Error that says what to do where something can neither be found nor had
 */
export async function startWorld({ log }: { log: Log }): Promise<World> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    stops.push(await startEngine(log))
    const kept = await keptBase()
    const registry = await startRegistry(kept.digest && kept.storage, log)
    stops.push(registry.stop)
    // The engine is left as it was: whatever came through this registry goes with it.
    const before = await images()
    stops.push(async () => {
      const isOurs = (image: string) => image.startsWith(`${registry.host}/`) && !before.includes(image)
      const ours = (await images()).filter(isOurs)
      if (ours.length > 0) await attempt(['docker', 'rmi', ...ours])
    })
    const base = await findBase(registry, kept, log)
    return { base, registry: registry.host, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Every name that the engine has for an image, by tag or by digest. */
async function images(): Promise<string[]> {
  const format = '{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}'
  const { stdout } = await attempt(['docker', 'images', '--digests', '--format', format])
  return [...new Set(stdout.toString().split(/\s+/))].filter(
    (name) => name !== '' && !name.includes('<none>'),
  )
}

async function hold(): Promise<void> {
  const world = await startWorld({ log: (line) => process.stderr.write(`world: ${line}\n`) })
  const over = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    process.stdin.once('end', () => resolve()).resume()
  })
  process.stdout.write(`${JSON.stringify({ base: world.base, registry: world.registry })}\n`)
  await over
  await world.stop()
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await hold().then(
    () => process.exit(0),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`)
      process.exit(1)
    },
  )
