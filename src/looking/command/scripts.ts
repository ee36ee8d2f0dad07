import { basename } from 'node:path/posix'
import { EVALUATES } from '../learning.js'
import { notebookCode } from '../python.js'
import type { View } from '../view.js'
import { commandsOfScript } from './built.js'
import type { RawCommand } from './candidate.js'
import { kindOf, looksLikeCommand } from './kind.js'

/** Commands that only the files themselves suggest: scripts by their names, notebooks. */

const SCRIPT = /\.(?:py|R|r|jl)$/
const NOT_A_PROGRAM = /(?:^|\/)(?:tests?|docs?|\.github|examples?|utils?|scripts\/lint)\//
const INTERPRETERS: Readonly<Record<string, string>> = {
  py: 'python',
  R: 'Rscript',
  r: 'Rscript',
  jl: 'julia',
}
/** Files that are looked into. */
const MOST = 500
const NOTEBOOKS = 60

/** Every program, whatever it is called: its code has to say that it evaluates. For trees that name no command. */
export async function programCommands(view: View): Promise<RawCommand[]> {
  const scripts = programsOf(view)
  const found = await Promise.all(
    scripts.map(async (file): Promise<RawCommand[]> => {
      const source = (await view.text(file)) ?? ''
      // A library computes metrics too: of Python only what is started counts.
      if (file.endsWith('.py') ? !isProgram(source) : !EVALUATES.test(source)) return []
      return [{ source: 'script name', text: startOf(file), script: file, file, line: 1, cwd: '.' }]
    }),
  )
  return found.flat()
}

export async function scriptCommands(view: View): Promise<RawCommand[]> {
  const scripts = programsOf(view)
  const found = await Promise.all(
    scripts.map(async (file): Promise<RawCommand[]> => {
      const source = (await view.text(file)) ?? ''
      const text = startOf(file)
      const own = file.endsWith('.py') ? commandsOfScript(file, source) : []
      const kind = kindOf(text)
      const runs = !file.endsWith('.py') || /__main__|^(?:if|for|with|while|\w+\s*=|\w+\()/m.test(source)
      const byName = ['evaluate', 'train', 'train+evaluate', 'run'].includes(kind) && runs
      return [
        ...own,
        ...(byName ? [{ source: 'script name' as const, text, script: file, file, line: 1, cwd: '.' }] : []),
      ]
    }),
  )
  return [...found.flat(), ...(await notebookCommands(view))]
}

const programsOf = (view: View): string[] =>
  view.files
    .filter((file) => SCRIPT.test(file) && !NOT_A_PROGRAM.test(file) && !view.isVendored(file))
    .slice(0, MOST)

const startOf = (file: string): string => {
  const program = INTERPRETERS[file.split('.').at(-1) ?? ''] ?? 'python'
  return `${program} ${/[^\w./-]/.test(file) ? `'${file}'` : file}`
}

const isProgram = (source: string): boolean => /__name__\s*==\s*['"]__main__['"]/.test(source)

/** `!python eval.py` in a cell; and, if there is nothing else, the notebooks themselves. */
async function notebookCommands(view: View): Promise<RawCommand[]> {
  const notebooks = view.files
    .filter((file) => file.endsWith('.ipynb') && !view.isVendored(file))
    .slice(0, NOTEBOOKS)
  const found = await Promise.all(
    notebooks.map(async (file): Promise<RawCommand[]> => {
      const code = notebookCode((await view.text(file)) ?? '') ?? ''
      const shell = code
        .split('\n')
        .filter((line) => /^\s*[!%]/.test(line) && looksLikeCommand(line))
        .filter((line) => ['evaluate', 'train', 'train+evaluate'].includes(kindOf(line)))
        .map((line): RawCommand => ({ source: 'notebook', text: line.trim(), file, line: 1, cwd: '.' }))
      const itself = `jupyter nbconvert --to notebook --execute ${/[^\w./-]/.test(file) ? `'${file}'` : file}`
      return [
        ...shell,
        { source: 'script name', text: itself, script: file, file, line: 1, cwd: '.', name: basename(file) },
      ]
    }),
  )
  return found.flat()
}
