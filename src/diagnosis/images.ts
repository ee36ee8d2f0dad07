import { pauseFor } from '../environment/pause.js'
import type { EngineContext } from '../engine/engine.js'
import type { ImageCovers } from '../evaluation/sandbox.js'
import { composeImage } from './compose.js'
import { planLayer } from './layer.js'
import { keepPaths, type Store } from './store.js'
import type { ImageSide } from './trials.js'
import type { Pair, Unit, Units } from './units.js'

/** The two images, by id, and what is known of them. */
export interface TwoImages extends Pair {
  ids: Readonly<Record<ImageSide, string>>
}

/** Where a library is found that lies in a folder of its own; it goes along with what needs it. */
const LOADER_CACHE = 'etc/ld.so.cache'
const LIBRARY = /\.so(?:\.|$)/

const OTHER: Readonly<Record<ImageSide, ImageSide>> = { rebuild: 'pinned', pinned: 'rebuild' }

/** Makes images that are one of the two with some units of the other, and takes them away again. */
export class Mixer {
  private readonly stores = new Map<ImageSide, Promise<Store>>()

  constructor(
    private readonly context: EngineContext,
    private readonly images: TwoImages,
    private readonly units: Units,
  ) {}

  /** Does `work` with the id of such an image. @throws ReprogateError if it cannot be made */
  async with<T>(side: ImageSide, swapped: readonly Unit[], work: (image: string) => Promise<T>): Promise<T> {
    const { ids } = this.images
    if (swapped.length === 0) return work(ids[side])
    const image = await this.compose(side, swapped)
    try {
      return await work(image)
    } finally {
      await this.context.engine.removeImage(image)
    }
  }

  /** What is out of sight in any of them: what nobody has compared in one of the two. */
  covers(): ImageCovers {
    const { pinned, rebuilt } = this.images
    const both = (kind: keyof ImageCovers) => [...new Set([...pinned.covers[kind], ...rebuilt.covers[kind]])]
    return { folders: both('folders'), files: both('files'), open: both('open') }
  }

  private async compose(side: ImageSide, swapped: readonly Unit[]): Promise<string> {
    const { pinned, rebuilt, ids } = this.images
    const trees = { pinned, rebuild: rebuilt }
    const [base, donor] = [trees[side], trees[OTHER[side]]]
    const paths = new Set(swapped.flatMap((unit) => unit.paths))
    if (swapped.length === this.units.units.length) for (const path of this.units.traces) paths.add(path)
    else if ([...paths].some((path) => LIBRARY.test(path))) paths.add(LOADER_CACHE)
    const variables = Object.fromEntries(
      swapped.flatMap(({ variable }) =>
        variable === undefined
          ? []
          : [
              [
                variable,
                side === 'rebuild'
                  ? valueOf(pinned.config.env, variable)
                  : valueOf(rebuilt.config.env, variable),
              ],
            ],
      ),
    )
    return composeImage(
      this.context,
      { id: ids[side], variables },
      await planLayer(base, donor, paths, pauseFor(this.context.signal)),
      await this.store(OTHER[side]),
    )
  }

  /** Of everything that may have to be taken from an image; read when it is first needed. */
  private store(side: ImageSide): Promise<Store> {
    const known = this.stores.get(side)
    if (known) return known
    const wanted = new Set([
      ...this.units.units.flatMap(({ paths }) => paths),
      ...this.units.traces,
      LOADER_CACHE,
    ])
    const store = keepPaths(this.context, this.images.ids[side], wanted)
    this.stores.set(side, store)
    return store
  }
}

const valueOf = (env: readonly string[], name: string): string | undefined =>
  env.find((setting) => setting.startsWith(`${name}=`))?.slice(name.length + 1)
