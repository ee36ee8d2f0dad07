import type { Readable } from 'node:stream'
import type { Context } from '../system/context.js'
import type { RunOptions, RunResult } from '../system/process.js'
import type { Image } from './image.js'

export type Builder = 'buildx' | 'buildkit' | 'classic'

/** The environment is the engine's own. */
export type DockerOptions = Omit<RunOptions, 'env'>

export interface PullOptions {
  /** As `linux/amd64`; default the engine's own. */
  platform?: string | undefined
  /** Milliseconds; default an hour. */
  timeout?: number | undefined
  onLine?: ((line: string) => void) | undefined
}

/** A container engine, through its docker program. */
export interface Engine {
  /** The docker program. */
  readonly program: string
  /** The whole environment of the docker program: nothing in it is a secret of the job. */
  readonly env: NodeJS.ProcessEnv
  readonly builder: Builder
  /** Of the engine, as `linux/amd64`. */
  readonly platform: string
  /** What every container and temporary image of this check carries: `reprogate.check=<owner>`. */
  readonly label: string
  /** The same engine, for work that ends with `signal`. */
  until(signal: AbortSignal): Engine
  /** Runs docker with these arguments; a code other than 0 is a result. */
  docker(args: readonly string[], options?: DockerOptions): Promise<RunResult>
  /** As `docker`, but also after the check was cancelled, and never throwing: for what undoes things. */
  cleanup(args: readonly string[]): Promise<RunResult | null>
  /**
   * null: not on this engine.
   *
   * @throws ReprogateError `engine/failed`, `output/truncated`
   */
  inspect(reference: string): Promise<Image | null>
  /**
   * The full ids of all images or containers, whoever made them; also after the check was cancelled.
   *
   * @throws ReprogateError `engine/failed`, `output/truncated`
   */
  ids(of: 'images' | 'containers'): Promise<ReadonlySet<string>>
  pull(reference: string, options?: PullOptions): Promise<{ ok: true } | { ok: false; reason: string }>
  /**
   * What docker prints about it, the digest included.
   *
   * @throws ReprogateError `engine/failed`, `output/truncated`
   */
  push(reference: string, onLine?: (line: string) => void): Promise<string>
  /** @throws ReprogateError `engine/failed` */
  tag(id: string, reference: string): Promise<void>
  /** Removes a tag or an image that nothing else uses; silent if there is none. */
  removeImage(reference: string): Promise<void>
  /**
   * Streams the image's flattened file tree as a tar, through a container that is never started.
   *
   * @param timeout milliseconds; default an hour
   * @throws ReprogateError `engine/failed`
   */
  exportImage<T>(id: string, read: (tar: Readable) => Promise<T>, timeout?: number): Promise<T>
  /**
   * Removes every container of this check that is still there.
   *
   * @throws ReprogateError `engine/failed`, `output/truncated`
   */
  sweep(): Promise<void>
  /**
   * Removes containers, and images without a name, of checks of this machine that were killed, and of
   * any machine if no check lasts that long. What a running check or somebody else has is left alone.
   * Never throws.
   */
  sweepDead(): Promise<void>
}

/** What a check that builds or runs may touch. */
export interface EngineContext extends Context {
  readonly engine: Engine
}
