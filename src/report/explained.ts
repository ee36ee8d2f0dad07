import { duration, plural, short } from '../text/numbers.js'
import type { Explanations, ExplainedModel } from '../verdict/explained.js'
import { plainText, printed, SIGN_COLOURS, TERMINAL_SIGNS } from './plain.js'
import type { Sign } from './words.js'

const WORDS: Record<ExplainedModel['outcome'], readonly [Sign, string]> = {
  explained: ['good', 'Explained'],
  'not-explained': ['bad', 'Not explained'],
  'not-seen-here': ['doubt', 'Not seen here'],
  'nothing-to-explain': ['none', 'Nothing to explain'],
  'could-not-check': ['doubt', 'Could not check'],
}

/** What a report said, what the same came to here, and the cause. Text is untrusted. */
export function renderExplained({ commit, models }: Explanations, { colour }: { colour: boolean }): string {
  const painted = (sign: Sign, words: string) =>
    colour ? `\u001b[${SIGN_COLOURS[sign]}m${words}\u001b[0m` : words
  return printed(
    models.flatMap((model) => {
      const [sign, word] = WORDS[model.outcome]
      return [
        `${plainText(model.name, 100)}   ${plainText(short(commit), 64)}`,
        '',
        `  in the report   ${gradesOf(model.report)}`,
        ...(model.here ? [`  here            ${gradesOf(model.here)}`] : []),
        '',
        `  ${painted(sign, `${TERMINAL_SIGNS[sign]} ${word}:`)} ${plainText(model.says, 1200)}`,
        ...(model.fix === undefined ? [] : [`  Fix: ${plainText(model.fix, 600)}`]),
        ...replays(model),
        ...otherwise(model),
        '',
      ]
    }),
  )
}

const gradesOf = ({ parity, agreement }: NonNullable<ExplainedModel['here']>): string =>
  `environment ${parity ?? 'not compared'}, results ${agreement ?? 'not compared'}`

function replays({ cause }: ExplainedModel): string[] {
  if (!cause) return []
  return [`  ${plural(cause.replays.length, 'replay')} to find it, ${duration(cause.seconds)}.`]
}

function otherwise({ otherwise: lines }: ExplainedModel): string[] {
  if (lines.length === 0) return []
  return ['', '  What is otherwise:', ...lines.map((line) => `    ${plainText(line, 300)}`)]
}
