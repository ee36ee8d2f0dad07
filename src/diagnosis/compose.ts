import { createHash, randomUUID } from 'node:crypto'
import { closeSync, createReadStream, createWriteStream, openSync, readSync, writeSync } from 'node:fs'
import { appendFile, rm, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { finished, pipeline } from 'node:stream/promises'
import { lastLineOf, wholeOutput } from '../engine/docker.js'
import type { EngineContext } from '../engine/engine.js'
import { cleanPath } from '../environment/manifest/tree.js'
import { ReprogateError } from '../system/errors.js'
import type { LayerPlan } from './layer.js'
import type { Kept, Store } from './store.js'
import { padding, TAR_END, tarHeader, type TarEntry } from './tar-writer.js'

/** An image over which a layer is put. */
export interface ComposeBase {
  id: string
  /** Set, or taken away if undefined, over the image's own. */
  variables: Readonly<Record<string, string | undefined>>
}

const MINUTE_MS = 60_000

/**
 * Makes an image of another one and one layer more, by `docker load` of that layer alone: the engine has
 * the others, and finds them by their chain. Nothing is run and nothing fetched. The image has no name and
 * carries the label of this check; whoever asks for it removes it.
 *
 * Formats: https://github.com/moby/docker-image-spec/blob/main/spec.md (layers, whiteouts, `manifest.json`)
 *
 * @returns the id of the image
 * @throws ReprogateError `engine/failed` if the engine does not take it
 */
export async function composeImage(
  context: EngineContext,
  base: ComposeBase,
  plan: LayerPlan,
  store: Store,
): Promise<string> {
  const { engine, scratch } = context
  const layer = join(scratch, `layer-${randomUUID()}.tar`)
  const archive = join(scratch, `image-${randomUUID()}.tar`)
  try {
    writeLayer(layer, plan, store)
    const id = await writeArchive(archive, layer, await configOf(context, base))
    const result = await engine.docker(['load', '--quiet'], {
      input: createReadStream(archive),
      timeout: 10 * MINUTE_MS,
    })
    if (result.code === 0 && (await engine.inspect(id))) return id
    throw new ReprogateError(
      'engine/failed',
      `the engine took no composed image: ${lastLineOf(result.stderr)}`,
    )
  } finally {
    await rm(layer, { force: true })
    await rm(archive, { force: true })
  }
}

/** Whiteouts first: a file of the same name that comes later holds. */
function writeLayer(to: string, { folders, gone, files }: LayerPlan, store: Store): void {
  const [layer, bytes] = [openSync(to, 'wx', 0o600), openSync(store.file, 'r')]
  try {
    const write = (entry: TarEntry) => writeSync(layer, tarHeader(entry))
    for (const { path, entry } of folders) write({ ...entry, path, type: 'directory', link: '' })
    for (const path of gone) {
      const { dir, base } = posix.parse(path)
      write({ path: posix.join(dir, `.wh.${base}`), type: 'file', mode: 0o644 })
    }
    for (const { path, from } of files) {
      const kept = contentOf(store, from)
      if (!kept) continue
      const { header, offset } = kept
      // Devices and pipes are of no use to an evaluation.
      const type = TAKEN[header.type]
      if (type === undefined) continue
      write({ ...header, path, type })
      if (header.size > 0) copyRange(bytes, layer, { offset, size: header.size })
    }
    writeSync(layer, TAR_END)
  } finally {
    closeSync(layer)
    closeSync(bytes)
  }
}

const TAKEN: Partial<Record<Kept['header']['type'], TarEntry['type']>> = {
  file: 'file',
  symlink: 'symlink',
  directory: 'directory',
}

/** Of a hard link what it links to, which may not be in the layer. */
function contentOf({ entries }: Store, path: string): Kept | undefined {
  const kept = entries.get(path)
  return kept?.header.type === 'hardlink' ? entries.get(cleanPath(kept.header.link)) : kept
}

const CHUNK = 1024 * 1024

function copyRange(from: number, to: number, { offset, size }: { offset: number; size: number }): void {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size))
  for (let done = 0; done < size;) {
    const read = readSync(from, buffer, 0, Math.min(buffer.length, size - done), offset + done)
    if (read === 0) throw new Error('what was kept of an image is shorter than it was')
    writeSync(to, buffer, 0, read)
    done += read
  }
  writeSync(to, padding(size))
}

type Config = Record<string, unknown> & { Env?: string[] | null; Labels?: Record<string, string> | null }

interface Described {
  Architecture: string
  Os: string
  Variant?: string
  Config: Config
  RootFS: { Layers: string[] }
}

/** What the engine says of the base, with its variables changed and this check's label. */
async function configOf({ engine }: EngineContext, { id, variables }: ComposeBase): Promise<Described> {
  const result = await engine.docker(['image', 'inspect', '--format', '{{json .}}', '--', id], {
    timeout: MINUTE_MS,
  })
  if (result.code !== 0) throw new ReprogateError('engine/failed', lastLineOf(result.stderr))
  const described = JSON.parse(wholeOutput(result)) as Described
  const { Config } = described
  const kept = (Config.Env ?? []).filter((setting) => !Object.hasOwn(variables, setting.split('=', 1)[0]!))
  const set = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  const [label = '', owner = ''] = engine.label.split('=')
  const Labels = { ...Config.Labels, [label]: owner }
  return { ...described, Config: { ...Config, Env: [...kept, ...set], Labels } }
}

/** The archive that `docker load` takes: all layers are named, and the last alone is there. */
async function writeArchive(to: string, layer: string, base: Described): Promise<string> {
  const { Architecture, Os, Variant, Config, RootFS } = base
  const digest = await digestOf(layer)
  const layers = [...RootFS.Layers, `sha256:${digest}`]
  const config = JSON.stringify({
    architecture: Architecture,
    os: Os,
    ...(Variant && { variant: Variant }),
    created: '1970-01-01T00:00:00Z',
    config: Config,
    rootfs: { type: 'layers', diff_ids: layers },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z' })),
  })
  const id = createHash('sha256').update(config).digest('hex')
  const names = [...RootFS.Layers.map((_, index) => `have${index}`), 'delta.tar']
  const manifest = JSON.stringify([{ Config: `${id}.json`, RepoTags: null, Layers: names }])
  const { size } = await stat(layer)
  const handle = openSync(to, 'wx', 0o600)
  try {
    for (const [path, text] of [
      [`${id}.json`, config],
      ['manifest.json', manifest],
    ] as const) {
      const content = Buffer.from(text)
      writeSync(handle, tarHeader({ path, type: 'file', mode: 0o644, size: content.length }))
      writeSync(handle, content)
      writeSync(handle, padding(content.length))
    }
    writeSync(handle, tarHeader({ path: 'delta.tar', type: 'file', mode: 0o644, size }))
  } finally {
    closeSync(handle)
  }
  await pipeline(createReadStream(layer), createWriteStream(to, { flags: 'a' }))
  await appendFile(to, Buffer.concat([padding(size), TAR_END]))
  return `sha256:${id}`
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  const stream = createReadStream(file, { highWaterMark: 1024 * 1024 })
  stream.on('data', (chunk) => hash.update(chunk))
  await finished(stream)
  return hash.digest('hex')
}
