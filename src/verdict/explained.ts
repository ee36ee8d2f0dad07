import { z } from 'zod'
import { plural } from '../text/numbers.js'
import { factorText, isFound } from './cause.js'
import { AGREEMENTS, AGREES, causeSchema, differenceSchema, PARITIES, type Difference } from './evidence.js'
import { machineDifferences, machineSchema } from './machine.js'
import { JUDGED, type ModelReport, type Report } from './report.js'
import { TRACKS } from './rules/rule.js'

/** What a report says that a search elsewhere goes by, and what that search comes to. */

const line = z.string().max(2000)

/**
 * A report from another machine, which anybody can have written: only what is needed of it is read. Fields
 * of later versions are passed over.
 */
export const seenReportSchema = z.object({
  reprogate: z.literal('report/1'),
  commit: z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, 'must be a commit'),
  judged: z.enum(JUDGED).optional(),
  models: z
    .array(
      z.object({
        name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be the name of a model'),
        track: z.enum(TRACKS),
        parity: z.enum(PARITIES).nullable(),
        agreement: z.enum(AGREEMENTS).nullable(),
        cause: line,
        evidence: z.object({
          machine: machineSchema.optional(),
          environment: z
            .object({ differences: z.array(z.object(differenceSchema.shape)).max(1000) })
            .optional(),
          evaluation: z
            .object({
              metrics: z.array(z.object({ name: line, replayed: line.optional() })).max(10_000),
              exitCode: z.int().optional(),
            })
            .optional(),
        }),
      }),
    )
    .max(1000),
})
export type SeenReport = z.infer<typeof seenReportSchema>
export type SeenModel = SeenReport['models'][number]

export const EXPLAINED = [
  /** Something was found that a person can act upon. */
  'explained',
  'not-explained',
  /** Here the result comes back. */
  'not-seen-here',
  /** The report has no result that differs. */
  'nothing-to-explain',
  'could-not-check',
] as const

export const explainedSchema = z.strictObject({
  reprogate: z.literal('explained/1'),
  /** The commit of the report, and the one that was replayed here. */
  commit: z.string(),
  here: z.string().optional(),
  models: z.array(
    z.strictObject({
      name: z.string(),
      outcome: z.enum(EXPLAINED),
      /** A sentence or two. */
      says: z.string(),
      fix: z.string().optional(),
      report: z.strictObject({
        parity: z.enum(PARITIES).nullable(),
        agreement: z.enum(AGREEMENTS).nullable(),
        says: z.string(),
      }),
      here: z
        .strictObject({ parity: z.enum(PARITIES).nullable(), agreement: z.enum(AGREEMENTS).nullable() })
        .optional(),
      /** What is otherwise in the report than here, as clauses. */
      otherwise: z.array(z.string()),
      cause: causeSchema.optional(),
    }),
  ),
})
export type Explanations = z.infer<typeof explainedSchema>
export type ExplainedModel = Explanations['models'][number]

/** Whether the report has a result to explain: one that differs, or none in a rebuild that did not run it. */
export const hasDifference = ({ agreement, evidence: { evaluation } }: SeenModel): boolean =>
  agreement === null ? (evaluation?.exitCode ?? 0) !== 0 : !AGREES.includes(agreement)

/** What the report says, and what the search here came to; `here` only has the models that were searched. */
export function explained(seen: SeenReport, models: readonly SeenModel[], here?: Report): Explanations {
  const others = here === undefined ? [] : commitDifference(seen, here)
  return {
    reprogate: 'explained/1',
    commit: seen.commit,
    ...(here && { here: here.commit }),
    models: models.map((model) =>
      explainedModel(
        model,
        here?.models.find(({ name }) => name === model.name),
        others,
      ),
    ),
  }
}

const commitDifference = ({ commit }: SeenReport, here: Report): string[] =>
  commit === here.commit
    ? []
    : [`commit: ${commit.slice(0, 7)} in the report, ${here.commit.slice(0, 7)} here`]

function explainedModel(
  seen: SeenModel,
  here: ModelReport | undefined,
  others: readonly string[],
): ExplainedModel {
  const { name, parity, agreement } = seen
  const report = { parity, agreement, says: seen.cause }
  if (!here || !hasDifference(seen))
    return {
      ...{ name, report, otherwise: [] },
      outcome: 'nothing-to-explain',
      says: 'The report has no result of this model that differs from its record.',
    }
  const outcome = outcomeOf(here)
  const { cause } = here.evidence
  return {
    ...{ name, outcome, report },
    says: SAYS[outcome](here),
    ...(here.fix !== undefined && outcome !== 'not-seen-here' && { fix: here.fix }),
    here: { parity: here.parity, agreement: here.agreement },
    otherwise: [...others, ...otherwise(seen, here)],
    ...(cause && { cause }),
  }
}

function outcomeOf({
  agreement,
  evidence,
}: ModelReport): Exclude<ExplainedModel['outcome'], 'nothing-to-explain'> {
  if (AGREES.includes(agreement)) return 'not-seen-here'
  if (evidence.cause && isFound(evidence.cause)) return 'explained'
  return agreement === null && !evidence.cause ? 'could-not-check' : 'not-explained'
}

const SAYS: Record<ReturnType<typeof outcomeOf>, (here: ModelReport) => string> = {
  explained: ({ cause }) => cause,
  'not-explained': ({ cause, evidence }) =>
    evidence.cause ? cause : `${cause} What made the difference was not searched for, or the search failed.`,
  'not-seen-here': () =>
    'Here it comes back; the difference in the report was not seen on this machine. Nothing is attributed.',
  'could-not-check': ({ cause }) => cause,
}

/** Differences of one kind that are listed. */
const MOST = 10

/** What the report has otherwise than the check here: machine, environment, results. */
function otherwise(seen: SeenModel, here: ModelReport): string[] {
  const { machine = {}, environment, evaluation } = seen.evidence
  const there = environment?.differences ?? []
  const ours = here.evidence.environment?.differences ?? []
  const moved = (evaluation?.metrics ?? []).flatMap(({ name, replayed }) => {
    const now = here.evidence.evaluation?.metrics.find((metric) => metric.name === name)?.replayed
    if (replayed === undefined || now === undefined || now === replayed) return []
    return [`${name}: ${replayed} in the report, ${now} here`]
  })
  return [
    ...machineDifferences(machine, here.evidence.machine ?? {}),
    ...listedDifferences(without(there, ours), 'in the report, not here'),
    ...listedDifferences(without(ours, there), 'here, not in the report'),
    ...cut(moved, 'metrics'),
  ]
}

const identityOf = ({ kind, name, pinned, rebuilt }: Difference): string =>
  JSON.stringify([kind, name, pinned, rebuilt])

function without(some: readonly Difference[], others: readonly Difference[]): Difference[] {
  const known = new Set(others.map(identityOf))
  return some.filter((one) => !known.has(identityOf(one)))
}

const listedDifferences = (differences: readonly Difference[], where: string): string[] =>
  cut(
    differences.map((difference) => `environment: ${factorText(difference)}, ${where}`),
    `differences of the environment ${where}`,
  )

const cut = (lines: readonly string[], what: string): string[] =>
  lines.length <= MOST
    ? [...lines]
    : [...lines.slice(0, MOST), `${plural(lines.length - MOST, 'more', 'more')} ${what}`]
