import { cameBack, spreadWords, trainingTime, trainingWords } from '../verdict/training.js'
import type { ModelReport, Report } from '../verdict/report.js'
import { plainText, printed, SIGN_COLOURS, TERMINAL_SIGNS } from './plain.js'
import type { Sign } from './words.js'

/** What came of training each model again, for `reprogate train`. Text is untrusted. */
export function renderTrained({ models }: Report, { colour }: { colour: boolean }): string {
  const painted = (sign: Sign) =>
    colour ? `\u001b[${SIGN_COLOURS[sign]}m${TERMINAL_SIGNS[sign]}\u001b[0m` : TERMINAL_SIGNS[sign]
  return printed(models.flatMap((model) => [...lines(model, painted), '']))
}

function lines(model: ModelReport, painted: (sign: Sign) => string): string[] {
  const { evidence, findings, cause } = model
  const { training } = evidence
  const name = plainText(model.name, 100)
  if (!training) return [`${name}   not trained: ${plainText(cause, 600)}`]
  const sign: Sign = cameBack(training) ? 'good' : training.replays.length > 1 ? 'bad' : 'doubt'
  const finding = findings.find(({ rule }) => rule.startsWith('training/'))
  return [
    `${name}   ${trainingTime(training)}`,
    '',
    `  ${painted(sign)} ${plainText(finding?.message ?? trainingWords(training), 1200)}`,
    ...(finding ? [`  Fix: ${plainText(finding.remedy, 600)}`] : []),
    ...(training.spread ? [`  ${plainText(spreadWords(training.spread), 600)}`] : []),
  ]
}

/** 0: it came back; 1: it differs; 2: it was not trained. */
export function trainedCode({ models }: Report): 0 | 1 | 2 {
  const codes = models.map(({ evidence: { training } }) =>
    !training || ['failed', 'not-run'].includes(training.outcome) ? 2 : cameBack(training) ? 0 : 1,
  )
  return codes.includes(2) ? 2 : codes.includes(1) ? 1 : 0
}
