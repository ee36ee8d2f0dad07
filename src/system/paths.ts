import { lstat, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'

export type Confined =
  | { ok: true; absolute: string; exists: boolean }
  | { ok: false; why: 'leaves the repository' | 'leads out through a link' | 'names the inside of .git' }

const inside = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/**
 * Where an untrusted relative path leads, links followed, and whether that is inside `root` (a real
 * path). `.git` is refused: a runner keeps its token there, and the evaluation would see it.
 */
export async function confine(root: string, path: string): Promise<Confined> {
  const wanted = join(root, path)
  if (isAbsolute(path) || /^[A-Za-z]:|\\/.test(path) || !inside(root, wanted))
    return { ok: false, why: 'leaves the repository' }
  let existing = wanted
  let real: string | undefined
  while (real === undefined) {
    try {
      real = await realpath(existing)
    } catch (error) {
      // A link that leads nowhere is followed no further: what it names could appear later.
      if (await isLink(existing)) return { ok: false, why: 'leads out through a link' }
      if (existing === root) throw error
      existing = dirname(existing)
    }
  }
  const absolute = join(real, relative(existing, wanted))
  if (!inside(root, absolute)) return { ok: false, why: 'leads out through a link' }
  const names = relative(root, absolute).split(sep)
  if (names.some((name) => name.toLowerCase() === '.git') || (absolute === root && path !== ''))
    return { ok: false, why: 'names the inside of .git' }
  return { ok: true, absolute, exists: existing === wanted }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch {
    return false
  }
}

/** `./a//b/` as `a/b`: one spelling for comparisons. */
export const normalise = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

/** Whether `path` is `folder` or lies below it. */
export const within = (folder: string, path: string): boolean => {
  const [outer, inner] = [normalise(folder), normalise(path)]
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`)
}
