import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Registry } from './registry.js'
import { attempt, cacheFolder, canInstall, docker, install, isInstalled, run, type Log } from './system.js'

const SLIM = 'python:3.11-slim-bookworm'
const HUB = 'https://registry-1.docker.io/v2/'
const SUITE = 'bookworm'
const PACKAGES = ['ca-certificates', 'python3', 'python3-venv']
/** What Debian's own slim images leave out. */
const SLIMMED = ['doc', 'info', 'locale', 'man'].map((name) => `path-exclude=/usr/share/${name}/*`)
const BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

/** What an earlier run has kept: a registry's storage with the base image, and its digest. */
export interface Kept {
  folder: string
  storage: string
  /** Undefined: nothing is kept yet. */
  digest: string | undefined
}

/** Another architecture, package list or certificate bundle makes another base. */
export async function keptBase(): Promise<Kept> {
  const hash = createHash('sha256').update([process.arch, SLIM, SUITE, ...PACKAGES, ...SLIMMED].join('\n'))
  if (existsSync(BUNDLE)) hash.update(await readFile(BUNDLE))
  const folder = join(await cacheFolder(), `base-${hash.digest('hex').slice(0, 16)}`)
  const note = join(folder, 'digest')
  const digest = existsSync(note) ? (await readFile(note, 'utf8')).trim() : undefined
  return { folder, storage: join(folder, 'registry'), digest }
}

/**
 * A Debian with Python and its venv module, by digest: `REPROGATE_BASE`; the one of an earlier run; the
 * slim Python image, where an image registry can be reached; or one made from Debian packages.
 *
 * All but the first are in the registry on loopback, so that a build that pulls always finds them.
 */
export async function findBase(registry: Registry, kept: Kept, log: Log): Promise<string> {
  const given = process.env.REPROGATE_BASE
  if (given) {
    if (/@sha256:[0-9a-f]{64}$/.test(given)) return given
    throw new Error(`REPROGATE_BASE must name an image by digest, <repository>@sha256:…, not ${given}.`)
  }
  const repository = `${registry.host}/base`
  const known = `${repository}@${kept.digest}`
  if (kept.digest !== undefined && (await attempt(['docker', 'pull', '-q', known])).code === 0) return known

  const image = `${repository}:${SUITE}`
  if (await hubAnswers()) {
    log(`pulling ${SLIM}`)
    await docker('pull', '-q', SLIM)
    await docker('tag', SLIM, image)
  } else await bootstrap(image, log)
  log(`pushing the base image to ${registry.host}`)
  await docker('push', '-q', image)
  const names = await docker('image', 'inspect', '--format', '{{json .RepoDigests}}', image)
  const reference = (JSON.parse(names) as string[]).find((name) => name.startsWith(`${repository}@`))
  if (reference === undefined) throw new Error(`The engine does not say which digest ${image} has.`)
  await keep(registry, kept, reference.slice(reference.indexOf('@') + 1))
  return reference
}

/** Whole or not at all: another run may be reading it. */
async function keep(registry: Registry, { folder }: Kept, digest: string): Promise<void> {
  const draft = await mkdtemp(`${folder}-`)
  try {
    if (!(await registry.save(join(draft, 'registry')))) return
    await writeFile(join(draft, 'digest'), `${digest}\n`)
    await rm(folder, { recursive: true, force: true })
    await rename(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** 401 is how it greets a stranger; a proxy that forbids it answers something else. */
const hubAnswers = (): Promise<boolean> =>
  fetch(HUB, { signal: AbortSignal.timeout(8000) }).then(
    ({ status }) => status === 401 || status === 200,
    () => false,
  )

async function bootstrap(image: string, log: Log): Promise<void> {
  if (!isInstalled('mmdebstrap')) {
    if (!canInstall())
      throw new Error(
        'No image registry can be reached, and no base image can be made here: set REPROGATE_BASE to a Debian image with python3 and python3-venv, by digest.',
      )
    await install(['mmdebstrap', 'debian-archive-keyring?'], log)
  }
  log(`making a base image from Debian packages (${SUITE}, ${PACKAGES.join(', ')})`)
  const folder = await mkdtemp(join(tmpdir(), 'reprogate-base-'))
  const tar = join(folder, 'base.tar')
  try {
    const options = [`--include=${PACKAGES.join(',')}`, ...SLIMMED.map((rule) => `--dpkgopt=${rule}`)]
    await run(['mmdebstrap', '--quiet', '--variant=minbase', ...options, SUITE, tar])
    const changes: string[] = []
    if (existsSync(BUNDLE)) {
      // Behind a proxy that inspects TLS, pip needs the certificates that this machine trusts.
      await run(['tar', '--delete', '-f', tar, `.${BUNDLE}`])
      await run(['tar', '-C', '/', '-rhf', tar, `.${BUNDLE}`])
      changes.push('-c', `ENV PIP_CERT=${BUNDLE}`)
    }
    await docker('import', ...changes, tar, image)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
