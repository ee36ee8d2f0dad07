import type { Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import { confine, NotAFile, readRegular, TooLarge } from '../system/files.js'
import { fieldName } from '../text/fields.js'
import { validate } from '../text/validate.js'
import { parseYaml } from '../text/yaml.js'
import { limitsSchema, policySchema, type Policy } from './schema.js'

/** The commit a pull request goes into: what is there was reviewed. */
export interface Base {
  commit: string
  /** Branch name, for people. */
  ref: string
}

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
 * Reads the team's rules: from the base commit on a pull request, else from the work tree. A policy
 * that cannot be read stops the check: a typo must not loosen a rule.
 *
 * @param path relative to the working directory
 * @throws ReprogateError `policy/outside`, `policy/base-missing`, `policy/invalid`
 */
export async function loadPolicy(
  context: Pick<Context, 'root' | 'git'>,
  path: string,
  pullRequest?: { base: Base; head: string },
): Promise<LoadedPolicy> {
  const { git, root } = context
  const place = await confine(root, path)
  if (!place.ok) throw new ReprogateError('policy/outside', `the policy ${path} ${place.why}`)
  if (!pullRequest) {
    const bytes = place.exists ? await readPolicy(place.absolute, git.prefix + path) : null
    return { ...parsedAt(bytes, path, git.prefix), from: 'the work tree' }
  }
  const { base, head } = pullRequest
  const from = `${base.ref} (${base.commit.slice(0, 7)})`
  if (!(await git.has(base.commit)))
    throw new ReprogateError(
      'policy/base-missing',
      `the base commit ${base.commit.slice(0, 7)} (${base.ref}) is not in this clone, so its policy cannot be read`,
    )
  const change = await git.diff(base.commit, head, path)
  return {
    ...parsedAt(await git.show(base.commit, path), path, git.prefix),
    from,
    change: change === '' ? undefined : change,
  }
}

const parsedAt = (bytes: Buffer | null, path: string, prefix: string) =>
  bytes === null ? { policy: {}, path: null } : { policy: parsePolicy(bytes, prefix + path), path }

async function readPolicy(absolute: string, file: string): Promise<Buffer> {
  try {
    return await readRegular(absolute, LARGEST)
  } catch (error) {
    if (error instanceof NotAFile) throw invalidPolicy('is not a regular file', file)
    if (error instanceof TooLarge) throw invalidPolicy('larger than 1 MiB', file)
    throw error
  }
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
  if (all.length === 0 && data) return data
  const told = all.slice(0, PROBLEMS).map(({ path, message, line }, index) => {
    const at = index > 0 && line !== undefined ? `line ${line}: ` : ''
    return `${at}${path.length > 0 ? `\`${fieldName(path)}\`: ` : ''}${message}`
  })
  const rest = all.length - told.length
  const text = told.length === 0 ? 'unreadable' : told.join('; ')
  throw invalidPolicy(rest > 0 ? `${text} (and ${rest} more)` : text, file, all[0]?.line)
}
