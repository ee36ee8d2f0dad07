import { plural } from '../text/numbers.js'
import { canarySentence } from './canary.js'
import { causeWords, isFound } from './cause.js'
import type { Agreement, CauseEvidence, EvaluationEvidence, Evidence } from './evidence.js'
import type { Finding } from './finding.js'
import { decides, type RuleLevels } from './levels.js'
import type { Verdict } from './report.js'
import { cameBack, trainingWords } from './training.js'
import { RULES } from './rules/index.js'
import { verdictOf } from './verdict.js'
import { waivedText } from './waivers.js'

/** What a reviewer reads first. */
export interface Headline {
  /** In a sentence or two. */
  cause: string
  fix?: string | undefined
  /** The findings that the cause tells in full. */
  told: readonly Finding[]
}

/** What the headline is made of. */
export interface Judged {
  verdict: Verdict
  /** Errors first. */
  findings: readonly Finding[]
  levels: RuleLevels
  evidence: Partial<Evidence>
  /** Why the rebuild or the replay did not run, as a clause. */
  waiting?: string | undefined
}

/** A path or a name at the beginning, as `data/test.csv` or `f1_macro`, keeps its spelling. */
const sentence = (text: string): string =>
  text.replace(/^\p{Ll}+(?=[\s,])/u, (word) => word.charAt(0).toUpperCase() + word.slice(1)) +
  (/[.?!]$/.test(text) ? '' : '.')

/** What is wrong with a fact of the record is listed besides, with its field. */
const inFull = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ rule }) => !['missing', 'wrong'].includes(RULES[rule].kind))

/** What is said of results that agree. */
const CAME_BACK: Partial<Record<Agreement, (evidence: EvaluationEvidence | undefined) => string>> = {
  identical: (evidence) => `${compared(evidence)} came back, bit for bit`,
  'identical-values': (evidence) => `${compared(evidence)} came back; only order or format differs`,
  'within-tolerance': (evidence) => `${compared(evidence)} came back within the tolerances`,
  equivalent: (evidence) =>
    `accuracy over ${plural(evidence?.predictions?.rows ?? 0, 'prediction')} is equivalent to the recorded one, within the declared margin`,
}

/** `all 1,797 predictions and 4 metrics`: what was compared, and nothing else. NaN agrees with itself. */
function compared(evaluation: EvaluationEvidence | undefined): string {
  const rows = evaluation?.predictions?.rows ?? 0
  const numbers = evaluation?.metrics.filter(({ finite }) => finite).length ?? 0
  const parts = [
    ...(rows > 0 ? [plural(rows, 'prediction')] : []),
    ...(numbers > 0 ? [plural(numbers, 'metric')] : []),
  ]
  if (parts.length === 0) return 'the results, none of them a finite number,'
  if (rows + numbers === 1) return `the only ${rows === 1 ? 'prediction' : 'metric'}`
  return `all ${parts.join(' and ')}`
}

/**
 * The cause in a sentence and the fix in another. It says what differs, and claims no more than was
 * measured: that the environment and the result differ, and only after both proofs that the one made the
 * other.
 */
export function headlineOf(judged: Judged): Headline {
  const { cause } = judged.evidence
  const headline = withWaived(headlineBy(judged), judged)
  return cause ? withCause(headline, judged, cause) : headline
}

/** Where all that decides is waived: by whom, and what the rest came to. */
function withWaived(headline: Headline, judged: Judged): Headline {
  const decided = decisive(judged)
  const { parity = null, agreement = null } = judged.evidence
  const [first] = decided.flatMap(({ waived }) => waived ?? [])
  if (first === undefined || decided.some(({ waived }) => !waived)) return headline
  const counting = judged.findings.filter(({ waived }) => !waived)
  const came = verdictOf(counting, { parity, agreement }, judged.levels) === 'reproduced'
  const rest = came ? ['Apart from that, environment and results came back.'] : []
  return { ...headline, cause: [headline.cause, sentence(waivedText(first)), ...rest].join(' ') }
}

/** A cause that was found is told with what differs; what was only ruled out, after it. */
function withCause(headline: Headline, judged: Judged, evidence: CauseEvidence): Headline {
  const { cause, proof, fix } = causeWords(evidence)
  const result = judged.findings.find(({ stage, level }) => stage === 'evaluation' && level !== 'off')
  const whole = (...sentences: string[]) => sentences.filter(Boolean).join(' ')
  if (!isFound(evidence) || !result)
    return { ...headline, cause: whole(headline.cause, sentence(cause), proof) }
  const joint = result.message.includes(': ') ? '; ' : ': '
  return {
    cause: whole(sentence(result.message + joint + cause), proof),
    fix: fix ?? headline.fix,
    told: [...new Set([...headline.told, ...inFull([result])])],
  }
}

function headlineBy(judged: Judged): Headline {
  switch (judged.verdict) {
    case 'reproduced':
      return reproduced(judged)
    case 'incomplete':
      return incomplete(judged)
    case 'not-reproduced':
      return notReproduced(judged)
    case 'could-not-check':
      return couldNotCheck(judged)
  }
}

/** The findings that made the verdict what it is. */
const decisive = ({ findings, verdict, levels }: Judged): Finding[] =>
  findings.filter(({ rule }) => decides(rule, levels) === verdict)

function reproduced({ findings, evidence }: Judged): Headline {
  const { agreement, evaluation, training } = evidence
  const agrees = (agreement && CAME_BACK[agreement]?.(evaluation)) ?? 'the results agree'
  const canary = evaluation?.canary && canarySentence(evaluation.canary)
  const trained = training && cameBack(training) ? [sentence(trainingWords(training))] : []
  const cause = [`Rebuilt and evaluated again: ${agrees}.`, ...(canary ? [canary] : []), ...trained].join(' ')
  const risk = findings.find(({ level, waived }) => level === 'error' && !waived)
  if (!risk) return { cause, told: [] }
  return { cause: `${cause} But ${risk.message}.`, fix: risk.remedy, told: inFull([risk]) }
}

function incomplete(judged: Judged): Headline {
  const findings = decisive(judged)
  const [first, ...others] = findings
  if (others.length === 0) return about(first)
  const missing = findings.filter(({ rule }) => RULES[rule].kind === 'missing').length
  const wrong = findings.length - missing
  const missingText = plural(missing, 'required field is missing', 'required fields are missing')
  const wrongText =
    missing > 0
      ? plural(wrong, 'is wrong', 'are wrong')
      : plural(wrong, 'recorded fact is wrong', 'recorded facts are wrong')
  const counts = [...(missing > 0 ? [missingText] : []), ...(wrong > 0 ? [wrongText] : [])].join(' and ')
  return { cause: `${counts}. The first: ${first?.message}.`, fix: first?.remedy, told: [] }
}

function notReproduced(judged: Judged): Headline {
  const findings = decisive(judged)
  const { agreement } = judged.evidence
  const environment = findings.find(({ stage }) => stage === 'environment')
  const evaluation = findings.find(({ stage }) => stage === 'evaluation')
  if (environment && evaluation)
    return {
      cause: `The rebuilt environment differs (${environment.message}), and so does the result: ${evaluation.message}.`,
      fix: environment.remedy,
      told: [environment, evaluation],
    }
  if (environment) {
    const matched = agreement !== undefined && agreement in CAME_BACK
    return {
      cause: matched
        ? `The rebuilt environment differs (${environment.message}); the results still matched.`
        : `The rebuilt environment differs: ${environment.message}.`,
      fix: environment.remedy,
      told: [environment],
    }
  }
  return about(findings[0])
}

function couldNotCheck(judged: Judged): Headline {
  // The policy can make a finding an error that decides nothing about the result.
  const first = decisive(judged)[0] ?? judged.findings.find(({ level }) => level === 'error')
  if (first) return about(first)
  const { present, required } = judged.evidence.fields ?? { present: 0, required: 0 }
  const complete = required > 0 && present === required ? 'The record is complete. ' : ''
  return { cause: complete + sentence(judged.waiting ?? 'nothing was compared'), told: [] }
}

const about = (finding: Finding | undefined): Headline =>
  finding
    ? { cause: sentence(finding.message), fix: finding.remedy, told: inFull([finding]) }
    : { cause: 'Nothing was compared.', told: [] }
