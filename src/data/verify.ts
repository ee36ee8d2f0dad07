import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Context, Found } from '../system/context.js'
import type { Git } from '../system/git.js'
import { confine, within } from '../system/paths.js'
import type { Record_ } from '../provenance/schema.js'
import type { Location } from '../provenance/sources/native.js'
import type { RuleId } from '../verdict/rules.js'
import { algorithmOf, fileDigest, fingerprint, NotData, parseList, type Fingerprint } from './digest.js'
import { differingRows } from './rows.js'

export interface Verified {
  path: string
  files: number
  bytes: number
  verified: boolean
}

export interface DataCheck {
  findings: Found[]
  data: Verified[]
  /** What the replay may read: its real place, and where it belongs in the work tree. */
  mounts: { source: string; target: string }[]
}

/** What is hashed: data sets and the model are checked alike. */
interface Subject {
  field: string
  name: string
  path: string
  digest: string | undefined
  list: string | undefined
  rules: { missing: RuleId; mismatch: RuleId }
}

function subjects(record: Record_): Subject[] {
  const data = (record.data ?? []).flatMap((entry, index) =>
    entry.path === undefined
      ? []
      : [
          {
            field: `data[${index}]`,
            name: entry.name ?? entry.path,
            path: entry.path,
            digest: entry.digest,
            list: entry.list,
            rules: { missing: 'data/file-missing', mismatch: 'data/digest-mismatch' },
          } as const,
        ],
  )
  const { path, digest } = record.model ?? {}
  const model: Subject[] =
    path === undefined
      ? []
      : [
          {
            field: 'model',
            name: record.model?.name ?? path,
            path,
            digest,
            list: undefined,
            rules: { missing: 'model/file-missing', mismatch: 'model/digest-mismatch' },
          },
        ]
  return [...data, ...model]
}

/**
 * Hashes every data set and the model again.
 *
 * @param answers recorded answers: files that no data folder may hold, by path and by digest
 */
export async function verifyData(
  context: Context,
  git: Git,
  record: Record_,
  answers: { paths: readonly string[]; digest: string | undefined },
  locate: (field: string) => Location,
): Promise<DataCheck> {
  const result: DataCheck = { findings: [], data: [], mounts: [] }
  for (const subject of subjects(record)) {
    const check = await verifyOne(context, git, record.code?.commit, subject, answers, locate)
    result.findings.push(...check.findings)
    if (check.data) result.data.push(check.data)
    if (check.mount) result.mounts.push(check.mount)
  }
  return result
}

async function verifyOne(
  context: Context,
  git: Git,
  commit: string | undefined,
  { field, name, path, digest, list, rules }: Subject,
  answers: { paths: readonly string[]; digest: string | undefined },
  locate: (field: string) => Location,
): Promise<{ findings: Found[]; data?: Verified; mount?: { source: string; target: string } }> {
  const at = (part: string) => ({ ...locate(`${field}.${part}`), field: `${field}.${part}` })
  const place = await confine(context.root, path)
  if (!place.ok)
    return { findings: [{ rule: 'record/path-outside', message: `${path} ${place.why}`, ...at('path') }] }
  if (!place.exists)
    return { findings: [{ rule: rules.missing, message: `${path} is not there`, ...at('path') }] }

  context.progress.line(`hashing ${path}`)
  let now: Fingerprint
  try {
    now = await fingerprint(context.root, place.absolute, algorithmOf(digest ?? ''), context.signal)
  } catch (error) {
    if (!(error instanceof NotData)) throw error
    return {
      findings: [{ rule: 'record/path-outside', message: `${path}: ${error.message}`, ...at('path') }],
    }
  }

  const findings: Found[] = []
  const exposed =
    answers.paths.find((answer) => within(path, answer)) ??
    now.files.find((file) => answers.digest !== undefined && file.digest === answers.digest)?.path
  if (exposed !== undefined)
    findings.push({
      rule: 'data/exposes-answers',
      message: `${path} holds the recorded answers (${exposed || path})`,
      ...at('path'),
    })

  const verified = digest === now.digest
  if (digest !== undefined && !verified)
    findings.push({
      rule: rules.mismatch,
      message: `${path} has other bytes than recorded${await whatDiffers(context, git, commit, { path, digest, list }, now)}`,
      ...at('digest'),
      expected: digest,
      actual: now.digest,
      remedy: (await git.dirty()).some((dirty) => within(path, dirty))
        ? `Restore ${path} with \`git checkout ${path}\`, or record the run of ${name} again with the new bytes.`
        : `Restore ${path} as it was for this run, or record the run of ${name} again with the new bytes.`,
    })
  return {
    findings,
    data: { path, files: now.files.length, bytes: now.bytes, verified },
    ...(verified && exposed === undefined ? { mount: { source: place.absolute, target: path } } : {}),
  }
}

/** Names the file of a folder, or the rows of a table: `: row 211 differs …`; '' where nothing more is known. */
async function whatDiffers(
  context: Context,
  git: Git,
  commit: string | undefined,
  { path, digest, list }: { path: string; digest: string; list: string | undefined },
  now: Fingerprint,
): Promise<string> {
  const single = now.files.length === 1 && now.files[0]?.path === ''
  if (single) {
    const before = await bytesInGit(git, commit, path, digest)
    const rows = before && differingRows(before, await readFile(`${context.root}/${path}`))
    return rows === undefined ? '' : `: ${rows}`
  }
  const before = await listedBefore(context, list, digest)
  const names =
    before === null
      ? commit !== undefined && (await git.has(commit))
        ? [...(await git.changed(commit, 'HEAD')), ...(await git.dirty())].filter((changed) =>
            within(path, changed),
          )
        : []
      : [
          ...now.files
            .filter((file) => before.get(file.path) !== file.digest)
            .map((file) => (before.has(file.path) ? `${file.path} changed` : `${file.path} added`)),
          ...[...before.keys()]
            .filter((old) => !now.files.some((file) => file.path === old))
            .map((old) => `${old} removed`),
        ]
  const unique = [...new Set(names)]
  return unique.length === 0
    ? ''
    : `: ${unique.slice(0, 5).join(', ')}${unique.length > 5 ? ` and ${unique.length - 5} more` : ''}`
}

/** The recorded list of a folder, when its own bytes have the recorded digest: nothing else vouches for it. */
async function listedBefore(
  context: Context,
  list: string | undefined,
  digest: string,
): Promise<Map<string, string> | null> {
  if (list === undefined) return null
  const place = await confine(context.root, list)
  if (!place.ok || !place.exists) return null
  const own = await fileDigest(place.absolute, algorithmOf(digest), context.signal).catch(() => null)
  return own?.digest === digest
    ? parseList(await readFile(place.absolute, 'utf8'), algorithmOf(digest))
    : null
}

/** How far back the old bytes are looked for. */
const HISTORY = 20

async function bytesInGit(
  git: Git,
  commit: string | undefined,
  path: string,
  digest: string,
): Promise<Buffer | null> {
  const algorithm = algorithmOf(digest)
  const known = commit !== undefined && (await git.has(commit)) ? [commit] : []
  for (const at of [...known, ...(await git.history(path, HISTORY))]) {
    const bytes = await git.show(at, path)
    if (bytes && `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` === digest) return bytes
  }
  return null
}
