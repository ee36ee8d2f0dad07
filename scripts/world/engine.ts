import { join } from 'node:path'
import { startDaemon } from './daemon.js'
import { attempt, cacheFolder, canInstall, install, isInstalled, type Log } from './system.js'

const answers = async (): Promise<boolean> =>
  (await attempt(['docker', 'info'], { timeout: 15_000 })).code === 0

/**
 * An engine that answers: the one that runs, or Debian's, installed and started.
 *
 * @returns what stops an engine that was started here
 * @throws Error in one line that says what to do
 */
export async function startEngine(log: Log): Promise<() => Promise<void>> {
  if (await answers()) return async () => {}
  if (process.env.DOCKER_HOST)
    throw new Error(
      `No engine answers at DOCKER_HOST=${process.env.DOCKER_HOST}: start it, or unset DOCKER_HOST.`,
    )
  // A client alone is no engine: many machines have one.
  if (!isInstalled('dockerd')) {
    if (!canInstall())
      throw new Error(
        'No container engine answers: start Docker (`docker info` must work), or run this as root on Debian or Ubuntu, where it is installed for you.',
      )
    await install(['docker.io', 'docker-cli?', 'iptables', 'ca-certificates'], log)
    // Where there is an init system, the package has started it already.
    if (await answers()) return async () => {}
  }
  if (process.getuid?.() !== 0)
    throw new Error(
      'The Docker engine does not answer: start it (`sudo systemctl start docker`), join the group `docker`, or run this as root.',
    )
  log('starting the engine')
  return startDaemon(['dockerd'], join(await cacheFolder(), 'dockerd.log'), answers)
}
