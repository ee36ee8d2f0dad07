import type { LockEntry } from './lock.js'
import { isGitCommit } from './values.js'

const EXACT = /^={2,3}\s*([^\s,*]+)$/
const COMMIT_IN_ADDRESS = /@([0-9a-f]{40}(?:[0-9a-f]{24})?)(?:[#&?]|$)/i
const DIGEST_IN_ADDRESS = /[#&]sha256=[0-9a-f]{64}/i
const NAME_IN_ADDRESS = /[#&]egg=([A-Za-z0-9._-]+)/

/** Characters of one requirement, options left out: people write a line. */
const LONGEST = 1000

/**
 * One requirement as pip and PEP 508 write it; undefined: it is none.
 *
 * @param text without comment and options
 */
export function requirementIn(text: string): LockEntry | undefined {
  if (text.length > LONGEST) return undefined
  if (/^(?:git\+|hg\+|svn\+|https?:|file:|git:)/i.test(text)) return addressed(nameOf(text), text)
  const [name] = /^[A-Za-z0-9][\w.-]*/.exec(text) ?? []
  if (name === undefined) return undefined
  const [, extras = '', rest = ''] = /^(\[[^\]]*\])?(.*)$/s.exec(text.slice(name.length).trimStart()) ?? []
  if (rest.trimStart().startsWith('@')) return addressed(name, rest.trimStart().slice(1).trim())
  const at = rest.indexOf(';')
  const marker = at < 0 ? '' : rest.slice(at + 1).trim()
  const range = (at < 0 ? rest : rest.slice(0, at))
    .trim()
    .replace(/^\(|\)$/g, '')
    .trim()
  if (range !== '' && !/^[=<>!~]/.test(range)) return undefined
  const entry: LockEntry = { name: name + extras.replace(/\s/g, ''), ...(marker && { marker }) }
  const version = EXACT.exec(range)?.[1]
  if (version !== undefined) return { ...entry, version }
  return { ...entry, range, loose: range === '' ? 'names no version' : `\`${range}\` is a range` }
}

const nameOf = (address: string): string =>
  NAME_IN_ADDRESS.exec(address)?.[1] ??
  address
    .split(/[@#?]/, 1)[0]!
    .split('/')
    .at(-1)!
    .replace(/\.git$/, '')

function addressed(name: string, text: string): LockEntry {
  const [address = '', ...markers] = text.split(' ;')
  const marker = markers.join(';').trim()
  const entry: LockEntry = { name, range: address, ...(marker && { marker }) }
  if (/^file:|^[./~]/i.test(address)) return { ...entry, loose: 'names a file of another machine' }
  if (/^(?:git|hg|svn)\+|^git:/i.test(address)) {
    const commit = COMMIT_IN_ADDRESS.exec(address)?.[1]
    return isGitCommit(commit)
      ? { ...entry, version: commit, hashed: true }
      : { ...entry, loose: 'names no commit of 40 hex digits' }
  }
  return DIGEST_IN_ADDRESS.test(address)
    ? { ...entry, version: address, hashed: true }
    : { ...entry, loose: 'an address without `#sha256=`' }
}
