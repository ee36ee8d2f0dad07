import type { LockContent, LockEntry, LockFormat, NestedLock } from './lock.js'
import { requirementIn } from './requirement.js'

const NESTED = /^(?:-r|--requirement|-c|--constraint)(?:\s|=|(?=[^\s-]))(.+)$/s
const EDITABLE = /^(?:-e|--editable)[\s=](.+)$/s
const LOCAL = /^(?:\.|\/|[A-Za-z]:[\\/]|file:)/
const HASH = /--hash[= ]\s*(\w+):([0-9a-fA-F]+)/g
/** `Package   Version` above a line of hyphens, as `pip list` prints it. */
const PIP_LIST = /^Package\s+Version\b.*\r?\n---[- ]*$/m
/** `numpy=1.19.2=py38h54aff64_0`: `conda list --export`. */
const CONDA_FORM = /^([A-Za-z0-9_][\w.-]*)=([^=\s]+)(?:=(\S+))?$/

/** Requirements of pip: with hashes, with other files, a freeze, and what is only called so. */
export const requirements: LockFormat = {
  name: 'requirements',
  files: /requirements[^/]*\.(?:txt|in|lock)$|^constraints[^/]*\.txt$/i,
  read: (text) => (PIP_LIST.test(text) ? pipList(text) : pipRequirements(text)),
}

function pipList(text: string): LockContent {
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex((line) => /^-{3,}/.test(line))
  const loose = 'stands in a table of `pip list`, which pip cannot install'
  const entries = lines.flatMap((line, at): LockEntry[] => {
    const [, name, version] = /^([A-Za-z0-9][\w.-]*)\s+(\S+)/.exec(line) ?? []
    return at > start && name !== undefined ? [{ name, version, loose, line: at + 1 }] : []
  })
  return { entries, whole: true }
}

/** Lines that a backslash continues are one; a comment ends a line. */
export function* logicalLines(text: string): Generator<{ text: string; line: number }> {
  let held: string[] = []
  let first = 1
  for (const [at, raw] of text.split(/\r?\n|\r/).entries()) {
    if (held.length === 0) first = at + 1
    const goesOn = raw.endsWith('\\')
    held.push(goesOn ? raw.slice(0, -1) : raw)
    if (goesOn) continue
    yield { text: withoutComment(held.join(' ')), line: first }
    held = []
  }
  if (held.length > 0) yield { text: withoutComment(held.join(' ')), line: first }
}

function withoutComment(text: string): string {
  const trimmed = text.trim()
  if (trimmed.startsWith('#')) return ''
  const at = trimmed.search(/\s#/)
  return at < 0 ? trimmed : trimmed.slice(0, at).trim()
}

function pipRequirements(text: string): LockContent {
  const entries: LockEntry[] = []
  const nested: NestedLock[] = []
  for (const { text: line, line: at } of logicalLines(text)) {
    const path = NESTED.exec(line)?.[1]?.trim()
    const editable = EDITABLE.exec(line)?.[1]?.trim()
    if (path !== undefined)
      nested.push({
        path,
        kind: /^(?:-c|--c)/.test(line) ? 'constraint' : 'requirements',
        line: at,
      })
    else if (editable !== undefined && LOCAL.test(editable))
      nested.push({ path: editable.replace(/\[.*/s, '').trim(), kind: 'project', line: at })
    else {
      const entry = entryIn(editable ?? line)
      if (entry) entries.push({ ...entry, line: at })
    }
  }
  return { entries, nested }
}

/** undefined: an option, or nothing that pip would install. */
function entryIn(line: string): LockEntry | undefined {
  if (line === '' || line.startsWith('-')) return undefined
  const [, name, version, build] = CONDA_FORM.exec(line) ?? []
  if (name !== undefined && version !== undefined && !version.startsWith('='))
    return {
      name,
      version,
      loose: `is in conda’s form (\`${clipped(`${version}${build ? '=…' : ''}`)}\`), which pip cannot install`,
    }
  if (LOCAL.test(line)) return { name: clipped(line), range: line, loose: 'names a file of another machine' }
  const [requirement = ''] = line
    .replace(/\s+/g, ' ')
    .split(/ --(?:hash|global-option|install-option|config-settings?)\b/, 1)
  const entry = requirementIn(requirement.trim())
  if (entry === undefined) return { name: clipped(line), loose: 'is nothing that pip understands' }
  const hashes = [...line.matchAll(HASH)]
  const hashed = entry.hashed ?? hashes.some(([, kind, hex = '']) => kind === 'sha256' && hex.length === 64)
  return { ...entry, ...(hashed && { hashed }) }
}

const clipped = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)
