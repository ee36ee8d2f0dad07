/** Characters of a reference or the value of an argument. Arguments made of arguments would grow without end. */
const VALUE_CAP = 1024
const DEEPEST = 4
const REFERENCE = /\$(?:\{([A-Za-z_]\w*)(?:(:?[-+])((?:[^{}$]|\$(?=\w)|\$\{\w+\})*))?\}|([A-Za-z_]\w*))/g

/**
 * Puts build arguments in, as builders do: `$X`, `${X}`, `${X:-default}`, `${X:+other}`. A variable
 * without value becomes nothing, and so does what is too long for a name.
 */
export function substitute(text: string, variables: ReadonlyMap<string, string>, depth = 0): string {
  if (text.length > VALUE_CAP) return ''
  const result = text.replace(REFERENCE, (...match: (string | undefined)[]) => {
    const [, braced, operator, word = '', plain] = match
    const value = variables.get(braced ?? plain!)
    const isSet = operator?.startsWith(':') ? Boolean(value) : value !== undefined
    const other = () => (depth < DEEPEST ? substitute(word, variables, depth + 1) : '')
    if (operator?.endsWith('-')) return isSet ? value! : other()
    if (operator?.endsWith('+')) return isSet ? other() : ''
    return value ?? ''
  })
  return result.length > VALUE_CAP ? '' : result
}
