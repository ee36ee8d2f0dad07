import { basename, dirname, join } from 'node:path/posix'
import { LOCK_FORMATS, lockFormatOf } from './index.js'

const SERVES =
  /(?:^|\/)(?:(?:flask_|fastapi_)?app|api|serving|deploy(?:ment)?|web(?:app)?|dashboard|frontend|backend|prediction_service|airflow|monitoring)\//i
const OF_DEVELOPERS = /(?:^|[-_./])(?:dev|test|tests|lint|ci|actions?|docs?|rtd)(?:[-_./]|$)/i
/** Copies of other projects, and of what runs left. */
const NOT_OURS = /(?:^|\/)(?:node_modules|vendor|third_party|site-packages|latest-run|mlruns|artifacts?)\//
const USUAL = /^(?:(?:src|docker|envs?|requirements|binder|\.binder|conda)\/)?[^/]+$/

/** Where the environment file of a model is looked for. */
export interface LockWish {
  /** The model's folder, '.' for the top. */
  folder: string
  /** Files that the Dockerfile or the README installs, as written: each beats a usual name. */
  installed: readonly string[]
}

/** Smaller is better. undefined: it is none of the model's. */
function lockRole(path: string, { folder, installed }: LockWish): number | undefined {
  if (NOT_OURS.test(path)) return undefined
  const ways = installed.flatMap((file) => [join(file), join(folder, file)])
  if (ways.includes(path)) return 0
  if (OF_DEVELOPERS.test(basename(path)) || OF_DEVELOPERS.test(dirname(path))) return undefined
  const serves = SERVES.test(path) || basename(path) === 'cog.yaml'
  const inside = folder !== '.' && path.startsWith(`${folder}/`)
  const own = inside ? path.slice(folder.length + 1) : path
  if (!USUAL.test(own)) return undefined
  return serves ? 4 : inside ? 1 : folder.startsWith(dirname(path)) ? 2 : 3
}

/**
 * The files that may say what the model's environment holds, the likeliest first: what is installed, then the
 * model's own, then those of the top; among equals what pins most. Files for developers are none; files for
 * serving come last.
 */
export function lockCandidates(files: readonly string[], wish: LockWish): string[] {
  return files
    .flatMap((path) => {
      const format = lockFormatOf(path)
      const role = format === undefined ? undefined : lockRole(path, wish)
      return format === undefined || role === undefined
        ? []
        : [{ path, role, rank: LOCK_FORMATS.indexOf(format) }]
    })
    .sort((a, b) => a.role - b.role || a.rank - b.rank || a.path.length - b.path.length)
    .map(({ path }) => path)
}
