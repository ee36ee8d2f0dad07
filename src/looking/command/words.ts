/** A shell line taken apart, as far as one can without running it. */

/** What a line begins with that is not the command itself. */
const BEFORE: readonly RegExp[] = [
  /^\s*(?:[$>%]\s+|[!%]\s*)/,
  /^\$[({]\w+[)}]\s+/,
  /^\s*\(\w+\)\s*(?:\$\s*)?/,
  /^(?:set|export)\s+\w+=\S*\s*&&\s*/,
  /^cd\s+\S+\s*&&\s*/,
  /^(?:source|\.)\s+\S+\s*&&\s*/,
  /^conda activate\s+\S+\s*&&\s*/,
  /^pip3? install[^&]*&&\s*/,
  /^(?:uv run|poetry run|pipenv run|pixi run|rye run|hatch run|pdm run)\s+(?=\S)/,
  /^conda run(?:\s+-n\s+\S+)?\s+/,
  /^(?:nohup|time|srun|sudo)\s+(?=\S)/,
  /^(?:[A-Z_][A-Z0-9_]*=\S*\s+)+/,
]

/** The command behind prompts, variables, activations and runners of environments. */
export function bare(line: string): string {
  let text = line.trim()
  for (let round = 0; round < 4; round++) {
    const before = text
    // What uv runs without a program is Python's.
    text = text.replace(/^uv run\s+(?=-m\s|\S+\.py\b)/, 'python ')
    for (const prefix of BEFORE) text = text.replace(prefix, '')
    if (text === before) break
  }
  return text.trim()
}

/** What a shell would do to it: then it needs one. */
const SHELL = /[|&;<>$`*?(){}~\\]|^\w+=|^(?:cd|source|export|set)\s/

/**
 * The argument list of a command; one that only a shell understands is handed to a shell.
 *
 * @param cwd folder in which it is run, '.' for the working directory
 */
export function argvOf(text: string, cwd: string): string[] {
  const line = text.trim()
  if (cwd !== '.') return ['sh', '-c', `cd ${quoted(cwd)} && ${line}`]
  const words = SHELL.test(line) ? undefined : split(line)
  return words === undefined || words.length === 0 ? ['sh', '-c', line] : words
}

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`

/** Words of a line with plain quotes; undefined if a quote stays open. */
function split(line: string): string[] | undefined {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  if (/["']/.test(line.replace(/"[^"]*"|'[^']*'/g, ''))) return undefined
  return words.map((word) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, a?: string, b?: string) => a ?? b ?? ''),
  )
}

const PROGRAM = /\.(?:py|sh|r|jl|ipynb|rmd|qmd)$/i

/** The script or module that a command runs: `train.py`, or `pkg.train` with its `-m`. */
export function programOf(command: string): { script?: string; module?: string } {
  const words = command.split(/\s+/)
  const flag = words.indexOf('-m')
  const module =
    flag > 0 && /^(?:python|coverage|accelerate)/.test(words[0] ?? '') ? words[flag + 1] : undefined
  // What starts others is not the program: `python -m torch.distributed.launch train.py`.
  const script = words.find((word) => PROGRAM.test(word) && !word.startsWith('-') && !word.includes('='))
  if (module !== undefined && !/^(?:torch|accelerate|deepspeed|pytest|pip|venv|papermill)\b/.test(module))
    return { module }
  return script === undefined ? {} : { script: script.replace(/^\.\//, '').replaceAll('\\', '/') }
}

/** `evaluate_BestModel-v2.py` as `evaluate`, `best`, `model`, `v2`. */
export const nameWords = (name: string): string[] =>
  name
    .replace(/\.[A-Za-z]+$/, '')
    .replace(/([a-z])(?=[A-Z])/g, '$1_')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
