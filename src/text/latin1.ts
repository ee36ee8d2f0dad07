/**
 * Bytes kept as latin1 text, as a person reads them: UTF-8 if they are, else with `\xNN` for every
 * byte that is not ASCII.
 */
export function showText(latin1: string): string {
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1
  const bytes = Buffer.from(latin1, 'latin1')
  const text = bytes.toString('utf8')
  if (Buffer.from(text, 'utf8').equals(bytes)) return text
  return latin1.replace(/[\u0080-\u00ff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`)
}

export const showPath = (latin1: string): string => `/${showText(latin1)}`
