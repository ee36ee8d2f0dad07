import { cpus } from 'node:os'
import type { Engine } from '../engine/engine.js'
import type { Machine } from '../verdict/machine.js'

/** Where replays run: the engine's platform and version, and the processors of this machine. */
export async function machineHere(engine: Pick<Engine, 'platform' | 'cleanup'>): Promise<Machine> {
  const processors = cpus()
  const version = await engine.cleanup(['version', '--format', '{{.Server.Version}}'])
  const text = version?.code === 0 ? version.stdout.toString().trim().slice(0, 200) : ''
  return {
    ...(processors[0] && { cpu: processors[0].model.trim().slice(0, 200), cores: processors.length }),
    platform: engine.platform,
    ...(text !== '' && { engine: text }),
  }
}
