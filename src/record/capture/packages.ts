import { basename } from 'node:path'
import type { Context } from '../../system/context.js'

const LIST = `
import importlib.metadata as m, platform
print('# Python ' + platform.python_version())
print(*sorted({f"{d.metadata['Name']}=={d.version}" for d in m.distributions() if d.metadata['Name']}, key=str.lower), sep='\\n')
`

/** What the command's Python has installed, as a freeze; undefined: it is not of Python, or too old to tell. */
export async function installedPackages(
  { run, root }: Context,
  command: readonly string[],
): Promise<string | undefined> {
  const [program = ''] = command
  const python = /^python[\d.]*$/.test(basename(program)) ? program : 'python3'
  if (python !== program && !command.some((word) => word.endsWith('.py'))) return undefined
  const told = await run([python, '-c', LIST], { cwd: root }).catch(() => undefined)
  return told?.code === 0 && !told.truncated ? told.stdout.toString() : undefined
}
