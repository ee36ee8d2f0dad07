/** Stands for what is not shown. */
export const MASK = '•••'

const NAME =
  /TOKEN|SECRET|PASSW|PASSPHRASE|PWD$|APIKEY|(?:^|_)KEY(?:$|_|S$)|CREDENTIAL|AUTH|PRIVATE|SIGNATURE|COOKIE|SESSION|BEARER|(?:^|_)(?:DSN|SAS|PAT)(?:$|_)/i

/** Tokens that are known by how they begin, keys in PEM, and passwords in addresses. */
const KNOWN =
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|A[KS]IA[0-9A-Z]{16}|xox[abeoprs]-[\w-]{10,}|hf_\w{20,}|sk-[\w-]{20,}|pypi-[\w-]{20,}|npm_\w{30,}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?)|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|$)|(?<=\/\/)[^\s/@:]{0,256}:[^\s/@]{1,1024}(?=@)/g
/** `--password=x`, `API_TOKEN=x`, `Authorization: Bearer x`. */
const ASSIGNED =
  /((?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|credentials?)["']?\s{0,4}[=:]\s{0,4}["']?|\b(?:bearer|basic)\s{1,4})([^\s"',;&]{4,4096})/gi

/** Words of a value that could be keys: long, of the letters of base64 or hex. */
const RUN = /[\w+/=-]{24,4096}/g
/** Bits per character that prose, paths and versions do not reach at such lengths. */
const RANDOM = 3.6
const RANDOM_HEX = 3

function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** A digest that says what it is, `sha256:…`, is not a secret. */
function looksRandom(word: string): boolean {
  if (/^[0-9a-f-]+$/i.test(word)) return word.length >= 32 && entropy(word) > RANDOM_HEX
  if (word.split('/').length > 2 || !/\d/.test(word) || !/[a-z]/.test(word) || !/[A-Z]/.test(word))
    return false
  return entropy(word) > RANDOM
}

/** Text with its obvious secrets masked: tokens by their form, and values of names that say so. */
export const maskKnown = (text: string): string =>
  text.replace(KNOWN, MASK).replace(ASSIGNED, (_, before: string) => before + MASK)

/** Whether a variable or setting must not be shown; by its name, or by what its value looks like. */
export function isSecret(name: string, value: string): boolean {
  if (NAME.test(name) && value !== '') return true
  if (maskKnown(value) !== value) return true
  const plain = value.replace(/sha(?:256|512):[0-9a-f]+/g, '')
  return [...plain.matchAll(RUN)].some(([word]) => looksRandom(word))
}
