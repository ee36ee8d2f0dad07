import { dvcFolderDigest, md5Forms } from '../../../system/dvc-digest.js'
import { listed, plural } from '../../../text/numbers.js'
import type { Found } from '../../../verdict/finding.js'
import type { RuleId } from '../../../verdict/rules/index.js'
import { valuesIn } from '../documents.js'
import type { History, SourceTree } from '../source.js'
import { flattened, mapOf } from '../values.js'
import { makersOf, type PlacedFile, type PlacedStage } from './choice.js'
import { commandFindings } from './commands.js'
import type { Pipeline } from './pipeline.js'
import { placed } from './pipeline.js'
import { readTracked, type TrackedFile } from './tracked.js'

/** Bytes of a file, and of a folder's files, that are hashed here. */
const LARGEST = 64 * 1024 * 1024
const MOST_FILES = 2000
/** Commits of a file in which the locked form is looked for. */
const COMMITS = 30

export interface LockCheck {
  stages: readonly PlacedStage[]
  pipeline: Pipeline | null
  /** Folder of the lock. */
  folder: string
  /** The lock, relative to the root of the repository. */
  file: string
}

/**
 * Holds a lock against itself and the tree: each stage's files by digest (as bytes, and as Unix and Windows
 * would end their lines), its parameters by value and its command by text. Silent on what git does not hold.
 */
export async function checkLock(tree: SourceTree, check: LockCheck): Promise<Found[]> {
  const files = await tree.files.list()
  const tracked = await readTracked(tree, files)
  const frozen = new Set(check.pipeline?.stages.filter((stage) => stage.frozen).map(({ name }) => name))
  const live = check.stages.filter(({ name }) => !frozen.has(name))
  return [
    ...disagreements(check, tracked),
    ...(await fileFindings(tree, { ...check, stages: live }, files)),
    ...(await parameterFindings(tree, { ...check, stages: live })),
    ...(check.pipeline === null ? [] : commandFindings({ ...check, stages: live, pipeline: check.pipeline })),
    ...neverRun(check),
  ]
}

/** A stage has read another form of a file than the stage before it has written, or `.dvc` has pinned. */
function disagreements({ stages, file }: LockCheck, tracked: readonly TrackedFile[]): Found[] {
  const written = new Map<string, { md5: string | undefined; by: string; legacy: boolean }>()
  for (const { path, md5, legacy, file: by } of tracked) written.set(path, { md5, by, legacy })
  for (const { name, outs } of stages)
    for (const { path, md5, legacy } of outs) written.set(path, { md5, by: name, legacy })
  return stages.flatMap(({ name, deps }) =>
    deps.flatMap(({ path, md5, legacy, line }): Found[] => {
      const before = written.get(path)
      // Digests of two kinds can differ of one file.
      if (md5 === undefined || before?.md5 === undefined || before.legacy !== legacy) return []
      if (md5 === before.md5) return []
      return [
        {
          rule: 'claims/lock-disagrees',
          message: `\`${name}\` has read another ${path} than \`${before.by}\` has written`,
          file,
          line,
          expected: `md5:${before.md5}`,
          actual: `md5:${md5}`,
        },
      ]
    }),
  )
}

async function fileFindings(
  tree: SourceTree,
  { stages, file }: LockCheck,
  files: readonly string[],
): Promise<Found[]> {
  const made = makersOf(stages.map((stage) => [stage, stage.outs.map(({ path }) => path)]))
  const present = new Set(files)
  const seen = new Set<string>()
  const findings: Found[] = []
  const look = async (rule: RuleId, stage: string, locked: PlacedFile) => {
    const { path, md5, line } = locked
    // One file is one finding, however many stages have read it.
    if (md5 === undefined || seen.has(`${path} ${md5}`)) return
    seen.add(`${path} ${md5}`)
    const inside = present.has(path) ? [] : files.filter((one) => one.startsWith(`${path}/`))
    const forms = await formsOf(tree, path, inside)
    if (forms.length === 0 || forms.includes(md5)) return
    const since = inside.length > 0 ? '' : await sinceWhen(tree.history, path, md5)
    const what = rule === 'claims/out-differs' ? 'wrote' : 'was run with'
    const message = `\`${stage}\` ${what} another ${path} than the repository has${since}`
    findings.push({ rule, message, file, line, expected: `md5:${md5}`, actual: `md5:${forms[0]}` })
  }
  for (const { name, deps, outs } of stages) {
    for (const dep of deps) if (made(dep.path) === undefined) await look('claims/lock-stale', name, dep)
    for (const out of outs) await look('claims/out-differs', name, out)
  }
  return findings
}

/** Digests that a path of the tree can have for DVC; none: its bytes are not here, or not all of them. */
async function formsOf({ files }: SourceTree, path: string, inside: readonly string[]): Promise<string[]> {
  const formsOfFile = async (name: string): Promise<string[]> => {
    const read = await files.read(name, LARGEST)
    return 'refused' in read || isPointer(read.bytes) ? [] : md5Forms(read.bytes)
  }
  if (inside.length === 0) return formsOfFile(path)
  // Git has only the file that says what to leave out: the data are elsewhere.
  const real = inside.filter((name) => !/(?:^|\/)\.git(?:ignore|keep)$/.test(name))
  if (real.length === 0 || inside.length > MOST_FILES) return []
  // Part of it is kept outside of git: nothing can be said of the whole.
  if (inside.some((name) => /(?:^|\/)\.gitignore$|\.dvc$/.test(name))) return []
  const forms: string[][] = []
  for (const name of inside) {
    const own = await formsOfFile(name)
    if (own.length === 0) return []
    forms.push(own)
  }
  const names = inside.map((name) => name.slice(path.length + 1))
  return [0, 1, 2].map((form) =>
    dvcFolderDigest(new Map(names.map((name, index) => [name, forms[index]![form]!]))),
  )
}

const isPointer = (bytes: Buffer): boolean =>
  bytes.subarray(0, 40).toString('latin1').startsWith('version https://git-lfs.github.com/')

/** When the locked form was left behind, if history holds it. */
async function sinceWhen(history: History | undefined, path: string, md5: string): Promise<string> {
  if (history === undefined) return ''
  const commits = await history.git.history(path, COMMITS, history.head)
  for (const [index, commit] of commits.entries()) {
    const bytes = await history.git.show(commit, path)
    if (bytes === null || bytes.length > LARGEST || !md5Forms(bytes).includes(md5)) continue
    if (index === 0) return ': it has changes that are not committed'
    const later = commits[index - 1]!.slice(0, 7)
    return `: stale since ${later} (${plural(index, 'commit')} after ${commit.slice(0, 7)}, which has it)`
  }
  if (await history.git.shallow()) return ''
  return commits.length < COMMITS
    ? ': no commit has ever held that one'
    : `: none of its last ${COMMITS} commits holds that one`
}

async function parameterFindings(tree: SourceTree, { stages, folder, file }: LockCheck): Promise<Found[]> {
  const findings: Found[] = []
  const current = new Map<string, Map<string, unknown> | null>()
  const seen = new Set<string>()
  for (const { name, folder: here, locked } of stages)
    for (const [from, values] of locked.params) {
      const path = placed(here, from) ?? placed(folder, from) ?? from
      if (!current.has(path)) {
        const document = await valuesIn(tree, path)
        current.set(path, document && flattened(mapOf(document.value)))
      }
      const now = current.get(path)
      if (!now) continue
      for (const [parameter, value] of values) {
        const other = now.get(parameter)
        if (sameValue(value, other) || seen.has(`${path} ${parameter}`)) continue
        seen.add(`${path} ${parameter}`)
        const is = now.has(parameter) ? `is ${text(other)} in ${path}` : `is not in ${path} any more`
        findings.push({
          rule: 'claims/parameter-changed',
          message: `\`${parameter}\` was ${text(value)} in the run of \`${name}\`, and ${is}`,
          file,
          line: locked.lineOfParameter(from, parameter),
          expected: text(value),
          actual: text(other),
        })
      }
    }
  return findings
}

const text = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200)

/** Numbers are compared as numbers; a map that the file has below the name was flattened away. */
const sameValue = (a: unknown, b: unknown): boolean =>
  a === b || (a ?? null) === (b ?? null) || JSON.stringify(a) === JSON.stringify(b)

function neverRun({ stages, pipeline, file }: LockCheck): Found[] {
  const locked = new Set(stages.map(({ name }) => name))
  const missing =
    pipeline?.stages.filter(
      ({ name, frozen, written }) => !frozen && written.length > 0 && !locked.has(name),
    ) ?? []
  if (missing.length === 0 || pipeline === null) return []
  const names = missing.map(({ name }) => `\`${name}\``)
  const { file: declared } = pipeline
  return [
    {
      rule: 'claims/stage-not-run',
      message: `${listed(names, 5)} ${names.length === 1 ? 'has' : 'have'} no entry in ${file}`,
      file: declared,
      line: missing[0]!.line,
    },
  ]
}
