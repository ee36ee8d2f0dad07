import { basename, dirname, join } from 'node:path/posix'
import { moduleFile } from '../python.js'
import type { View } from '../view.js'
import type { RawCommand } from './candidate.js'
import { bare, programOf } from './words.js'

/** The file of the tree that a command runs. */
export function scriptOf(
  view: View,
  { text, cwd, file, module: started, script: known }: RawCommand,
): string | undefined {
  if (known !== undefined) return known
  const { script, module = started } = programOf(bare(text))
  if (module !== undefined)
    return [
      moduleFile(view, `${module}.__main__`, join(cwd, 'x')),
      moduleFile(view, module, join(cwd, 'x')),
    ].find((path) => path !== undefined)
  if (script === undefined) return undefined
  const near = [join(cwd, script), script, join(dirname(file), script)].find((path) => view.has(path))
  if (near !== undefined) return near
  const same = view.named(basename(script)).filter((path) => path.endsWith(`/${script}`))
  return same.length === 1 ? same[0] : undefined
}

/** The Python program that a script for a shell starts, if the tree has it. */
export function programIn(view: View, script: string, text: string): string | undefined {
  const named = [...text.matchAll(/(?<![\w./-])([\w./-]{1,300}\.py)\b/g)].map(([, path = '']) =>
    path.replace(/^\.\//, ''),
  )
  return named.flatMap((path) => [path, join(dirname(script), path)]).find((path) => view.has(path))
}
