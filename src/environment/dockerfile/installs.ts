import type { Instruction } from './instructions.js'
import { shellWords } from './words.js'

/** What the steps of a Dockerfile install, as far as reading them can say. */
export interface Installs {
  /** Packages that are asked for without a version, with the line of their step. */
  loose: { tool: string; name: string; line: number }[]
  /** Files whose contents are installed, as written: `requirements.txt`, `uv.lock`. */
  files: string[]
}

interface Tool {
  name: string
  /** The words that begin an installation; what comes between, such as `-y`, is left out. */
  begins: RegExp
  /** What pins a version behind a name. */
  pinned: RegExp
  /** Options whose value is another word. */
  valued: RegExp
  /** Options whose value is a file of packages. */
  lists?: RegExp
}

/** Options of apt and pip that take a value. To add an installer: a line. */
const TOOLS: readonly Tool[] = [
  {
    name: 'apt',
    begins: /^(?:apt-get|apt|aptitude) install$/,
    pinned: /=|\.deb$/,
    valued: /^(?:-o|-t|-c|--option|--target-release)$/,
  },
  {
    name: 'apk',
    begins: /^apk add$/,
    pinned: /=/,
    valued: /^(?:-t|--virtual|-X|--repository)$/,
  },
  {
    name: 'pip',
    begins: /^(?:pip[\d.]*|uv pip|python[\d.]* -m pip) install$/,
    // From the start or the last star, so that no part is looked at twice: an exact version holds no star.
    pinned: /(?:^|\*)(?:[^*=]|=(?!=))*==[^*]+$|#sha256=|@[0-9a-f]{40}/,
    valued:
      /^(?:-c|-t|-i|-f|-e|--constraint|--target|--index-url|--extra-index-url|--find-links|--trusted-host|--prefix|--root|--python|-p|--editable|--platform|--timeout|--retries)$/,
    lists: /^(?:-r|--requirement|--requirements)$/,
  },
  {
    name: 'conda',
    begins: /^(?:conda|mamba|micromamba) (?:install|create)$/,
    pinned: /==|=[^=]+=/,
    valued: /^(?:-c|-n|-p|--channel|--name|--prefix|--solver)$/,
    lists: /^(?:--file|-f)$/,
  },
]

/** Commands that install what a lock says. */
const BY_FILE: readonly [RegExp, string][] = [
  [/\buv sync\b/, 'uv.lock'],
  [/\bpoetry install\b/, 'poetry.lock'],
  [/\bpdm (?:install|sync)\b/, 'pdm.lock'],
  [/\bpipenv (?:install|sync)\b/, 'Pipfile.lock'],
  [/\bpixi install\b/, 'pixi.lock'],
  [/\brenv::restore\b/, 'renv.lock'],
]
const CONDA_FILE = /\benv (?:create|update)\b[^;&|]*?(?:--file[= ]|-f ?)["']?([^\s"';&|]+)/

/** Characters of a step that are looked at. */
const LOOKED_AT = 16_384

export function installsOf(instructions: readonly Instruction[]): Installs {
  const found: Installs = { loose: [], files: [] }
  for (const { keyword, rest, line } of instructions) {
    if (keyword !== 'RUN') continue
    const text = rest.slice(0, LOOKED_AT).replace(/\s+/g, ' ')
    for (const [command, file] of BY_FILE) if (command.test(text)) found.files.push(file)
    for (const part of text.split(/&&|\|\||[;|\n]/)) {
      const file = CONDA_FILE.exec(part)?.[1]
      if (file !== undefined) found.files.push(file)
      addInstalls(found, commandWords(part), line)
    }
  }
  return found
}

/** The words of one command, also of the JSON form, without what is set before it. */
function commandWords(part: string): string[] {
  const words = shellWords(part.replace(/^\s*\[|\]\s*$/g, '').replaceAll('",', '" '))
  const plain = words.map((word) => word.replace(/^["']|["']$/g, ''))
  const start = plain.findIndex((word) => !/^(?:\w+=|sudo$|env$|exec$|then$|do$|if$|!$)/.test(word))
  return start < 0 ? [] : plain.slice(start)
}

function addInstalls(found: Installs, words: readonly string[], line: number): void {
  const verb = words.findIndex((word) => /^(?:install|add|create)$/.test(word))
  if (verb < 1) return
  const head = words.slice(0, verb + 1).filter((word) => word === '-m' || !word.startsWith('-'))
  const command = head.join(' ').replace(/^\S*\//, '')
  const tool = TOOLS.find(({ begins }) => begins.test(command))
  if (tool === undefined) return
  const { name, pinned, valued, lists } = tool
  const rest = words.slice(verb + 1)
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]!
    const [option = '', value] = word.startsWith('--') ? word.split('=', 2) : [word]
    if (lists?.test(option)) found.files.push(value ?? rest[++at] ?? '')
    else if (valued.test(option) && value === undefined) at++
    else if (/^-r./.test(word) && lists !== undefined) found.files.push(word.slice(2))
    else if (isPackage(word) && !pinned.test(word)) found.loose.push({ tool: name, name: word, line })
  }
}

/** A folder, a variable, an option or a redirection is none. */
const isPackage = (word: string): boolean =>
  word !== '' && !/^[-./~$<>&\d]|[$`]|^\\?$/.test(word) && !/\.(?:whl|zip|gz)$/.test(word)
