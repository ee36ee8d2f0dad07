import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ReprogateError } from '../../system/errors.js'
import { showText } from '../../text/latin1.js'
import { hashesSchema } from '../../verdict/evidence.js'
import { ECOSYSTEMS } from '../packages/index.js'
import { BATCH, sortNumbers, type Pause } from '../pause.js'
import type { Entries, Entry } from './entries.js'
import {
  byText,
  combineHashes,
  entryText,
  hashConfig,
  hashPackages,
  platformOf,
  sortPackages,
} from './hash.js'
import type { Manifest } from './manifest.js'
import { RULESET } from './normalise.js'

/**
 * The manifest that is kept beside a record, so that a rebuild can be judged when the image is gone.
 * Files are kept as one short digest per folder: enough to say where, small enough to commit.
 */
export const MANIFEST_CAP = 16 * 1024 * 1024

const texts = z.array(z.string())
const manifestFileSchema = z.strictObject({
  reprogate: z.literal('manifest/1'),
  ruleset: z.literal(RULESET),
  platform: z.string(),
  image: z.string(),
  hashes: hashesSchema,
  files: z.int().nonnegative(),
  config: z.strictObject({
    os: z.string(),
    arch: z.string(),
    variant: z.string(),
    env: texts,
    entrypoint: texts,
    cmd: texts,
    user: z.string(),
    workingDir: z.string(),
    shell: texts,
    volumes: texts,
    exposedPorts: texts,
    stopSignal: z.string(),
  }),
  packages: z.array(
    z.strictObject({
      ecosystem: z.enum(ECOSYSTEMS.map(({ type }) => type)),
      name: z.string(),
      version: z.string(),
      arch: z.string(),
      root: z.string(),
    }),
  ),
  /** Path of the folder and the first 16 hex digits of `folderDigests`. */
  folders: z.array(z.tuple([z.string(), z.string().regex(/^[0-9a-f]{16}$/)])),
})
export type ManifestFile = z.infer<typeof manifestFileSchema>

/** The folder that an entry counts for: itself if it is one, else the one that it lies in. */
const folderOf = (path: string, type: Entry['type']): string =>
  type === 'd' ? path : path.slice(0, Math.max(path.lastIndexOf('/'), 0))

/**
 * One digest per folder, of its own mode and owner and of its direct entries that are not folders: a
 * difference shows in the folder where it is, and in no other. By the folder's path as it is shown.
 */
export async function folderDigests(entries: Entries, pause: Pause): Promise<Map<string, string>> {
  const folders = new Map<string, number>()
  const numbers = new Uint32Array(entries.size)
  for (let at = 0; at < entries.size; at++) {
    const folder = folderOf(entries.pathAt(at), entries.at(at).type)
    const number = folders.get(folder) ?? folders.size
    folders.set(folder, number)
    numbers[at] = number
    if (at % BATCH === 0) await pause()
  }
  // What lies in a folder is not in one piece in the order of paths: `a`, `a/b`, `a/b/c`, `a/d`.
  const byFolder = await sortNumbers(entries.size, (a, b) => numbers[a]! - numbers[b]!, pause)
  const digests = new Map<string, string>()
  let done = 0
  for (const [folder, number] of folders) {
    const hash = createHash('sha256')
    for (let at = byFolder[done]; at !== undefined && numbers[at] === number; at = byFolder[++done]) {
      hash.update(entryText(entries.pathAt(at), entries.at(at)), 'latin1')
      if (done % BATCH === 0) await pause()
    }
    digests.set(showText(folder), hash.digest('hex').slice(0, 16))
  }
  return digests
}

/** What is kept of an image that can be pulled as `image`, or that was built here and has this id. */
export async function toManifestFile(manifest: Manifest, image: string, pause: Pause): Promise<ManifestFile> {
  return {
    reprogate: 'manifest/1',
    ruleset: manifest.ruleset,
    platform: manifest.platform,
    image,
    hashes: manifest.hashes,
    files: manifest.entries.files,
    config: manifest.config,
    packages: manifest.packages,
    folders: [...(await folderDigests(manifest.entries, pause))].sort(([a], [b]) => byText(a, b)),
  }
}

/** JSON with a line for each package and each folder, so that a change of it can be reviewed. */
export function formatManifestFile(file: ManifestFile): string {
  const rows = (values: readonly unknown[]) =>
    values.length === 0
      ? '[]'
      : `[\n${values.map((value) => `    ${JSON.stringify(value)}`).join(',\n')}\n  ]`
  const { packages, folders, ...head } = file
  return `${JSON.stringify(head, null, 2).replace(/\n\}$/, '')},
  "packages": ${rows(packages)},
  "folders": ${rows(folders)}
}
`
}

const malformed = (what: string) =>
  new ReprogateError('manifest/malformed', `the environment manifest cannot be used: ${what}`)

/**
 * Reads a manifest and checks it against itself: its packages, its config and its total have to give
 * the hashes that it states.
 *
 * @throws ReprogateError `manifest/malformed`
 */
export function parseManifestFile(text: string): ManifestFile {
  if (Buffer.byteLength(text) > MANIFEST_CAP) throw malformed('it is larger than 16 MiB')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw malformed('it is not JSON')
  }
  const parsed = manifestFileSchema.safeParse(json)
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error).slice(0, 500))
  const file = parsed.data
  const { hashes } = file
  const contradiction = [
    [hashes.packages, hashPackages(file.packages), 'its packages'],
    [hashes.config, hashConfig(file.config), 'its settings'],
    [hashes.environment, combineHashes(hashes).environment, 'its parts'],
    [file.platform, platformOf(file.config), 'its settings'],
  ].find(([stated, computed]) => stated !== computed)
  if (contradiction)
    throw malformed(`it states ${contradiction[0]}, ${contradiction[2]} give ${contradiction[1]}`)
  return { ...file, packages: sortPackages(file.packages) }
}
