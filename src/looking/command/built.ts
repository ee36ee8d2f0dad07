import { dirname } from 'node:path/posix'
import { codeOf, lineAt } from '../python.js'
import type { View } from '../view.js'
import type { RawCommand } from './candidate.js'
import { looksLikeCommand } from './kind.js'
import { dockerfileCommands, justCommands, testTasks, tomlTasks } from './tasks.js'

/** Commands of build files, scripts for a shell, continuous integration, and frameworks with a runner. */

const named = (view: View, pattern: RegExp, most: number): string[] =>
  view.files.filter((file) => pattern.test(file) && !view.isVendored(file)).slice(0, most)

type Reader = (view: View, file: string, text: string) => RawCommand[]

const READERS: readonly [RegExp, number, Reader][] = [
  [/(?:^|\/)(?:GNU)?[Mm]akefile$/, 20, makefile],
  [/\.(?:sh|slurm|sbatch|bash)$/, 80, shell],
  [/^\.github\/workflows\/[^/]+\.ya?ml$|^\.gitlab-ci\.yml$/, 20, workflow],
  [/(?:^|\/)pyproject\.toml$/, 20, pyproject],
  [/(?:^|\/)(?:[\w-]+\.)?Dockerfile(?:\.(?!jenkins)[\w-]+)?$/, 20, dockerfileCommands],
  [/(?:^|\/)\.?[Jj]ustfile$/, 10, justCommands],
  [/(?:^|\/)(?:pyproject|pixi|hatch)\.toml$/, 20, tomlTasks],
  [/(?:^|\/)(?:tox\.ini|noxfile\.py)$/, 10, testTasks],
  [/(?:^|\/)(?:Snakefile|_targets\.R)$/, 10, pipelineFile],
]

export async function builtCommands(view: View): Promise<RawCommand[]> {
  const found = await Promise.all(
    READERS.flatMap(([pattern, most, read]) =>
      named(view, pattern, most).map(async (file) => read(view, file, (await view.text(file)) ?? '')),
    ),
  )
  return found.flat()
}

function makefile(_: View, file: string, text: string): RawCommand[] {
  let target = ''
  return joined(text).flatMap(([line, number]): RawCommand[] => {
    target = /^([\w./-]+)\s*:(?!=)/.exec(line)?.[1] ?? target
    if (!line.startsWith('\t')) return []
    const body = line.trimStart().replace(/^[@-]+/, '')
    const command = body.trimStart().replace(/\$[({](?:PYTHON\w*|PY)[)}]/g, 'python')
    if (!looksLikeCommand(command)) return []
    return [{ source: 'Makefile', text: command, file, line: number, cwd: dirname(file), name: target }]
  })
}

function shell(view: View, file: string, text: string): RawCommand[] {
  // A script of plain commands is run where the repository is; one beside its program, in its folder.
  const cwd = dirname(file)
  return joined(text).flatMap(([line, number]): RawCommand[] => {
    const command = line.trim()
    if (command.startsWith('#') || !looksLikeCommand(command)) return []
    const [first] = command.split(/\s+/).flatMap((word) => /^\S+\.py\b/.exec(word) ?? [])
    const program = first?.replace(/^\.\//, '')
    const here = program !== undefined && !view.has(program) && view.has(`${cwd}/${program}`) ? cwd : '.'
    return [
      {
        source: 'shell script',
        text: command,
        file,
        line: number,
        cwd: here,
        name: file.replace(/^.*\//, ''),
      },
    ]
  })
}

function workflow(_: View, file: string, text: string): RawCommand[] {
  return joined(text).flatMap(([line, number]): RawCommand[] => {
    const command = line.replace(/^\s*(?:-\s*)?(?:run:\s*[|>]?[-+]?)?\s*/, '').trim()
    if (/^\w+:/.test(command) || !looksLikeCommand(command)) return []
    return [{ source: 'CI', text: command, file, line: number, cwd: '.' }]
  })
}

/** Kedro's runner, and console scripts. */
function pyproject(_: View, file: string, text: string): RawCommand[] {
  const cwd = dirname(file)
  const kedro = /^\[tool\.kedro\]/m.exec(text)
  const scripts = /^\[(?:project|tool\.poetry)\.scripts\]\s*\n([^[]*)/m.exec(text)
  return [
    ...(kedro
      ? [{ source: 'Kedro' as const, text: 'kedro run', file, line: lineAt(text, kedro.index), cwd }]
      : []),
    ...[...(scripts?.[1] ?? '').matchAll(/^[ \t]*"?([\w.-]+)"?[ \t]*=[ \t]*["']([\w.]+)/gm)].map(
      ([, name = '', module = ''], index): RawCommand => ({
        source: 'console script',
        text: name,
        file,
        line: lineAt(text, scripts?.index ?? 0) + 1 + index,
        cwd,
        name,
        module,
      }),
    ),
  ]
}

function pipelineFile(_: View, file: string): RawCommand[] {
  const text = file.endsWith('Snakefile') ? 'snakemake --cores 1' : `Rscript -e 'targets::tar_make()'`
  return [
    {
      source: 'pipeline',
      text,
      file,
      line: 1,
      cwd: dirname(file).replace(/^workflow$/, '.'),
      name: 'pipeline',
    },
  ]
}

/** Lines with their number, continued ones joined. */
function joined(text: string): [string, number][] {
  const lines: [string, number][] = []
  let open: [string, number] | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const continued = /\\\s*$/.test(line)
    const piece = line.replace(/\\\s*$/, '')
    if (open) open[0] += ` ${piece.trim()}`
    else lines.push((open = [piece, index + 1]))
    if (!continued) open = undefined
  }
  return lines
}

const CHOICES = /add_argument\(\s*(['"])(-{0,2}\w+)\1[^()]*?choices\s*=\s*[[(]([^\])]*)[\])]/g

/** What a Python file says of how it is run: a Metaflow flow, an argument whose choices name an evaluation. */
export function commandsOfScript(file: string, source: string): RawCommand[] {
  const code = codeOf(source)
  if (!/__name__\s*==\s*['"]__main__['"]/.test(code)) return []
  const flow = /^class\s+\w+\(FlowSpec\)/m.exec(code)
  const run = file.endsWith('__main__.py')
    ? `python -m ${dirname(file).replaceAll('/', '.')}`
    : `python ${file}`
  const choices = [...code.matchAll(CHOICES)].flatMap(([, , name = '', listed = '']): string[] => {
    const choice = /['"](validate|evaluate|eval|test)['"]/.exec(listed)?.[1]
    if (choice === undefined || (name.startsWith('-') && !/mode|phase|task|stage|action/.test(name)))
      return []
    return [name.startsWith('-') ? `${run} ${name} ${choice}` : `${run} ${choice}`]
  })
  return [
    ...(flow
      ? [{ source: 'Metaflow' as const, text: `${run} run`, file, line: lineAt(code, flow.index), cwd: '.' }]
      : []),
    ...choices.map((text): RawCommand => ({ source: 'argparse choice', text, file, line: 1, cwd: '.' })),
  ]
}
