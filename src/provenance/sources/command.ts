/** Characters that only a shell gives a meaning to. */
const FOR_A_SHELL = /[|&;<>()$`\\*?[\]#~{}!\n"']/
/** A text as one word of a shell, as Python's `shlex.quote` writes it. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`

/**
 * Commands of a shell as program and arguments: as they are if no shell is needed for them.
 *
 * @param folder in which they run, relative to the working directory; '' is that itself
 */
export function commandArgv(commands: readonly string[], folder = ''): string[] | undefined {
  const [first, ...more] = commands
  if (first === undefined) return undefined
  const words = first.trim().split(/\s+/)
  // `SEED=7 python train.py` sets a variable.
  const plain = !FOR_A_SHELL.test(first.trim()) && !words[0]!.includes('=')
  if (plain && more.length === 0 && folder === '') return words
  const there = folder === '' ? [] : [`cd ${shellWord(folder)}`]
  return ['sh', '-c', [...there, ...commands.map((command) => command.trim())].join(' && ')]
}
