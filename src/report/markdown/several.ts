import { grouped, plural } from '../../text/numbers.js'
import { STAGES } from '../../verdict/finding.js'
import type { ModelReport, Report } from '../../verdict/report.js'
import {
  isNotRebuilt,
  modelSign,
  NOT_REBUILT,
  reportSign,
  STAGE_SIGNS,
  VERDICT_WORDS,
  verdictWord,
  type Sign,
} from '../words.js'
import { code, details, firstSentence, prose, table, type Alignment, type LinkTargets } from './escape.js'
import { modelBody, modelTitle } from './model.js'
import { ICONS, type Page } from './page.js'
import { moreOf, paragraphs } from './values.js'

/** Those that need somebody's attention first. */
const ORDER: readonly Sign[] = ['bad', 'doubt', 'none', 'good']

/** A report of none or of several models: a line each, and a section each, folded unless it failed. */
export function severalModels(page: Page): string {
  const { report, targets, detail } = page
  const models = report.models.toSorted((a, b) => ORDER.indexOf(modelSign(a)) - ORDER.indexOf(modelSign(b)))
  const listed = models.slice(0, detail.models)
  return paragraphs([
    `### ${titleOfAll(report)}`,
    listed.length > 0 && modelsTable(listed, targets),
    moreOf(listed.length, models.length, ['model', 'models']),
    ...(detail.sections ? models.map((model) => section(model, page)) : []),
  ])
}

const section = (model: ModelReport, page: Page): string =>
  model.decision === 'fail'
    ? `#### ${modelTitle(model, 'markdown')}\n\n${modelBody(model, page)}`
    : details(modelTitle(model, 'html'), modelBody(model, page))

function titleOfAll(report: Report): string {
  const { models } = report
  const icon = ICONS[reportSign(report)]
  if (models.length === 0) return `${icon} No model was checked`
  if (models.every(isNotRebuilt))
    return `${icon} ${NOT_REBUILT}: ${plural(models.length, 'model')} (exploratory track)`
  const same = models.filter((model) => model.verdict === report.verdict && !isNotRebuilt(model)).length
  const whom =
    same === models.length ? `all ${grouped(same)}` : `${grouped(same)} of ${grouped(models.length)}`
  return `${icon} ${VERDICT_WORDS[report.verdict]}: ${whom} models`
}

/** A line a model: the sign of each stage, the verdict and the first sentence of its cause. */
function modelsTable(models: readonly ModelReport[], targets: LinkTargets): string {
  return table(
    [
      ['', 'centre'],
      ['model', 'left'],
      ...STAGES.map((stage): [string, Alignment] => [stage, 'centre']),
      ['verdict', 'left'],
    ],
    models.map((model) => [
      ICONS[modelSign(model)],
      nameAndVersion(model),
      ...STAGES.map((name) => {
        const stage = model.stages.find((one) => one.name === name)
        return ICONS[stage ? STAGE_SIGNS[stage.status] : 'none']
      }),
      model.verdict === 'reproduced' || isNotRebuilt(model)
        ? verdictWord(model)
        : `**${verdictWord(model)}**: ${prose(firstSentence(model.cause)[0], 'cell', targets, 160)}`,
    ]),
  )
}

const nameAndVersion = ({ name, version }: ModelReport): string =>
  code(name, 'cell', 60) + (version === undefined ? '' : `\u00a0${prose(version, 'cell', undefined, 30)}`)
