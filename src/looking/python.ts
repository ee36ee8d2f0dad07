import { dirname, join } from 'node:path/posix'
import type { View } from './view.js'

/** Python files as text: comments and docstrings blanked, imports followed to files of the repository. */

/** Comment lines and docstrings are blanked, their line breaks kept, so that line numbers stay right. */
export function codeOf(text: string): string {
  const blank = (piece: string) => piece.replace(/[^\n]/g, ' ')
  return text.replace(/^[ \t]*#.*$/gm, blank).replace(/^[ \t]*[rRuU]?("""|''')(?:(?!\1)[^])*\1/gm, blank)
}

/** The cells of a notebook that hold code, without their outputs; undefined if it cannot be read. */
export function notebookCode(text: string): string | undefined {
  let notebook: unknown
  try {
    notebook = JSON.parse(text)
  } catch {
    return undefined
  }
  const cells = (notebook as { cells?: unknown } | null)?.cells
  if (!Array.isArray(cells)) return undefined
  return cells
    .filter((cell: { cell_type?: unknown } | null) => cell?.cell_type === 'code')
    .map(({ source }: { source?: unknown }) =>
      Array.isArray(source) ? source.join('') : String(source ?? ''),
    )
    .join('\n')
}

/** What a script says, without comments; of a notebook its code. */
export async function scriptCode(view: View, path: string): Promise<string | undefined> {
  const text = await view.text(path)
  if (text === undefined) return undefined
  if (path.endsWith('.ipynb')) return notebookCode(text)
  return codeOf(text)
}

const IMPORT = /^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+\(?([\w \t,*]*)|import[ \t]+([\w. \t,]+))/gm

/** Modules that a text imports, with dots; of `from a import b` both `a` and `a.b`. */
export function importedModules(code: string): string[] {
  const names = [...code.matchAll(IMPORT)].flatMap(([, from, what = '', plain]) => {
    const listed = (plain ?? what)
      .split(',')
      .map((name) => name.trim().split(/[ \t]/)[0] ?? '')
      .filter(Boolean)
    if (from === undefined) return listed
    const dot = from.endsWith('.') ? '' : '.'
    return [from, ...listed.map((name) => `${from}${dot}${name}`)]
  })
  return [...new Set(names)]
}

/** Names of the packages that a text imports at all. */
export const importedPackages = (code: string): Set<string> =>
  new Set(
    importedModules(code)
      .filter((name) => !name.startsWith('.'))
      .map((name) => name.split('.')[0] ?? ''),
  )

/** The file of a module of this repository, as seen from a script. */
export function moduleFile(view: View, module: string, from: string): string | undefined {
  const own = dirname(from)
  const [, dots = '', name = ''] = /^(\.*)([^.].*)?$/.exec(module) ?? []
  const way = name.replaceAll('.', '/')
  const above = dots.slice(1).replace(/\./g, '../')
  const folders = dots === '' ? [own, '.', 'src', join(own, 'src'), dirname(own)] : [join(own, above)]
  for (const folder of folders) {
    const base = join(folder, way).replace(/\/$/, '')
    const found = [`${base}.py`, join(base, '__init__.py')].find((path) => view.has(path))
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * A script and the files of the repository that it imports, nearest first.
 *
 * @param levels of imports that are followed
 */
export async function reachedFrom(
  view: View,
  scripts: readonly string[],
  { levels = 6, most = 80 } = {},
): Promise<string[]> {
  const reached = new Set(scripts)
  let edge: readonly string[] = scripts
  for (let level = 0; level < levels && edge.length > 0; level++) {
    const next: string[] = []
    for (const script of edge) {
      const code = (await scriptCode(view, script)) ?? ''
      const parts = /\.[Rr]$/.test(script) ? sourcedIn(view, code, script) : []
      for (const module of [...parts, ...importedModules(code)]) {
        const file = parts.includes(module) ? module : moduleFile(view, module, script)
        if (file === undefined || reached.has(file) || reached.size >= most) continue
        reached.add(file)
        next.push(file)
      }
    }
    edge = next
  }
  return [...reached]
}

/** What a program of R reads in: `source("evaluate.R")`. */
const sourcedIn = (view: View, code: string, script: string): string[] =>
  [...code.matchAll(/\bsource\(\s*["']([\w./-]{1,200}\.[Rr])["']/g)].flatMap(
    ([, path = '']) => [join(dirname(script), path), join(path)].find((one) => view.has(one)) ?? [],
  )

/** Modules, with dots, that scripts import and that are no files of the repository. */
export async function foreignImports(view: View, scripts: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const script of scripts)
    for (const module of importedModules((await scriptCode(view, script)) ?? ''))
      if (!module.startsWith('.') && moduleFile(view, module, script) === undefined) found.add(module)
  return [...found]
}

/** Line of a position, from 1. */
export function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++
  return line
}
