import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ReprogateError } from '../../system/errors.js'
import { showText } from '../../text/latin1.js'
import { hashesSchema } from '../../verdict/evidence.js'
import { ECOSYSTEMS } from '../packages/index.js'
import {
  byText,
  combineHashes,
  entryText,
  hashConfig,
  hashPackages,
  platformOf,
  sortPackages,
} from './hash.js'
import { countFiles, type Entry, type Manifest } from './manifest.js'
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

const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0))

/**
 * One digest per folder, of its own mode and owner and of its direct entries that are not folders: a
 * difference shows in the folder where it is, and in no other.
 */
export function folderDigests(entries: ReadonlyMap<string, Entry>): Map<string, string> {
  const folders = new Map<string, string[]>()
  for (const path of [...entries.keys()].sort(byText)) {
    const entry = entries.get(path)!
    const folder = entry.type === 'd' ? path : parentOf(path)
    const texts = folders.get(folder)
    const text = entryText(path, entry)
    if (texts) texts.push(text)
    else folders.set(folder, [text])
  }
  return new Map(
    [...folders].map(([path, texts]) => [
      showText(path),
      createHash('sha256').update(texts.join(''), 'latin1').digest('hex').slice(0, 16),
    ]),
  )
}

/** What is kept of an image that can be pulled as `image`, or that was built here and has this id. */
export function toManifestFile(manifest: Manifest, image: string): ManifestFile {
  return {
    reprogate: 'manifest/1',
    ruleset: manifest.ruleset,
    platform: manifest.platform,
    image,
    hashes: manifest.hashes,
    files: countFiles(manifest.entries),
    config: manifest.config,
    packages: manifest.packages,
    folders: [...folderDigests(manifest.entries)].sort(([a], [b]) => byText(a, b)),
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
