import { dirname, join } from 'node:path/posix'
import { fits, fitsCut, printedNumber } from '../results/recompute/printed.js'
import { numberText } from '../text/numbers.js'
import type { Found } from '../verdict/finding.js'
import { reservedIn, type Claims } from './claims.js'
import { claimedNumbers, type TableNumber } from './page-tables.js'

/**
 * What a page says of a result that is not the recorded one: another split, run or model. A table below such
 * a heading, or a row or column with such a word, is not compared.
 */
const OTHER =
  /\b(?:baselines?|papers?|published|reported|original|previous|old|before|sota|state of the art|leaderboard|history|changelog|ablations?|train(?:ing)?|val(?:idation)?|dev|cross|folds?|mean|avg|average|std|target|expected|examples?|human|random|v\d[\d.]*|20\d\d)\b/i
/** Heads of a column that gives the value of the metric that its row names. */
const VALUE = /^(?:values?|scores?|results?|test|performance)$/
/** Digits from which a number says something. */
const DIGITS = 2
/** A page that is longer is a book. Bytes. */
export const LARGEST_PAGE = 1024 * 1024

/** READMEs that may speak of a model, the nearest first: in its record's folder, and above. */
export function pagesFor(record: string): string[] {
  const pages: string[] = []
  for (let folder = dirname(record); ; folder = dirname(folder)) {
    pages.push(join(folder, 'README.md'))
    if (folder === '.' || folder === '/') return pages
  }
}

/** `Test Accuracy (%)` and `eval_accuracy` are `accuracy`. */
const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\(%\)|%/g, '')
    .replace(/^(?:test|eval)[\s_/.-]+/, '')
    .replace(/[\s_/.-]+/g, '')

export interface ReadPage {
  /** Relative to the root of the repository. */
  file: string
  text: string
  /** Whether it can only mean this model: there is no other. */
  alone: boolean
}

/**
 * Numbers of a page's tables that are not the recorded ones. Only what can mean nothing else is compared: one
 * number of the page for one metric, in a row of this model (or a table of metric and value where there is
 * no other model), of no other split, run or data. A false contradiction is worse than a missed one.
 *
 * @param called names of the model
 */
export function pageFindings(claims: Claims, called: readonly string[], page: ReadPage): Found[] {
  const metrics = Object.entries(claims.record?.evaluation?.metrics ?? {})
  if (metrics.length === 0) return []
  const numbers = claimedNumbers(page.text)
  const names = new Set(called.map(plainName))
  return metrics.flatMap(([name, value]): Found[] => {
    const field = `evaluation.metrics.${name}`
    const { place } = claims.at(field)
    const plain = plainName(name)
    const isOnly = metrics.filter(([other]) => plainName(other) === plain).length === 1
    const isOwn = place.file !== page.file && reservedIn(claims, field) === undefined
    const own = numbers.filter((number) => metricOf(number, names, page.alone) === plain)
    const [number, another] = own
    if (!isOnly || !isOwn || number === undefined || another !== undefined) return []
    if (!differs(number, value)) return []
    const where = place.line === undefined ? place.file : `${place.file}:${place.line}`
    return [
      {
        rule: 'metrics/page-differs',
        message: `${name} is ${number.text} in ${page.file}:${number.line} and ${numberText(value)} in ${where}`,
        file: page.file,
        line: number.line,
        expected: numberText(value),
        actual: number.text,
      },
    ]
  })
}

/** The metric that a number is of, if it can only be this model's. */
function metricOf(number: TableNumber, names: ReadonlySet<string>, alone: boolean): string | undefined {
  const { column, label, words, width, heading } = number
  if (words.length > 0 || [heading, column, label].some((text) => OTHER.test(text.replace(/_/g, ' '))))
    return undefined
  if (width === 2 && alone && VALUE.test(column.toLowerCase())) return plainName(label)
  if (label === '' ? alone : names.has(plainName(label))) return plainName(column)
  return undefined
}

/** Beyond the printed digits, as a share and as a percentage. */
function differs({ text }: TableNumber, value: number): boolean {
  const printed = printedNumber(text)
  if (printed === undefined || printed.digits < DIGITS || !Number.isFinite(value)) return false
  return ![value, value * 100].some((one) => fits(printed, one) || fitsCut(printed, one))
}
