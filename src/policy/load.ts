import { readFile } from 'node:fs/promises'
import { ReprogateError } from '../system/errors.js'
import type { Git } from '../system/git.js'
import { confine } from '../system/paths.js'
import { parseYaml, fieldName, validate } from '../text/yaml.js'
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
  /** The unified diff of the policy, where the head has another one. It is shown and not obeyed. */
  change?: string
}

const LARGEST = 1024 * 1024

export const DEFAULT_LIMITS = limitsSchema.parse({})

/**
 * Reads the team's rules: from the base commit on a pull request, from the work tree otherwise. A
 * policy that cannot be read stops the check: a typo must not loosen a rule.
 */
export async function loadPolicy(
  git: Git,
  root: string,
  path: string,
  base: Base | undefined,
  head: string,
): Promise<LoadedPolicy> {
  const place = await confine(root, path)
  if (!place.ok)
    throw new ReprogateError(
      'policy/outside',
      `the policy ${path} ${place.why}`,
      'Give a path inside the working directory.',
    )
  if (base && !(await git.has(base.commit)))
    throw new ReprogateError(
      'policy/base-missing',
      `the base commit ${base.commit.slice(0, 7)} (${base.ref}) is not in this clone, so its policy cannot be read`,
      'Check out with `fetch-depth: 0`.',
    )
  const bytes = base
    ? await git.show(base.commit, path)
    : place.exists
      ? await readFile(place.absolute)
      : null
  const change = base ? await git.diff(base.commit, head, path) : ''
  const from = base ? `${base.ref} (${base.commit.slice(0, 7)})` : 'the work tree'
  return {
    policy: bytes === null ? {} : parsePolicy(bytes, git.prefix + path),
    path: bytes === null ? null : path,
    from,
    ...(change === '' ? {} : { change }),
  }
}

/** Of a policy, told in one message. */
const PROBLEMS = 5

/** @param file as it is shown in messages */
export function parsePolicy(bytes: Buffer, file: string): Policy {
  const invalid = (message: string, line?: number) =>
    new ReprogateError(
      'policy/invalid',
      message,
      'Correct the policy; `schema/policy.schema.json` describes every field.',
      {
        file,
        ...(line === undefined ? {} : { line }),
      },
    )
  if (bytes.length > LARGEST) throw invalid('larger than 1 MiB')
  const parsed = parseYaml(bytes.toString('utf8'))
  const { data, problems } = validate(policySchema, parsed, parsed.value ?? {})
  const all = [...parsed.problems, ...problems]
  if (all.length === 0 && data) return data
  const told = all.slice(0, PROBLEMS).map(({ path, message, line }, index) => {
    const at = index > 0 && line !== undefined ? `line ${line}: ` : ''
    return `${at}${path.length > 0 ? `\`${fieldName(path)}\`: ` : ''}${message}`
  })
  const rest = all.length - told.length
  throw invalid(
    told.length === 0 ? 'unreadable' : `${told.join('; ')}${rest > 0 ? ` (and ${rest} more)` : ''}`,
    all[0]?.line,
  )
}
