import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { cacheFolder, docker, run } from '../world/system.js'

export interface PackageIndex {
  /** One address, whatever is behind it today. */
  url: string
  /** Another day: from now on these packages are offered. */
  moveOn(requirements: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/**
 * A package index on loopback that offers the wheels of some releases as one tar. The engine fetches it
 * (`ADD <url>`), in the machine's own network.
 *
 * @param base an image with python3 and its venv module: the wheels are for its Python
 * @param requirements every package, as `name==version`
 */
export async function startPackageIndex(
  base: string,
  requirements: readonly string[],
): Promise<PackageIndex> {
  let offered = await wheelsFor(base, requirements)
  const server = createServer((request, response) => {
    if (request.url !== '/wheels.tar') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/x-tar', etag: `"${offered.split('/').at(-1)}"` })
    if (request.method === 'HEAD') response.end()
    else createReadStream(offered).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/wheels.tar`,
    moveOn: async (next) => {
      offered = await wheelsFor(base, next)
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Downloaded once, inside the base image, by its own pip. @returns a tar in the cache */
export async function wheelsFor(base: string, requirements: readonly string[]): Promise<string> {
  const key = createHash('sha256')
    .update([base.split('@')[1], ...requirements].join('\n'))
    .digest('hex')
    .slice(0, 16)
  const tar = join(await cacheFolder('wheels'), `${key}.tar`)
  if (existsSync(tar)) return tar
  const folder = await mkdtemp(join(dirname(tar), 'draft-'))
  try {
    const download =
      'python3 -m venv /tmp/venv && /tmp/venv/bin/pip download -q --no-deps --only-binary :all: -d /wheels "$@"'
    const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
    await docker(
      'run',
      '--rm',
      '--user',
      user,
      '-e',
      'HOME=/tmp',
      '-v',
      `${folder}:/wheels`,
      base,
      'sh',
      '-c',
      download,
      'sh',
      ...requirements,
    )
    await run(['tar', '-cf', join(folder, 'wheels.tar'), '-C', folder, '--exclude', './wheels.tar', '.'])
    await rename(join(folder, 'wheels.tar'), tar)
    return tar
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
