import type { Change } from './axes.js'
import type { Unit } from './units.js'

/** Makes a replay tell what it loads: Python's files by the shim, libraries by the loader of glibc, kernels by OpenBLAS. */
export const WATCHING: Change = { shim: { loaded: '' }, env: { LD_DEBUG: 'files', OPENBLAS_VERBOSE: '2' } }

/** Characters of paths that are kept; an evaluation can name as many as it likes. */
const MOST_CHARACTERS = 32 * 1024 ** 2

const PYTHON = /reprogate-loaded:(\/.*)$/
/** A host that was asked for; no more of it than a name or an address may have. */
const HOST = /reprogate-asked:([\w.:-]{1,100})$/
const MOST_HOSTS = 100
const MOST_KERNELS = 4
/** Which kernels OpenBLAS has chosen for this processor. */
const KERNEL = /^Core: (\w{1,40})$/
/** `     12:	calling init: /lib/x86_64-linux-gnu/libz.so.1`, among others that begin alike. */
const LOADER = /^\s+\d+:\t(?:(?:calling init|initialize program): (.*))?/

/** Takes the lines by which a watched replay tells what it loads, and which hosts it asks for. Untrusted: they are an order, never a proof. */
export function loadedLines() {
  const paths = new Set<string>()
  const hosts = new Set<string>()
  const kernels = new Set<string>()
  let kept = 0
  const keep = (path: string) => {
    if (path === '' || paths.has(path) || kept + path.length > MOST_CHARACTERS) return
    kept += path.length
    paths.add(path)
  }
  return {
    paths,
    hosts,
    /** Of the processor, one unless several copies of OpenBLAS disagree. */
    kernels,
    take(line: string): boolean {
      const host = HOST.exec(line)?.[1]
      if (host !== undefined) {
        if (hosts.size < MOST_HOSTS) hosts.add(host)
        return true
      }
      const kernel = KERNEL.exec(line)?.[1]
      if (kernel !== undefined) {
        if (kernels.size < MOST_KERNELS) kernels.add(kernel)
        return true
      }
      const python = PYTHON.exec(line)
      if (python) {
        keep(python[1]!)
        return true
      }
      const loader = LOADER.exec(line)
      if (!loader) return false
      keep(loader[1] ?? '')
      return true
    },
  }
}

/** Those that have one of the paths; a program is told by its name alone. */
export function loadedUnits(units: readonly Unit[], paths: ReadonlySet<string>): string[] {
  const programs = [...paths].filter((path) => !path.includes('/'))
  const isLoaded = (path: string) =>
    paths.has(`/${path}`) || programs.some((name) => path.endsWith(`bin/${name}`))
  return units.filter((unit) => unit.paths.some(isLoaded)).map(({ id }) => id)
}
