import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { plainName } from '../../provenance/lockfiles/lock.js'
import { listed, plural } from '../../text/numbers.js'
import type { EnvironmentTools } from './request.js'
import type { Made } from './told.js'

/** Milliseconds for asking the index about every package of a lock. */
const INDEX_MS = 120_000
/** Names that a sentence lists. */
const NAMED = 5

/**
 * What can be said of a lock without building it: whether the index has every package of it for this Python,
 * whether what the code imports is among them, and what has to be built from source. Sentences; the last one
 * says what was not checked.
 */
export async function checkedLock(tools: EnvironmentTools, { resolved, wanted }: Made): Promise<string[]> {
  const locked = lockedNames(resolved.lock)
  const absent = [...wanted.imported].filter((name) => !locked.has(name)).sort()
  const covered = wanted.imported.size - absent.length
  const offered = await offeredBy(tools, resolved)
  const isOffered = Array.isArray(offered)
  const source = isOffered ? offered.filter(({ wheels }) => !wheels).map(({ name }) => name) : []
  return [
    isOffered
      ? `Checked: the index has all ${plural(offered.length, 'package')} of the lock for Python ${resolved.python}; ${covered} of ${plural(wanted.imported.size, 'package')} that the code imports ${covered === 1 ? 'is' : 'are'} among them.`
      : `Checked and wrong: the lock does not resolve for Python ${resolved.python}: ${offered.error}`,
    ...(absent.length > 0 ? [`Imported, and not in the lock: ${listed(absent, NAMED)}.`] : []),
    ...(source.length > 0
      ? [
          `Only as source, so that the image has to build ${source.length === 1 ? 'it' : 'them'}: ${listed(source, NAMED)}. If that needs a compiler, add gcc and python3-dev before the line with pip.`,
        ]
      : []),
    'Not checked: that the image builds, and that the code runs in it; `reprogate record <model>` does both.',
  ]
}

const lockedNames = (lock: string): ReadonlySet<string> =>
  new Set(
    [...lock.matchAll(/^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?(?: *@|==)/gm)].map(([, name]) =>
      plainName(name!),
    ),
  )

interface Offered {
  name: string
  wheels: boolean
}

/** Every package of a lock as the index has it now; nothing is downloaded but what describes it. */
async function offeredBy(
  { run, scratch }: EnvironmentTools,
  { lock, python }: Pick<Made['resolved'], 'lock' | 'python'>,
): Promise<Offered[] | { error: string }> {
  const folder = await mkdtemp(join(scratch, 'offered-'))
  const [input, out] = [join(folder, 'lock.txt'), join(folder, 'pylock.toml')]
  await writeFile(input, lock)
  const { code, stderr, timedOut } = await run(
    [
      ...(['uv', 'pip', 'compile', input, '--output-file', out, '--format', 'pylock.toml'] as const),
      ...['--no-deps', '--no-config', '--quiet', '--python-version', python, '--python-platform', 'linux'],
    ],
    { cwd: folder, timeout: INDEX_MS },
  )
  if (timedOut) return { error: `it took longer than ${INDEX_MS / 1000} s` }
  if (code !== 0) return { error: stderr.trim().split('\n').slice(-3).join(' ').slice(0, 400) }
  return packagesOf(await readFile(out, 'utf8'))
}

/** The packages of a `pylock.toml`, and whether there is a wheel of each. */
export function packagesOf(pylock: string): Offered[] {
  const { packages } = parse(pylock)
  return (Array.isArray(packages) ? packages : []).flatMap((one): Offered[] => {
    if (typeof one !== 'object' || Array.isArray(one) || one instanceof Date) return []
    const { name, wheels } = one
    return typeof name === 'string' ? [{ name, wheels: Array.isArray(wheels) && wheels.length > 0 }] : []
  })
}
