import { randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EngineContext } from '../../../src/engine/engine.js'
import type { Manifest } from '../../../src/environment/manifest/manifest.js'
import { readImage } from '../../../src/environment/manifest/read.js'
import { wheelsFor } from '../../demo/package-index.js'
import { attempt, docker } from '../../world/system.js'
import type { Contents, Planted } from './planted.js'

const NUMPY = 'numpy==2.1.3'
const DEBIAN = 'python3-sklearn python3-torch'

/** Images of the family: what several members share is made and described once. */
export class Images {
  private readonly made = new Map<string, Promise<string>>()
  private readonly described = new Map<string, Promise<Manifest>>()

  constructor(private readonly base: string) {}

  /** @returns the id of an image with these contents over the base */
  with(contents: Contents, needs: Planted['needs']): Promise<string> {
    return this.once(JSON.stringify([contents, needs]), async () => {
      const lines = [
        'COPY root/ /',
        ...Object.entries(contents.env ?? {}).map(([name, value]) => `ENV ${name}=${value}`),
        ...(contents.run ?? []).map((step) => `RUN ${step}`),
      ]
      return this.build(await this.from(needs), lines, (folder) => writeAll(join(folder, 'root'), contents))
    })
  }

  manifest(context: EngineContext, id: string): Promise<Manifest> {
    const known =
      this.described.get(id) ?? context.engine.inspect(id).then((image) => readImage(context, image!))
    this.described.set(id, known)
    return known
  }

  async remove(): Promise<void> {
    for (const id of (await Promise.allSettled(this.made.values())).reverse())
      if (id.status === 'fulfilled') await attempt(['docker', 'image', 'rm', '--force', id.value])
  }

  private once(key: string, make: () => Promise<string>): Promise<string> {
    const known = this.made.get(key) ?? make()
    this.made.set(key, known)
    return known
  }

  private from(needs: Planted['needs']): Promise<string> | string {
    if (needs === undefined) return this.base
    if (needs === 'numpy')
      return this.once(needs, () =>
        this.build(
          this.base,
          [
            'ADD wheels.tar /tmp/wheels/',
            'RUN python3 -m zipfile -e /tmp/wheels/numpy*.whl /opt/python && chmod -R a+rX /opt/python',
            'ENV PYTHONPATH=/opt/python',
          ],
          async (folder) => cp(await wheelsFor(this.base, [NUMPY]), join(folder, 'wheels.tar')),
        ),
      )
    return this.once(needs, () =>
      this.build(this.base, [
        `RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ${DEBIAN} >/dev/null`,
      ]),
    )
  }

  private async build(
    from: string,
    lines: readonly string[],
    fill: (folder: string) => Promise<void> = async () => {},
  ): Promise<string> {
    const folder = await mkdtemp('/tmp/reprogate-pair-')
    const name = `reprogate-family:${randomUUID()}`
    try {
      await fill(folder)
      await writeFile(join(folder, 'Dockerfile'), `${[`FROM ${from}`, ...lines].join('\n')}\n`)
      // Only an image with a tag is safe from others who tidy up.
      return await docker('build', '--quiet', '--network', 'host', '--tag', name, folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function writeAll(root: string, { files = {} }: Contents): Promise<void> {
  await mkdir(root, { recursive: true })
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
}
