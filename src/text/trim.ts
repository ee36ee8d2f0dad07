/**
 * Without the characters of this set at the end. In linear time: an expression such as `/x+$/` looks
 * for the end again at every `x`.
 */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text[end - 1]!)) end--
  return text.slice(0, end)
}
