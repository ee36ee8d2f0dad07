import type { LockEntry, LockFormat } from './lock.js'
import { askedEntry } from './pipfile.js'
import { requirementIn } from './requirement.js'
import { logicalLines } from './requirements.js'
import { itemsIn, wordLines, tableIn, tomlTable, wordIn, yamlTable } from './values.js'

const asked = (lines: ReadonlyMap<string, number>, written: string): LockEntry[] => {
  const entry = requirementIn(written.trim())
  return entry ? [{ ...entry, line: lines.get(written.trim()) }] : []
}

/** `pyproject.toml`: what a project asks for, in the standard's and in Poetry's tables. */
export const pyproject: LockFormat = {
  name: 'pyproject',
  files: /^pyproject\.toml$/,
  read(text) {
    const table = tomlTable(text)
    const lines = wordLines(text)
    const project = tableIn(table.project)
    const dependencies = tableIn(tableIn(tableIn(table.tool).poetry).dependencies)
    const { python, ...others } = dependencies
    const entries = [
      ...itemsIn(project.dependencies).flatMap((one) => asked(lines, wordIn(one) ?? '')),
      ...Object.entries(others).flatMap(([name, value]) => askedEntry(lines, name, value)),
    ]
    if (entries.length === 0 && !('dependencies' in project)) return null
    return { entries, best: 2, python: wordIn(project['requires-python']) ?? wordIn(python) }
  },
}

/** `setup.cfg`, section `options`. */
export const setupCfg: LockFormat = {
  name: 'setup.cfg',
  files: /^setup\.cfg$/,
  read(text) {
    const lines = text.split(/\r?\n/)
    const start = lines.findIndex((line) => /^install_requires\s*=/.test(line))
    if (start < 0) return null
    const after = lines.slice(start + 1).findIndex((line) => /^\S/.test(line))
    const block = lines.slice(start, after < 0 ? undefined : start + 1 + after).join('\n')
    const python = lines.find((line) => /^python_requires\s*=/.test(line))
    const places = wordLines(text)
    const entries = [...logicalLines(block.replace(/^[^=]*=/, ''))].flatMap(({ text: line }) =>
      line === '' ? [] : asked(places, line),
    )
    return { entries, best: 2, python: python?.replace(/^[^=]*=/, '').trim() }
  },
}

/** Texts in quotes, as a list of a Python file has them. */
const LITERAL = /"([^"\\\n]*)"|'([^'\\\n]*)'/g
const LONGEST_LIST = 20_000

/** Literals of `setup.py`; it is never run. Of several assignments the first counts: others hang on a platform. */
export const setupPy: LockFormat = {
  name: 'setup.py',
  files: /^setup\.py$/,
  read(text) {
    const code = text.replace(/(^|[ \t])#.*$/gm, '$1')
    const given = /\binstall_requires\s*=\s*(\[|[A-Za-z_]\w*)/.exec(code)
    if (given === null) return null
    const [all, what = ''] = given
    const named = what === '[' ? null : new RegExp(`^${what}\\s*=\\s*\\[`, 'm').exec(code)
    const start = what === '[' ? given.index + all.length : named ? named.index + named[0].length : -1
    const [, python] = /\bpython_requires\s*=\s*["']([^"'\n]*)["']/.exec(code) ?? []
    const lines = wordLines(text)
    const literals = start < 0 ? [] : [...listAt(code, start).matchAll(LITERAL)]
    const entries = literals.flatMap(([, double, single]) => asked(lines, double ?? single ?? ''))
    return entries.length === 0 ? null : { entries, best: 2, python }
  },
}

/** Up to the bracket that ends the list; brackets in quotes are extras. */
function listAt(code: string, start: number): string {
  const part = code.slice(start, start + LONGEST_LIST)
  const end = part.replace(LITERAL, (text) => ' '.repeat(text.length)).indexOf(']')
  return end < 0 ? part : part.slice(0, end)
}

/** `cog.yaml`: an environment for serving. */
export const cogLock: LockFormat = {
  name: 'cog',
  files: /^cog\.yaml$/,
  read(text) {
    const { table, lineOf } = yamlTable(text)
    const build = tableIn(table.build)
    const file = wordIn(build.python_requirements)
    const entries = itemsIn(build.python_packages).flatMap((one, at): LockEntry[] => {
      const entry = requirementIn((wordIn(one) ?? '').trim())
      return entry ? [{ ...entry, line: lineOf(['build', 'python_packages', at]) }] : []
    })
    return {
      entries,
      best: 2,
      python: wordIn(build.python_version),
      system: itemsIn(build.system_packages).flatMap((one) => wordIn(one) ?? []),
      nested:
        file === undefined
          ? []
          : [{ path: file, kind: 'requirements', line: lineOf(['build', 'python_requirements']) ?? 1 }],
    }
  },
}
