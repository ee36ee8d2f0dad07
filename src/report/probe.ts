import { duration } from '../text/numbers.js'
import { causeWords } from '../verdict/cause.js'
import type { ProbeEvidence } from '../verdict/evidence.js'
import type { ModelReport, Report } from '../verdict/report.js'
import { plainText, printed, SIGN_COLOURS, TERMINAL_SIGNS } from './plain.js'
import type { Sign } from './words.js'

const SIGNS: Record<ProbeEvidence['axes'][number]['effect'], Sign> = {
  same: 'good',
  within: 'doubt',
  moves: 'bad',
  fails: 'none',
}

const isUnsteady = ({ agreement }: ModelReport): boolean => agreement === 'nondeterministic'

/** Whether nothing was learnt of a model: it was not replayed, or gave no result. */
export const isUnprobed = (model: ModelReport): boolean => !model.evidence.probe && !isUnsteady(model)

/** Whether no axis moves the results of a model beyond their tolerances. */
export const isUnmoved = (model: ModelReport): boolean =>
  !isUnsteady(model) && (model.evidence.probe?.axes.every(({ effect }) => effect !== 'moves') ?? false)

/** A line for each axis: what it does to the outputs, and what fixes it. */
export function renderProbe({ models }: Report, { colour }: { colour: boolean }): string {
  const painted = (sign: Sign) =>
    colour ? `\u001b[${SIGN_COLOURS[sign]}m${TERMINAL_SIGNS[sign]}\u001b[0m` : TERMINAL_SIGNS[sign]
  return printed(models.flatMap((model) => [...modelLines(model, painted), '']))
}

function modelLines(model: ModelReport, painted: (sign: Sign) => string): string[] {
  const { probe, cause } = model.evidence
  const name = plainText(model.name, 100)
  if (!probe) {
    if (!isUnsteady(model)) return [`${name}   not probed: ${plainText(model.cause, 600)}`]
    const fix = cause && causeWords(cause).fix
    return [
      `${name}   does not repeat itself`,
      `  ${plainText(model.cause, 600)}`,
      ...(fix === undefined ? [] : [`  Fix: ${plainText(fix, 300)}`]),
    ]
  }
  const width = Math.max(0, ...probe.axes.map((axis) => axis.name.length))
  return [
    `${name}   ${probe.axes.length} axes in ${duration(probe.seconds)}`,
    '',
    ...probe.axes.flatMap(({ name: axis, effect, text, fix }) => [
      `  ${painted(SIGNS[effect])} ${axis.padEnd(width)}  ${plainText(effect === 'fails' ? `no result: ${text}` : text, 160)}`,
      ...(effect !== 'moves' || fix === undefined
        ? []
        : [`    ${' '.repeat(width)}  fix: ${plainText(fix, 300)}`]),
    ]),
  ]
}
