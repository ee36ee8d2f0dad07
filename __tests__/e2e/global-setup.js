import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * Starts what the tests need around them, unless the two variables already say where it is, and builds the
 * bundle that they run. The world lives in a child that ends with its standard input, whatever happens here.
 */
export default async function globalSetup() {
  if (!existsSync('dist/cli/index.js') || !existsSync('dist/index.js'))
    await ended(spawn('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] }))
  if (process.env.REPROGATE_TEST_BASE && process.env.REPROGATE_TEST_REGISTRY) return

  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/world.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  globalThis.reprogateWorld = { child, over: ended(child) }
  globalThis.reprogateWorld.over.catch(() => {})
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
    globalThis.reprogateWorld.over,
  ])
  const { base, registry } = JSON.parse(line)
  process.env.REPROGATE_TEST_BASE = base
  process.env.REPROGATE_TEST_REGISTRY = registry
}

const ended = (child) =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}`)),
    )
  })
