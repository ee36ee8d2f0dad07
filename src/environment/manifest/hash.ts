import { createHash } from 'node:crypto'
import type { Image } from '../../engine/image.js'
import { packageKey, type Package } from '../packages/package.js'
import { BATCH, type Pause } from '../pause.js'
import type { Entries, Entry } from './entries.js'
import type { Hashes, ImageConfig } from './manifest.js'
import { RULESET } from './normalise.js'

/** Engines put this PATH in when the image has none; BuildKit writes it into the image, the classic builder does not. */
const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const envName = (setting: string): string => setting.split('=', 1)[0]!

/** Sorted by code unit, the same on every machine. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Brings what the engine says about an image into the form that is hashed. */
export function imageConfig({ Os, Architecture, Variant, Config }: Image): ImageConfig {
  const env = new Map([DEFAULT_PATH, ...Config.Env].map((setting) => [envName(setting), setting]))
  return {
    os: Os,
    arch: Architecture,
    variant: Variant,
    env: [...env.values()].sort(byText),
    entrypoint: Config.Entrypoint,
    cmd: Config.Cmd,
    user: Config.User,
    workingDir: Config.WorkingDir || '/',
    shell: Config.Shell,
    volumes: Config.Volumes,
    exposedPorts: Config.ExposedPorts,
    stopSignal: Config.StopSignal,
  }
}

export const platformOf = ({ os, arch, variant }: ImageConfig): string =>
  [os, arch, ...(variant ? [variant] : [])].join('/')

const sha256 = (data: string, encoding: BufferEncoding = 'utf8'): string =>
  createHash('sha256').update(data, encoding).digest('hex')

/** One entry of the tree as it is hashed: eight fields, each ended by a zero byte. Latin1 text. */
export const entryText = (path: string, entry: Entry): string =>
  [
    path,
    entry.type,
    entry.mode.toString(8),
    entry.uid,
    entry.gid,
    entry.link,
    entry.digest,
    entry.xattrs,
    '',
  ].join('\0')

/** All entries in the order of their paths. */
export async function hashTree(entries: Entries, pause: Pause): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < entries.size; at++) {
    hash.update(entryText(entries.pathAt(at), entries.at(at)), 'latin1')
    if (at % BATCH === 0) await pause()
  }
  return `sha256:${hash.digest('hex')}`
}

/** Canonical JSON: the keys in the order of `ImageConfig`, whatever order they came in. */
export function hashConfig(config: ImageConfig): string {
  const { os, arch, variant, env, entrypoint, cmd, user, workingDir, ...rest } = config
  const { shell, volumes, exposedPorts, stopSignal } = rest
  const values = [os, arch, variant, env, entrypoint, cmd, user, workingDir]
  return `sha256:${sha256(JSON.stringify([...values, shell, volumes, exposedPorts, stopSignal]))}`
}

const packageText = (p: Package): string => `${p.ecosystem}\0${p.name}\0${p.version}\0${p.arch}\0${p.root}\0`

export const sortPackages = (packages: readonly Package[]): Package[] =>
  [...packages].sort((a, b) => byText(packageKey(a), packageKey(b)) || byText(a.version, b.version))

export function hashPackages(packages: readonly Package[]): string {
  return `sha256:${sha256(packages.map(packageText).sort(byText).join(''), 'latin1')}`
}

/** `env-v1`: sha256 over the ruleset's name and the three parts, each ended by a zero byte. */
export function combineHashes({ tree, config, packages }: Omit<Hashes, 'environment'>): Hashes {
  const total = sha256([RULESET, tree, config, packages, ''].join('\0'))
  return { environment: `${RULESET}:sha256:${total}`, tree, config, packages }
}
