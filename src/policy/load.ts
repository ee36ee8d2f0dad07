import type { Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import type { Git } from '../system/git.js'
import { filesOfCommit, filesOfWorkTree, type TreeFiles } from '../system/tree-files.js'
import { fieldName } from '../text/fields.js'
import { validate } from '../text/validate.js'
import { parseYaml } from '../text/yaml.js'
import { levelOf, stricterLevel } from '../verdict/levels.js'
import { RULES, type RuleId } from '../verdict/rules/index.js'
import type { Track } from '../verdict/rules/rule.js'
import type { Base, Judgement } from './occasion.js'
import { PRESETS, type Preset } from './presets.js'
import { limitsSchema, policySchema, type Policy } from './schema.js'

export interface LoadedPolicy {
  policy: Policy
  /** null: this repository has none, and the built-in defaults hold. */
  path: string | null
  from: string
  /** The unified diff of the policy, if the head has another one. It is shown and not obeyed. */
  change?: string | undefined
}

const LARGEST = 1024 * 1024

export const DEFAULT_LIMITS = limitsSchema.parse({})

/**
 * Reads the team's rules: from the base if there is one, else from the work tree. If the base has none
 * and the default branch does, that one's hold, and never less than the built-in ones. A policy that is
 * there and cannot be read stops the check: a typo, or a link in its place, must not loosen a rule.
 *
 * @param path relative to the working directory
 * @throws ReprogateError `policy/outside`, `policy/base-missing`, `policy/irregular`, `policy/invalid`
 */
export async function loadPolicy(
  context: Pick<Context, 'root' | 'git'>,
  path: string,
  { tree, bases }: Judgement,
): Promise<LoadedPolicy> {
  const { git, root } = context
  const [base] = bases
  if (!base) {
    const policy = await policyIn(filesOfWorkTree(git, root), path, git.prefix)
    return { policy: policy ?? {}, path: policy && path, from: 'the work tree' }
  }
  for (const { commit, ref } of bases)
    if (!(await git.has(commit)))
      throw new ReprogateError(
        'policy/base-missing',
        `the base commit ${commit.slice(0, 7)} (${ref}) is not in this clone, so its policy cannot be read`,
      )
  const change = await git.diff(base.commit, tree.commit, path)
  return { ...(await policyOf(git, path, bases)), change: change === '' ? undefined : change }
}

async function policyOf(git: Git, path: string, bases: readonly Base[]): Promise<LoadedPolicy> {
  for (const [index, { commit, ref }] of bases.entries()) {
    const policy = await policyIn(filesOfCommit(git, commit), path, git.prefix)
    if (policy === null) continue
    const from = `${ref} (${commit.slice(0, 7)})`
    return { policy: index === 0 ? policy : notLoosened(policy), path, from }
  }
  const [{ commit, ref }] = bases as [Base]
  return { policy: {}, path: null, from: `${ref} (${commit.slice(0, 7)})` }
}

async function policyIn(files: TreeFiles, path: string, prefix: string): Promise<Policy | null> {
  const read = await files.read(path, LARGEST)
  if ('bytes' in read) return parsePolicy(read.bytes, prefix + path)
  switch (read.refused) {
    case 'missing':
      return null
    case 'outside':
      throw new ReprogateError('policy/outside', `the policy ${read.why}`)
    case 'irregular':
      throw new ReprogateError('policy/irregular', `the policy ${read.why}`)
    case 'too-large':
      throw invalidPolicy(read.why, prefix + path)
  }
}

/** The same policy with what its preset asks for written out. */
function withPreset(policy: Policy): Policy {
  if (policy.preset === undefined) return policy
  const { rules, required }: Preset = PRESETS[policy.preset]
  return {
    ...policy,
    rules: { ...rules, ...policy.rules },
    required: [...new Set([...required, ...(policy.required ?? [])])],
  }
}

/** The same policy with no rule below its built-in level, and nothing waived. */
function notLoosened(policy: Policy): Policy {
  const rules = Object.entries(policy.rules ?? {}) as [RuleId, unknown][]
  const levels = rules.map(([rule]) => {
    const strict = (track: Track) =>
      stricterLevel(levelOf(rule, track, policy.rules ?? {}), RULES[rule][track])
    return [rule, { exploratory: strict('exploratory'), production: strict('production') }]
  })
  return { ...policy, rules: Object.fromEntries(levels) as Policy['rules'], waivers: undefined }
}

const invalidPolicy = (message: string, file: string, line?: number): ReprogateError =>
  new ReprogateError('policy/invalid', message, undefined, { file, line })

/** Of a policy, told in one message. */
const PROBLEMS = 5

/** @param file as it is shown in messages */
export function parsePolicy(bytes: Buffer, file: string): Policy {
  if (bytes.length > LARGEST) throw invalidPolicy('larger than 1 MiB', file)
  const parsed = parseYaml(bytes.toString('utf8'))
  const { data, problems } = validate(policySchema, parsed, parsed.value ?? {})
  const all = [...parsed.problems, ...problems]
  if (all.length === 0 && data) return withPreset(data)
  const told = all.slice(0, PROBLEMS).map(({ path, message, line }, index) => {
    const at = index > 0 && line !== undefined ? `line ${line}: ` : ''
    return `${at}${path.length > 0 ? `\`${fieldName(path)}\`: ` : ''}${message}`
  })
  const rest = all.length - told.length
  const text = told.length === 0 ? 'unreadable' : told.join('; ')
  throw invalidPolicy(rest > 0 ? `${text} (and ${rest} more)` : text, file, all[0]?.line)
}
