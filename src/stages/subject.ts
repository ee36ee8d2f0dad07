import { planOf, trackOf, type Plan } from '../policy/plan.js'
import type { LoadedPolicy } from '../policy/load.js'
import type { SelectedModel } from '../policy/models.js'
import { claimsOf, type Claims } from '../provenance/claims.js'
import { readSources } from '../provenance/sources/index.js'
import type { Context } from '../system/context.js'
import type { RuleLevels } from '../verdict/levels.js'
import type { Track } from '../verdict/rules/rule.js'

/** What a check is about, in git's terms. */
export interface JudgedTree {
  /** The commit that is judged. */
  commit: string
  /** Whether the files that lie in the working directory are judged with it. */
  worktree: boolean
}

/** How costly stages are asked for on the exploratory track; `fresh` is what production does anyway. */
export type Rebuild = 'fresh' | 'cached'

/** One model under judgement. Read once, passed whole. */
export interface Subject {
  readonly name: string
  readonly tree: JudgedTree
  readonly track: Track
  readonly levels: RuleLevels
  readonly rebuild: Rebuild | undefined
  /** What the policy says of the model. */
  readonly model: SelectedModel
  /** Fields that the policy requires besides. */
  readonly required: readonly string[]
  readonly claims: Claims
  readonly plan: Plan
}

/** What is the same for every model of a check. */
export interface Occasion {
  tree: JudgedTree
  loaded: LoadedPolicy
  /** Asked for by input or option; the stricter of this, the policy and the record wins. */
  track?: Track | undefined
  rebuild?: Rebuild | undefined
}

/** Reads everything that is claimed of a model, and plans its check. */
export async function subjectOf(
  context: Context,
  model: SelectedModel,
  { tree, loaded, track, rebuild }: Occasion,
): Promise<Subject> {
  const readings = await readSources(context, model.settings.record)
  const claims = claimsOf(readings)
  return {
    name: model.name,
    tree,
    track: trackOf(loaded.policy, model, claims.record, track),
    levels: loaded.policy.rules ?? {},
    rebuild,
    model,
    required: loaded.policy.required ?? [],
    claims,
    plan: planOf(model, loaded, claims.record),
  }
}
