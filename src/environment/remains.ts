import type { Engine } from '../engine/engine.js'
import type { BuildLog } from './build-log.js'

/** What a build leaves on the engine. */
export interface Remains {
  /** Says under which id the build has left its image. */
  built(id: string): void
  /** Removes the image and what was made on the way; also after the check was cancelled. */
  remove(): Promise<void>
}

/**
 * Call it before the build. The log says which images and containers the build makes, and so can
 * whatever a step prints: only what was not there before is removed.
 *
 * @throws ReprogateError `engine/failed`, `output/truncated`
 */
export async function remainsOf(engine: Engine, log: BuildLog): Promise<Remains> {
  const before = { images: await engine.ids('images'), containers: await engine.ids('containers') }
  let built: string | undefined
  const made = async (of: 'images' | 'containers', named: Iterable<string>) =>
    madeSince(before[of], await engine.ids(of), [...named])
  return {
    built: (id) => {
      built = id
    },
    remove: async () => {
      // A build that came to an end has removed its containers itself.
      const containers = built === undefined ? await made('containers', log.containers) : []
      if (containers.length > 0) await engine.cleanup(['rm', '--force', '--volumes', '--', ...containers])
      // The last image first: removing it takes the layers along that it alone was built on.
      if (built !== undefined && !before.images.has(built)) await engine.removeImage(built)
      for (const id of await made('images', [...log.images].reverse())) await engine.removeImage(id)
    },
  }
}

/** Full ids of what is named, by the beginning of its id, and was not there before; in the order of `named`. */
export function madeSince(
  before: ReadonlySet<string>,
  now: ReadonlySet<string>,
  named: readonly string[],
): string[] {
  const made = [...now].filter((id) => !before.has(id))
  const isNamed = (id: string, name: string) => id.startsWith(name) || id.startsWith(`sha256:${name}`)
  return [...new Set(named.flatMap((name) => made.filter((id) => isNamed(id, name))))]
}
