import { basename, dirname, join } from 'node:path/posix'
import type { View } from '../view.js'
import type { RawCommand } from './candidate.js'
import { looksLikeCommand } from './kind.js'

const PAGE =
  /(?:^|\/)(?:README|REPRODUC|RESULTS|EVAL|USAGE|TRAIN|GETTING|FINE-?TUN|PRE-?TRAIN|BENCHMARK|EXPERIMENT|MODEL_ZOO|GUIDE)[^/]*\.(?:md|rst|txt|markdown)$|(?:^|\/)README$|^docs\/[^/]+\.(?:md|rst)$/i
/** Pages of one repository that are read, outer ones first. */
const MOST_PAGES = 60
/** Characters of a line that may be a command. */
const LONGEST = 2000
/** Characters of a command within a line. */
const SHORTEST = 4
const LONGEST_INLINE = 300
/** "Source or run *main.R*" */
const RUN_IN_PROSE =
  /\b(?:run|execute|source|launch)\b(?: the| script| file){0,3}[ ][*_"']{1,2}([\w./-]{1,100}\.(?:py|R))[*_"']/i
/** A program of R is named as it is. */
const R_SCRIPT = /^[\w./-]+\.[Rr]$/
/** Fences that hold something else than commands. */
const NOT_SHELL =
  /^(?:python3?|py|pycon|json|ya?ml|bibtex|toml|ini|sql|r|html|xml|css|javascript|js|ts|dockerfile|diff|tree|latex|mermaid)\b/i

const GOOD_HEADING = /eval|test|benchmark|reproduc|result|inference/i
const BAD_HEADING = /install|setup|deploy|serving|demo|docker|\bapi\b|contribut|develop|dashboard|monitor/i
const INLINE = -6
const DEPTH = -4
const OF_OTHERS = -12

const depthOf = (path: string): number => path.split('/').length - 1

/** Pages whose commands count, nearest to the top first. */
export const readmePages = (view: View): string[] =>
  view.files
    .filter((file) => PAGE.test(file) && !view.isVendored(file))
    // The page itself before its translations.
    .sort((a, b) => depthOf(a) - depthOf(b) || basename(a).length - basename(b).length || a.localeCompare(b))
    .slice(0, MOST_PAGES)

export async function readmeCommands(view: View): Promise<RawCommand[]> {
  const found = await Promise.all(
    readmePages(view).map(async (page) => commandsOfPage(view, page, (await view.text(page)) ?? '')),
  )
  return found.flat()
}

interface Line {
  text: string
  line: number
  heading: string
  where: 'block' | 'inline'
  /** The prose above it speaks of other models. */
  compares: boolean
}

/** What stands above the line of a model that is only compared with. */
const COMPARES =
  /\bbaselines?\b|\bcompar(?:e|ing|ison)\b|\b(?:other|another|existing) models?\b|\bprior work\b/i

/** Commands in fences, `<pre>`, indented blocks, behind a prompt, and in backquotes. */
function commandsOfPage(view: View, page: string, text: string): RawCommand[] {
  const home = dirname(page)
  const depth = depthOf(page) * DEPTH
  const commands: RawCommand[] = []
  let heading = ''
  let cwd = home
  let foreign = false
  const title = { text: /^#[^\S\n]+(\S.*)$/m.exec(text)?.[1] ?? '', own: [] }
  for (const { text: line, line: number, heading: below, where, compares } of linesOf(text)) {
    if (below !== heading) {
      heading = below
      cwd = home
      foreign = false
    }
    const clone = /\bgit clone\s+(?:-\S+\s+)*(\S+)/.exec(line)?.[1]
    // What follows another repository's clone is that one's; this one's own says nothing.
    if (clone !== undefined) foreign = isForeign(clone, title)
    const target = /^\s*(?:[$>]\s*)?cd\s+([^\s&;]+)\s*(?:&&|;|$)/.exec(line)?.[1]
    if (target !== undefined) cwd = follow(view, cwd, target)
    if (foreign || !looksLikeCommand(line)) continue
    const extra =
      depth +
      (where === 'inline' ? INLINE : 0) +
      (GOOD_HEADING.test(heading) ? 8 : 0) +
      (BAD_HEADING.test(heading) ? -10 : 0)
    commands.push({
      source: 'README',
      text: line.trim(),
      file: page,
      line: number,
      cwd,
      extra: extra + (compares ? OF_OTHERS : 0),
      heading,
      ...(compares && { question: true }),
    })
  }
  return commands
}

/**
 * Whether a clone is of another repository. Nothing in a tree says what its own is called: the first that a
 * page clones is taken for it, and so is one that its title names.
 */
function isForeign(address: string, { text, own }: { text: string; own: string[] }): boolean {
  const name = plain(basename(address).replace(/\.git$/, ''))
  if (own.length === 0) own.push(name)
  return !own.includes(name) && !plain(text).includes(name)
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

function follow(view: View, from: string, target: string): string {
  const to = join(from, target.replace(/\/$/, ''))
  return to === '.' || view.hasFolder(to) ? to : from
}

/** The command of a fence that opens and closes on one line. */
function fencedCommand(line: string): string | undefined {
  const code = /^\s*`{3,}([^`]+)`{3,}\s*$/.exec(line)?.[1]?.trim() ?? ''
  const told = code.replace(/^(?:bash|sh|shell|console)\b\s*/, '')
  const command = told.length < SHORTEST ? code : told
  return command.length < SHORTEST || command.length > LONGEST_INLINE ? undefined : command
}

/** In a fence of a shell all but comments; in one that says Python what starts a program with arguments. */
const isShell = (language: string, line: string): boolean =>
  !/^\s*#/.test(line) && (!NOT_SHELL.test(language) || (/^py/i.test(language) && STARTS.test(line)))
const STARTS =
  /^\s*(?:[$>!%]\s*)?(?:python[\d.]*|bash|sh|torchrun|accelerate launch)\s+(?:-m\s+[\w.]+|[\w./-]+\.(?:py|sh))(?:\s|$)/

/** The command that an option continues; one that it has already is of another example. */
const isNewOption = (above: Line | undefined, piece: string): Line | undefined => {
  const options = piece.match(/(?<!\S)--?[A-Za-z][\w-]*/g) ?? []
  const known = new Set(above?.text.split(/[\s=]+/))
  return options.some((option) => known.has(option)) ? undefined : above
}

/** The lines that may be commands, continued ones joined, with the heading that they stand below. */
function linesOf(text: string): Line[] {
  const found: Line[] = []
  let heading = ''
  let prose = ''
  let fence: { mark: string; language: string } | undefined
  let pre = false
  let open: Line | undefined
  let until = 0
  const add = (content: string, line: number, where: Line['where']): void => {
    const continued = /\\\s*$|\^\s*$/.test(content) && where === 'block'
    const piece = content.replace(/[\\^]\s*$/, '').trim()
    // An option alone on a line belongs to the command above, also if its backslash was forgotten.
    if (where === 'block' && until === line - 1 && /^--?[A-Za-z]/.test(piece))
      open ??= isNewOption(found.at(-1), piece)
    until = line
    if (open) open.text += ` ${piece}`
    else {
      open = { text: piece, line, heading, where, compares: COMPARES.test(prose) }
      found.push(open)
    }
    if (!continued) open = undefined
  }
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const number = index + 1
    if (line.length > LONGEST) continue
    const oneLine = fencedCommand(line)
    const mark = oneLine === undefined && /^\s*(?:[-*>]\s+)?(`{3,}|~{3,})\s*\{?\.?([\w+-]*)/.exec(line)
    if (oneLine !== undefined && fence === undefined) add(oneLine, number, 'block')
    else if (mark && (fence === undefined || line.trim().startsWith(fence.mark))) {
      fence = fence ? undefined : { mark: mark[1] ?? '```', language: mark[2] ?? '' }
      open = undefined
    } else if (fence) {
      if (isShell(fence.language, line)) add(line.replace(/\s#\s.*/, ''), number, 'block')
    } else if (/<pre\b/i.test(line) || pre) {
      pre = !/<\/pre>/i.test(line)
      add(line.replace(/<[^>]{0,200}>/g, ''), number, 'block')
    } else if (/^#{1,6}\s/.test(line)) {
      heading = line.replace(/^#+\s*/, '').trim()
      prose = heading
    } else if (/^(?: {4}|\t)\s*\S/.test(line) || /^\s*[$]\s+\S/.test(line) || open) add(line, number, 'block')
    else {
      if (line.trim() !== '') prose = line
      const named = RUN_IN_PROSE.exec(line)?.[1]
      if (named !== undefined) add(`${/\.py$/.test(named) ? 'python' : 'Rscript'} ${named}`, number, 'inline')
      for (const [, code = ''] of line.matchAll(/`([^`\n]{4,300})`/g))
        if (/\s/.test(code)) add(code, number, 'inline')
        else if (R_SCRIPT.test(code)) add(`Rscript ${code}`, number, 'inline')
    }
  }
  return found
}
