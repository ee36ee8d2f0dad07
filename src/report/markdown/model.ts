import { AGREES } from '../../verdict/evidence.js'
import type { ModelReport, StageResult } from '../../verdict/report.js'
import type { Spread } from '../../verdict/evidence.js'
import { RUNGS } from '../../verdict/rungs.js'
import { spreadWords } from '../../verdict/training.js'
import { untold } from '../told.js'
import {
  gradeWords,
  inForce,
  isNotRebuilt,
  modelSign,
  placeInRecord,
  STAGE_SIGNS,
  verdictWord,
} from '../words.js'
import { changesFold } from './changes.js'
import { causeFold } from './cause.js'
import { environmentFold } from './environment.js'
import { code, fileLink, firstSentence, prose, table, type LinkTargets, type Surroundings } from './escape.js'
import { findingsTable } from './findings.js'
import { canaryFold, commandFolds, lineageFold, recomputedFold, tailFolds, trainingFold } from './folds.js'
import { metricsTable } from './metrics.js'
import { ICONS, type Page } from './page.js'
import { predictionFolds } from './predictions.js'
import { paragraphs } from './values.js'
import { waiversFold } from './waivers.js'

/** One model's part of the comment: title, cause and fix, stages, what differs, folds. */

/** `❌ Not reproduced: `digits` 1.2.0` */
export function modelTitle(model: ModelReport, at: Surroundings): string {
  const word = at === 'html' ? `<b>${verdictWord(model)}</b>` : verdictWord(model)
  const version =
    model.version === undefined || isNotRebuilt(model) ? '' : ` ${prose(model.version, at, undefined, 60)}`
  return `${ICONS[modelSign(model)]} ${word}: ${code(model.name, at, 100)}${version}${titleEnding(model)}`
}

/** All that makes it so is waived, and the rest came back. */
const isWaived = ({ verdict, decision, agreement, findings }: ModelReport): boolean =>
  verdict === 'incomplete' &&
  decision === 'warn' &&
  AGREES.includes(agreement) &&
  findings.some(({ waived }) => waived !== undefined)

function titleEnding(model: ModelReport): string {
  if (isNotRebuilt(model)) return ' (exploratory track)'
  if (isWaived(model)) return ', and waived by the policy'
  if (model.verdict === 'incomplete') return ' cannot be reproduced from its record'
  return model.verdict === 'reproduced' && model.decision === 'fail' ? ', but blocked by the policy' : ''
}

/** As the continuation of `To fix:`. */
const inSentence = (text: string): string =>
  text.replace(/^\p{Lu}(?=\p{Ll}+\s)/u, (letter) => letter.toLowerCase())

/** Cause and fix: what a reviewer reads first. */
export function opening(model: ModelReport, targets: LinkTargets): string {
  const [first, rest] = firstSentence(model.cause)
  const calm = model.verdict === 'reproduced' || isNotRebuilt(model)
  const cause = calm
    ? prose(model.cause, 'markdown', targets)
    : [first && `**${prose(first, 'markdown', targets)}**`, prose(rest, 'markdown', targets)]
        .filter(Boolean)
        .join(' ')
  const place = placeInRecord(model)
  const see = place ? ` See ${fileLink(place, targets, 'markdown')}.` : ''
  const fix = model.fix && `**To fix:** ${prose(inSentence(model.fix), 'markdown', targets)}${see}`
  // Two spaces: a line break also where Markdown does not keep line breaks, as in the job summary.
  return [cause, fix].filter(Boolean).join('  \n')
}

/** `**drift**: 1 of 214 packages changed`; a record that failed is linked to. */
function found(stage: StageResult, { record }: ModelReport, targets: LinkTargets): string {
  const grade = gradeWords(stage, (word) => `**${word}**`)
  const text = grade + prose(stage.summary, 'cell', targets)
  return stage.name === 'provenance' && stage.status === 'fail'
    ? `${text}: ${fileLink({ file: record }, targets, 'cell')}`
    : text
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

const stageTable = (model: ModelReport, targets: LinkTargets): string =>
  table(
    [
      ['', 'centre'],
      ['stage', 'left'],
      ['found', 'left'],
    ],
    model.stages.map((stage) => [
      ICONS[STAGE_SIGNS[stage.status]],
      `**${capital(stage.name)}**`,
      found(stage, model, targets),
    ]),
  )

/** `Rung 1 of 6: something is claimed`, unless the title says more. */
const rungLine = ({ rung, verdict }: ModelReport): string | undefined =>
  rung === undefined || verdict === 'reproduced'
    ? undefined
    : `Rung ${rung.reached} of 6: ${RUNGS[rung.reached]}.`

/** Beside metrics that came back, of which there is no table. */
const seedsLine = (spread: Spread | undefined): string | undefined => spread && prose(spreadWords(spread))

/** Everything below the title. */
export function modelBody(model: ModelReport, page: Page): string {
  const { targets, detail, everyFinding } = page
  const { evaluation, training } = model.evidence
  const incomplete = model.verdict === 'incomplete'
  const findings = everyFinding ? inForce(model.findings) : untold(model)
  const metrics = metricsTable(evaluation, detail.metrics, training?.spread)
  const listed = findingsTable(findings, incomplete ? 'field' : 'where', page)
  return paragraphs([
    opening(model, targets),
    rungLine(model),
    ...(incomplete ? [listed] : []),
    stageTable(model, targets),
    ...(incomplete ? [] : [metrics ?? seedsLine(training?.spread), listed]),
    folds(model, page).join('\n'),
  ])
}

function folds(model: ModelReport, page: Page): string[] {
  const { report, detail } = page
  const { environment, evaluation, cause } = model.evidence
  return [
    causeFold(cause, detail.differences) ?? [],
    ...(detail.folds ? waiversFold(model, detail.findings) : []),
    ...(detail.folds ? changesFold(model, page) : []),
    ...predictionFolds(evaluation, detail.rows),
    ...(detail.folds ? recomputedFold(model, detail.metrics) : []),
    ...(detail.folds ? canaryFold(model) : []),
    ...(detail.folds ? trainingFold(model, detail.differences) : []),
    environmentFold(environment, detail.differences) ?? [],
    ...tailFolds(model, detail.tail),
    // The lineage of a record that is not complete has holes.
    ...(detail.folds && model.verdict !== 'incomplete' ? lineageFold(model) : []),
    ...(detail.folds ? commandFolds(model, report) : []),
  ].flat()
}
