import type { SelectedModel } from '../policy/models.js'
import type { Plan } from '../policy/plan.js'
import type { Record_ } from '../provenance/schema.js'
import type { Draft } from './draft.js'

/** A record on its way, with all that is known before anything runs. */
export interface OpenedRun {
  model: SelectedModel
  draft: Draft
  before: Record_
  plan: Plan
  commit: string
  dirty: readonly string[]
  /** Fields that the policy asks for besides. */
  required: readonly string[]
}
