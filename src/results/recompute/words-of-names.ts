/** A name as its words: `testMacro_F1@5` → test, macro, f1, at, 5. Lower case, without accents. */
export function wordsIn(name: string): string[] {
  return name
    .slice(0, 500)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/@/g, ' at ')
    .toLowerCase()
    .replace(/ı/g, 'i')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}
