import { dirname } from 'node:path/posix'
import { lineAt } from '../python.js'
import type { View } from '../view.js'
import type { RawCommand } from './candidate.js'
import { looksLikeCommand } from './kind.js'

/** Commands of images and of task runners: Dockerfile, just, tox, nox, poe, PDM, hatch, pixi. */

/** `CMD` and `ENTRYPOINT` of an image, as one line. */
export function dockerfileCommands(_: View, file: string, text: string): RawCommand[] {
  const joined = text.replace(/\\\r?\n/g, '  ')
  const last = (name: string) =>
    [...joined.matchAll(new RegExp(`^[ \\t]*${name}[ \\t]+(\\S.*)$`, 'gim'))].at(-1)
  const [entry, command] = [last('ENTRYPOINT'), last('CMD')]
  const words = [entry, command].flatMap((found) => (found ? [lineOf(found[1] ?? '')] : []))
  const line = words.join(' ').trim()
  const at = entry ?? command
  if (at === undefined || !looksLikeCommand(line)) return []
  return [
    {
      source: 'Dockerfile',
      text: line,
      file,
      line: lineAt(text, text.indexOf(at[0].slice(0, 20))),
      cwd: '.',
    },
  ]
}

/** `["python", "run.py"]` as a shell's line. */
function lineOf(form: string): string {
  if (!form.startsWith('[')) return form.trim()
  return [...form.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, word = '']) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", '')}'`))
    .join(' ')
}

/** Recipes of a justfile. */
export function justCommands(_: View, file: string, text: string): RawCommand[] {
  let name = ''
  return text.split(/\r?\n/).flatMap((line, index): RawCommand[] => {
    name = /^@?([\w-]+)(?:[ \t][^:]*)?:(?!=)/.exec(line)?.[1] ?? name
    const command = line.trim().replace(/^[@-]+/, '')
    if (!/^[ \t]+\S/.test(line) || !looksLikeCommand(command)) return []
    return [{ source: 'task', text: command, file, line: index + 1, cwd: dirname(file), name }]
  })
}

const TABLE =
  /^\[((?:tool\.)?(?:poe\.tasks|pdm\.scripts|pixi\.(?:[\w.]+\.)?tasks|hatch\.envs\.\w+\.scripts|rye\.scripts|taskipy\.tasks)|tasks)(?:\.([\w-]+))?\]\s*$/
const QUOTED = /(["'])((?:(?!\1).){4,1000})\1/

/** Tasks of a TOML file: `name = "command"`, `name = {cmd = "command"}`, or a table with `cmd`. */
export function tomlTasks(_: View, file: string, text: string): RawCommand[] {
  let table: { own: string | undefined } | undefined
  return text.split(/\r?\n/).flatMap((line, index): RawCommand[] => {
    if (line.startsWith('[')) {
      const [found, , own] = TABLE.exec(line) ?? []
      table = found === undefined ? undefined : { own }
      return []
    }
    const [, key] = /^["']?([\w-]+)["']?\s*=/.exec(line) ?? []
    if (table === undefined || key === undefined) return []
    const command = QUOTED.exec(line.slice(line.indexOf('=')))?.[2] ?? ''
    if (!looksLikeCommand(command)) return []
    return [
      { source: 'task', text: command, file, line: index + 1, cwd: dirname(file), name: table.own ?? key },
    ]
  })
}

/** Commands of tox, and what nox runs: `session.run("python", "eval.py")`. */
export function testTasks(_: View, file: string, text: string): RawCommand[] {
  return text.split(/\r?\n/).flatMap((line, index): RawCommand[] => {
    const run = /\bsession\.run\(([^)]*)\)/.exec(line)?.[1]
    const command =
      run === undefined
        ? line.replace(/^\s*(?:commands\s*=)?\s*/, '')
        : lineOf(`[${run.replaceAll("'", '"')}]`)
    if (!looksLikeCommand(command)) return []
    return [{ source: 'task', text: command, file, line: index + 1, cwd: dirname(file) }]
  })
}
