import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon } from './daemon.js'
import { canInstall, docker, freePort, install, isInstalled, until, type Log } from './system.js'

/** Any will do; a stable one makes the references of one run like those of the next. */
const PORT = 5055

export interface Registry {
  /** `127.0.0.1:PORT` */
  host: string
  /** Copies what is stored now into a folder, to begin with another time; false where that cannot be done. */
  save(folder: string): Promise<boolean>
  /** Ends it, and removes what was pushed. */
  stop(): Promise<void>
}

/**
 * An image registry on loopback, which needs no TLS: only what is in a registry has a digest to pin.
 *
 * It is Debian's package where that is there or can be installed, and the registry's own image elsewhere.
 *
 * @param saved a folder that `save` has written, to begin with
 */
export async function startRegistry(saved: string | undefined, log: Log): Promise<Registry> {
  const host = `127.0.0.1:${await freePort(PORT)}`
  const answers = () =>
    fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    )
  if (!isInstalled('docker-registry') && canInstall()) await install(['docker-registry'], log)
  return isInstalled('docker-registry') ? fromPackage(host, saved, answers) : fromImage(host, answers)
}

type Answers = () => Promise<boolean>

async function fromPackage(host: string, saved: string | undefined, answers: Answers): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), 'reprogate-registry-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const storage = join(folder, 'storage')
  try {
    if (saved !== undefined) await cp(saved, storage, { recursive: true })
    const config = join(folder, 'config.yml')
    // The packaged configuration asks for a password. JSON is YAML.
    const settings = {
      version: '0.1',
      storage: { filesystem: { rootdirectory: storage } },
      http: { addr: host },
    }
    await writeFile(config, JSON.stringify(settings))
    const end = await startDaemon(['docker-registry', 'serve', config], join(folder, 'log'), answers)
    return {
      host,
      save: (to) => cp(storage, to, { recursive: true }).then(() => true),
      stop: () => end().then(remove),
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function fromImage(host: string, answers: Answers): Promise<Registry> {
  const name = `reprogate-registry-${randomUUID()}`
  await docker('run', '-d', '--rm', '--name', name, '-p', `${host}:5000`, 'registry:2')
  const stop = async () => void (await docker('rm', '-f', '-v', name))
  if (await until(answers, 30_000)) return { host, save: () => Promise.resolve(false), stop }
  await stop()
  throw new Error(
    'The image registry did not start: install docker-registry, or let the engine pull registry:2.',
  )
}
