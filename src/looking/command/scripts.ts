import { basename } from 'node:path/posix'
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

export async function scriptCommands(view: View): Promise<RawCommand[]> {
  const scripts = view.files
    .filter((file) => SCRIPT.test(file) && !NOT_A_PROGRAM.test(file) && !view.isVendored(file))
    .slice(0, MOST)
  const found = await Promise.all(
    scripts.map(async (file): Promise<RawCommand[]> => {
      const source = (await view.text(file)) ?? ''
      const program = INTERPRETERS[file.split('.').at(-1) ?? ''] ?? 'python'
      const text = `${program} ${file}`
      const own = file.endsWith('.py') ? commandsOfScript(file, source) : []
      const kind = kindOf(text)
      const runs = !file.endsWith('.py') || /__main__|^(?:if|for|with|while|\w+\s*=|\w+\()/m.test(source)
      const byName = ['evaluate', 'train', 'train+evaluate', 'run'].includes(kind) && runs
      return [...own, ...(byName ? [{ source: 'script name' as const, text, file, line: 1, cwd: '.' }] : [])]
    }),
  )
  return [...found.flat(), ...(await notebookCommands(view))]
}

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
        { source: 'script name', text: itself, file, line: 1, cwd: '.', name: basename(file) },
      ]
    }),
  )
  return found.flat()
}
