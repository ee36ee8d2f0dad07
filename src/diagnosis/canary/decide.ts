import { plural } from '../../text/numbers.js'
import type { Altered, CanaryEvidence } from '../../verdict/evidence.js'
import type { InputChange, RowsSeen } from './observe.js'

/**
 * What may be said after each replay on altered inputs. An alarm needs evidence that answers did not
 * move: answers that moved otherwise than expected, and a replay that fails, are "not shown".
 */

export type RowsStatement = NonNullable<CanaryEvidence['rows']>
export type ModelStatement = NonNullable<CanaryEvidence['model']>
/** Why there are no answers, as the rest of a sentence about the evaluation. */
export interface Failed {
  failed: string
  /** It ran, and could not work with what it was given. */
  crashed: boolean
}

/** Rows that can tell, below which nothing is said; and those that a stay needs. */
export const LEAST_TELLING = 20
const LEAST_STAYING = 30
const STAYING = 0.9
/** Rows with another answer than the commonest, below which a model cannot be seen. */
const LEAST_VARIED = 5

export const NO_ROWS: RowsSeen = { telling: 0, followed: 0, stayed: 0 }

const isStay = ({ telling, stayed }: RowsSeen): boolean =>
  telling >= LEAST_STAYING && stayed >= STAYING * telling

export const notShown = (why: string, seen: RowsSeen = NO_ROWS): RowsStatement => ({
  outcome: 'not-shown',
  ...seen,
  why,
})

/** Whether a shift can tell anything. */
export const tooFew = ({ telling }: RowsSeen): RowsStatement | undefined =>
  telling >= LEAST_TELLING
    ? undefined
    : notShown(`only ${plural(telling, 'row')} could tell`, { ...NO_ROWS, telling })

/** After the first exchange of rows; `unsettled`: another exchange could tell more. */
export interface FirstRows {
  statement: RowsStatement
  unsettled?: 'mixed' | 'stay'
}

export function afterRows(seen: RowsSeen | Failed): FirstRows {
  if ('failed' in seen) return { statement: notShown(`with rows exchanged, the evaluation ${seen.failed}`) }
  const few = tooFew(seen)
  if (few) return { statement: few }
  if (seen.followed === seen.telling) return { statement: { outcome: 'follow', ...seen } }
  if (isStay(seen)) return { statement: notShown('the answers stay with the key', seen), unsettled: 'stay' }
  return { statement: partly(seen), unsettled: 'mixed' }
}

const partly = (seen: RowsSeen): RowsStatement =>
  seen.followed > seen.stayed
    ? { outcome: 'partly', ...seen }
    : notShown('most answers moved otherwise than their rows', seen)

/** After the second exchange, in which right answers moved along with their rows. */
export function afterRowsAgain(
  first: FirstRows,
  seen: RowsSeen | Failed,
  { unmoved, keyIsInput }: { unmoved: readonly string[]; keyIsInput: boolean },
): RowsStatement {
  if ('failed' in seen) return first.statement
  if (seen.followed === seen.telling) return { outcome: 'follow', ...seen }
  if (!isStay(seen)) return partly(seen)
  if (keyIsInput) return notShown('the key is an input of the model', seen)
  if (unmoved.length > 0) return notShown(`${unmoved[0]} could not be altered`, seen)
  return notShown('the answers stay with the key', seen)
}

export interface ModelSeen {
  seen: InputChange | Failed
  altered: ModelStatement['altered']
  /** A model that is used at all uses what was altered. */
  decisive: boolean
  /** Rows in which two replays of unaltered inputs differ. */
  noise: number
  /** All answers are what the model is given, as of a compression there and back: then they need not depend on it. */
  roundTrip: boolean
}

/** Of a model that was not altered. */
const modelNotShown = (why: string): ModelStatement => ({
  ...{ outcome: 'not-shown', altered: 'zero-numbers', changed: 0, of: 0 },
  why,
})
export const NO_MODEL = modelNotShown('the record names none')
/** There is no file to alter: whatever lies there is written anew. */
export const OWN_MODEL = modelNotShown('the evaluation trains its own model')

/** Answers that are nearly all the same cannot tell whether a model is used. */
export const tooUniform = (varied: number): ModelStatement | undefined =>
  varied >= LEAST_VARIED ? undefined : modelNotShown('nearly all answers are the same')

/** After a replay with an altered model; `suspect`: nothing changed, and that may be because nothing that counts was altered. */
export function afterModel({ seen, altered, decisive, noise, roundTrip }: ModelSeen): {
  statement: ModelStatement
  suspect: boolean
} {
  if ('failed' in seen) return { statement: withoutAnswers(seen, altered), suspect: false }
  const say = (outcome: ModelStatement['outcome'], why?: string) => ({
    outcome,
    altered,
    ...seen,
    ...(why !== undefined && { why }),
  })
  if (seen.changed === 0 && roundTrip)
    return { statement: say('not-shown', 'the answers are the input itself'), suspect: false }
  if (seen.changed === 0)
    return decisive
      ? { statement: say('unchanged'), suspect: false }
      : {
          statement: say('not-shown', 'no answer changed, but what was altered may not be what it reads'),
          suspect: true,
        }
  const shown = seen.changed > 3 * noise + (noise > 0 ? 5 : 0)
  return {
    statement: shown
      ? say('depends')
      : say('not-shown', 'no more answers changed than between two replays of unaltered inputs'),
    suspect: false,
  }
}

/** A model that makes the evaluation fail is read; one that was not tried to the end is not known to be. */
const withoutAnswers = ({ failed, crashed }: Failed, altered: ModelStatement['altered']): ModelStatement => ({
  outcome: crashed ? 'read' : 'not-shown',
  ...{ altered, changed: 0, of: 0 },
  why: `on an altered model, the evaluation ${failed}`,
})

/** The one more replay that would settle most; undefined if none would. */
export function thirdReplay(
  rows: FirstRows | undefined,
  model: ReturnType<typeof afterModel> | undefined,
  numbers: boolean,
): Exclude<Altered, 'rows' | 'zero-numbers'> | undefined {
  if (model?.suspect) return 'zero-bytes'
  if (rows?.unsettled) return 'rows-again'
  return model?.statement.outcome === 'read' && numbers ? 'exchanged-numbers' : undefined
}

/** After the third, if it was about the model. A failure leaves what was known. */
export function afterModelAgain(first: ModelStatement, { seen, ...again }: ModelSeen): ModelStatement {
  if (!('failed' in seen)) {
    // Exchanged numbers that change nothing prove nothing: the first replay failed.
    const { statement } = afterModel({ seen, ...again })
    return statement.outcome === 'unchanged' && first.outcome === 'read' ? first : statement
  }
  return first.outcome === 'read' || !seen.crashed ? first : withoutAnswers(seen, again.altered)
}
