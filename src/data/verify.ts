import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { answerTest, type Concealed } from '../system/answers.js'
import type { Context } from '../system/context.js'
import { algorithmOf, fileDigest } from '../system/digest.js'
import { NotAFile, confine, plainPath, readRegular, within } from '../system/files.js'
import { matcherOf } from '../system/patterns.js'
import { listed } from '../text/numbers.js'
import type { DataEvidence } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import type { RuleId } from '../verdict/rules/index.js'
import { fingerprint, NotData, parseList, type Fingerprint } from './digest.js'
import { differingRows, TEXT_LARGEST } from './rows.js'

/** Something whose bytes the record claims: a data set, or the model. */
export interface ClaimedBytes {
  /** Of the record, as `data[1]`. */
  field: string
  name: string
  /** Relative to the working directory. */
  path: string
  digest?: string | undefined
  /** For a folder: where the list is kept that its digest is taken of. */
  list?: string | undefined
  rules: { missing: RuleId; mismatch: RuleId }
}

export interface DataRequest {
  claimed: readonly ClaimedBytes[]
  /** Recorded answers, which no data may hold. */
  answers: Concealed
  /** The recorded commit: the old bytes are looked for there first. */
  commit?: string | undefined
  /** The commit that is judged: only bytes that it holds are quoted. */
  judged: string
}

/** What the replay may read: its real place, and where it belongs in the work tree. */
export interface DataMount {
  source: string
  target: string
}

export interface DataCheck {
  findings: Found[]
  data: DataEvidence[]
  mounts: DataMount[]
}

/** Files that are named if a folder differs. */
const NAMED = 5
/** Commits in which the old bytes of a file are looked for. */
const HISTORY = 20
/** Bytes of the list of a folder. */
const LIST_LARGEST = 256 * 1024 * 1024

/** Hashes every data set and the model again. */
export async function verifyData(context: Context, request: DataRequest): Promise<DataCheck> {
  const checks: OneCheck[] = []
  const rest = request.claimed.entries()
  const verifyRest = async () => {
    for (const [index, claimed] of rest) checks[index] = await verifyOne(context, request, claimed)
  }
  // Each core hashes a set of its own.
  await Promise.all(Array.from({ length: availableParallelism() }, verifyRest))
  return {
    findings: checks.flatMap(({ findings }) => findings),
    data: checks.flatMap(({ data }) => data ?? []),
    mounts: checks.flatMap(({ mount }) => mount ?? []),
  }
}

interface OneCheck {
  findings: Found[]
  data?: DataEvidence
  mount?: DataMount | undefined
}

async function verifyOne(context: Context, request: DataRequest, claimed: ClaimedBytes): Promise<OneCheck> {
  const { field, path, digest, rules } = claimed
  const unreadable = (rule: RuleId, message: string): OneCheck => ({
    findings: [{ rule, message, field: `${field}.path` }],
  })
  const place = await confine(context.root, path)
  if (!place.ok) return unreadable('record/path-outside', `${path} ${place.why}`)
  if (!place.exists) return unreadable(rules.missing, `${path} is not there`)
  context.progress.line(`hashing ${path}`)
  let now: Fingerprint
  try {
    now = await fingerprint(context.root, place.absolute, algorithmOf(digest ?? ''), context.signal)
  } catch (error) {
    if (error instanceof NotData || error instanceof NotAFile)
      return unreadable('record/path-outside', `${path}: ${error.message}`)
    throw error
  }
  const exposed = await exposedAnswer(context, request.answers, { path, real: place.absolute, now })
  const verified = digest === now.digest
  const findings = [
    ...(exposed === undefined
      ? []
      : [
          {
            rule: 'data/exposes-answers',
            message: `${path} holds the recorded answers (${exposed})`,
            field: `${field}.path`,
          } as const,
        ]),
    ...(digest === undefined || verified ? [] : [await mismatch(context, request, claimed, now)]),
  ]
  return {
    findings,
    data: { path, files: now.files.length, bytes: now.bytes, verified },
    mount: verified && exposed === undefined ? { source: place.absolute, target: path } : undefined,
  }
}

interface Hashed {
  path: string
  /** Its real place. */
  real: string
  now: Fingerprint
}

/** What of the data is an answer: by its place, links and `..` resolved, or by its bytes. */
async function exposedAnswer(
  { root, signal }: Context,
  answers: Concealed,
  { path, real, now }: Hashed,
): Promise<string | undefined> {
  for (const answer of answers.paths) {
    const place = await confine(root, answer)
    if (within(path, answer) || (place.ok && within(real, place.absolute))) return answer
  }
  // The bytes of the data have been hashed already, as those of the answers are known.
  const hashed = answers.spelled && now.files[0]?.digest.startsWith('sha256:')
  const isAnswer = answerTest(hashed ? { ...answers, digests: [] } : answers, signal)
  const isNamed = matcherOf(answers.patterns ?? [])
  for (const { path: name, digest } of now.files) {
    if (isNamed(plainPath(`${path}/${name}`))) return name || path
    if (answers.digests.includes(digest) || (await isAnswer(join(real, name)))) return name || path
  }
  return undefined
}

async function mismatch(
  context: Context,
  request: DataRequest,
  claimed: ClaimedBytes,
  now: Fingerprint,
): Promise<Found> {
  const { field, path, name, digest, rules } = claimed
  const dirty = (await context.git.dirty()).some((file) => within(path, file))
  const what = await whatDiffers(context, request, claimed, now)
  return {
    rule: rules.mismatch,
    message: `${path} does not match its recorded digest${what === undefined ? '' : `: ${what}`}`,
    field: `${field}.digest`,
    expected: digest,
    actual: now.digest,
    remedy: `Restore ${path} ${dirty ? `with \`git checkout ${path}\`` : 'as it was for this run'}, or record the run of ${name} again with the new bytes.`,
  }
}

/**
 * Names the files of a folder, or the rows of a table: `row 211: p2 3 → 9`; undefined if nothing more is
 * known. Rows are quoted only if git holds both versions: a file that is merely there may be a secret.
 */
async function whatDiffers(
  context: Context,
  { commit, judged }: DataRequest,
  claimed: ClaimedBytes,
  now: Fingerprint,
): Promise<string | undefined> {
  const { path, digest = '' } = claimed
  if (now.files.length === 1 && now.files[0]?.path === '') {
    const after = await bytesInGit(context, [judged], path, now.digest)
    const before =
      after && (await bytesInGit(context, await commitsWith(context, commit, path), path, digest))
    return before && after ? differingRows(before, after) : undefined
  }
  const before = await listedBefore(context, claimed)
  const names = before ? changesOf(before, now) : await changedInGit(context, commit, path)
  return names.length === 0 ? undefined : listed([...new Set(names)], NAMED)
}

const changesOf = (before: ReadonlyMap<string, string>, now: Fingerprint): string[] => [
  ...now.files
    .filter((file) => before.get(file.path) !== file.digest)
    .map((file) => (before.has(file.path) ? `${file.path} changed` : `${file.path} added`)),
  ...[...before.keys()]
    .filter((old) => !now.files.some((file) => file.path === old))
    .map((old) => `${old} removed`),
]

async function changedInGit({ git }: Context, commit: string | undefined, path: string): Promise<string[]> {
  if (commit === undefined || !(await git.has(commit))) return []
  const changed = [...(await git.changed(commit, 'HEAD')), ...(await git.dirty())]
  return changed.filter((file) => within(path, file))
}

/** The recorded list of a folder, if its own bytes have the recorded digest: nothing else vouches for it. */
async function listedBefore(
  { root, signal }: Context,
  { list, digest = '' }: ClaimedBytes,
): Promise<Map<string, string> | null> {
  if (list === undefined) return null
  const place = await confine(root, list)
  if (!place.ok || !place.exists) return null
  const own = await fileDigest(place.absolute, algorithmOf(digest), signal).catch(() => null)
  return own?.digest === digest
    ? parseList((await readRegular(place.absolute, LIST_LARGEST)).toString(), algorithmOf(digest))
    : null
}

/** Commits in which the recorded bytes of a file may be, the recorded one first. */
async function commitsWith({ git }: Context, commit: string | undefined, path: string): Promise<string[]> {
  const known = commit !== undefined && (await git.has(commit)) ? [commit] : []
  return [...known, ...(await git.history(path, HISTORY))]
}

/** A text of at most 64 MiB that git holds and that has this digest. */
async function bytesInGit(
  { git }: Context,
  commits: readonly string[],
  path: string,
  digest: string,
): Promise<Buffer | null> {
  const algorithm = algorithmOf(digest)
  for (const at of commits) {
    const size = await git.sizeOf(at, path)
    if (size === undefined || size > TEXT_LARGEST) continue
    const bytes = await git.show(at, path)
    if (bytes && `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` === digest) return bytes
  }
  return null
}
