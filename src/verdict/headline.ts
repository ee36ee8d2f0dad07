import type { Finding, ModelReport, Verdict } from './report.js'
import { RULES, type Consequence } from './rules.js'

/** What of the report the headline is made of. */
export interface Judged {
  verdict: Verdict
  findings: readonly Finding[]
  agreement: ModelReport['agreement']
  /** Why the costly stages did not run, where they did not. */
  waiting?: string | undefined
  fields: { present: number; required: number }
}

const CALM: Partial<Record<NonNullable<ModelReport['agreement']>, string>> = {
  identical: 'every prediction and every metric came back, bit for bit',
  'identical-values': 'every prediction and every metric came back; only their order or format differs',
  'within-tolerance': 'every prediction and every metric came back within its tolerance',
  equivalent: 'the results are equivalent within the declared margin',
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

/**
 * The cause in a sentence and the fix in another: what a reviewer reads first. It says what differs,
 * and claims no more than was measured: that a package changed and the result changed, not that the
 * one made the other.
 */
export function causeOf({ verdict, findings, agreement, waiting, fields }: Judged): {
  cause: string
  fix?: string
} {
  const telling = findings.filter(
    ({ rule }) => RULES[rule].consequence === (verdict as Consequence) && RULES[rule].production === 'error',
  )
  const first = telling[0]
  if (verdict === 'reproduced')
    return {
      cause: `Rebuilt from its record and evaluated again: ${(agreement && CALM[agreement]) ?? 'the results agree'}.`,
    }
  if (verdict === 'incomplete' && telling.length > 0) {
    const missing = telling.filter(({ rule }) => rule.endsWith('missing')).length
    const wrong = telling.length - missing
    const parts = [
      ...(missing > 0 ? [counted(missing, 'required field is missing', 'required fields are missing')] : []),
      ...(wrong > 0 ? [counted(wrong, 'is wrong', 'are wrong')] : []),
    ]
    const counts =
      missing === 0
        ? counted(wrong, 'recorded fact is wrong', 'recorded facts are wrong')
        : parts.join(' and ')
    return { cause: `${counts}: ${first!.message}${telling.length > 1 ? ', …' : ''}.`, fix: first!.remedy }
  }
  if (first === undefined) {
    const complete = fields.required > 0 && fields.present === fields.required
    return {
      cause: `${complete ? 'The record is complete. ' : ''}${sentence(waiting ?? 'nothing was compared')}`,
    }
  }
  const environment = telling.find(({ rule }) => rule.startsWith('environment/'))
  const evaluation = telling.find(({ rule }) => rule.startsWith('evaluation/'))
  if (verdict === 'not-reproduced' && environment && evaluation)
    return {
      cause: `The rebuild is another environment (${environment.message}), and the result is another: ${evaluation.message}.`,
      fix: environment.remedy,
    }
  if (verdict === 'not-reproduced' && environment)
    return {
      cause: `The rebuild is another environment: ${environment.message}${agreement && CALM[agreement] ? '; the results came back all the same' : ''}.`,
      fix: environment.remedy,
    }
  // A metric's name is written as it is.
  const cause = first.rule === 'evaluation/metric-differs' ? `${first.message}.` : sentence(first.message)
  return { cause, fix: first.remedy }
}
