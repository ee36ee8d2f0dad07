import { z } from 'zod'
import { ReprogateError } from '../system/errors.js'
import { TRACKS } from '../verdict/rules/rule.js'
import { didYouMean } from '../text/validate.js'

export const COMMENT_MODES = ['always', 'on-problem', 'never'] as const
export const REBUILDS = ['fresh', 'cached'] as const

/** An input that was not given is the empty string. */
const optional = <const T extends readonly [string, ...string[]]>(allowed: T) =>
  z.union([z.literal(''), z.enum(allowed)]).transform((value) => (value === '' ? undefined : value))

const choices = { comment: COMMENT_MODES, track: TRACKS, rebuild: REBUILDS } as const

const inputsSchema = z.strictObject({
  config: z.string().transform((path) => path || 'reprogate.yml'),
  models: z.string().transform((names) => [...new Set(names.split(/[\s,]+/).filter((name) => name !== ''))]),
  track: optional(choices.track),
  'github-token': z.string(),
  comment: optional(choices.comment).transform((mode) => mode ?? 'always'),
  rebuild: optional(choices.rebuild),
  'working-directory': z.string().transform((path) => path || '.'),
})

export type Inputs = z.infer<typeof inputsSchema>
export type CommentMode = Inputs['comment']
export const INPUT_NAMES = Object.keys(inputsSchema.shape) as (keyof Inputs)[]

const isChoice = (name: PropertyKey | undefined): name is keyof typeof choices =>
  name !== undefined && Object.hasOwn(choices, name)

/**
 * Reads the inputs of the step.
 *
 * @param getInput gives the trimmed text of an input, '' if it was not given
 * @throws ReprogateError `input/invalid`, which names the input, its value and what it may be
 */
export function loadInputs(getInput: (name: string) => string): Inputs {
  const given = Object.fromEntries(INPUT_NAMES.map((name) => [name, getInput(name)]))
  const result = inputsSchema.safeParse(given)
  if (result.success) return result.data
  const [problem] = result.error.issues
  const name = problem?.path[0]
  if (!isChoice(name)) throw result.error
  const value = given[name] ?? ''
  const allowed: readonly string[] = choices[name]
  const near = didYouMean(value, allowed)
  throw new ReprogateError(
    'input/invalid',
    `Input \`${name}\` is \`${value}\`, which is not one of ${allowed.map((one) => `\`${one}\``).join(', ')}`,
    near && `Did you mean \`${name}: ${near}\`?`,
  )
}
