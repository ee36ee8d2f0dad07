import { cellNumber } from '../cells.js'
import type { Frame } from './frame.js'
import { wordsIn } from './words-of-names.js'

/** What a column of a table of predictions is for, by its name and then by its values. */
export type Role =
  | 'error'
  | 'correct'
  | 'wrong'
  | 'score'
  | 'predicted'
  | 'group'
  | 'query'
  | 'document'
  | 'relevance'
  | 'rank'
  | 'truth'
  | 'key'
  | 'none'

export interface Column {
  name: string
  cells: readonly string[]
  role: Role
  /** A name such as `label`, which is the truth only if no other column is. */
  weak: boolean
  /** Words of the name without those that make its role. */
  stem: readonly string[]
  /** Words of the name that make no role: the model that the column is about. */
  subject: readonly string[]
  facts: CellFacts
}

/** What the values of a column are like. */
export interface CellFacts {
  present: number
  /** Every cell that is there is a number. */
  numeric: boolean
  /** Every number is in [0, 1]. */
  inUnit: boolean
  whole: boolean
  /** At most 1,001. */
  distinct: ReadonlySet<string>
}

const MOST_DISTINCT = 1001
const MISSING = /^(?:|nan|null|none|na|n\/a|<na>)$/i

export const isMissing = (cell: string): boolean => cell.length <= 8 && MISSING.test(cell.trim())

/** A cell as a number: also `52.69%`. */
export function numberOf(cell: string): number {
  const text = cell.trim()
  const value = cellNumber(text.endsWith('%') ? text.slice(0, -1) : text) ?? NaN
  return text.endsWith('%') ? value / 100 : value
}

export function factsOf(cells: readonly string[]): CellFacts {
  const distinct = new Set<string>()
  let [present, numeric, inUnit, whole] = [0, true, true, true]
  for (const cell of cells) {
    if (isMissing(cell)) continue
    present++
    if (distinct.size < MOST_DISTINCT) distinct.add(cell)
    if (!numeric) continue
    const value = numberOf(cell)
    numeric = Number.isFinite(value)
    inUnit &&= value >= 0 && value <= 1
    whole &&= Number.isInteger(value)
  }
  return { present, numeric, inUnit: numeric && inUnit, whole: numeric && whole, distinct }
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

interface RoleRule {
  role: Role
  whole?: ReadonlySet<string>
  /** Beginnings of words, for inflected languages, and words of scripts that have no spaces. */
  starts?: readonly string[]
  weak?: true
  /** Whether the values can have this role. */
  can?: (facts: CellFacts, rows: number) => boolean
}

const isNumeric = ({ numeric, present }: CellFacts): boolean => numeric && present > 0
const isKey = ({ distinct }: CellFacts, rows: number): boolean =>
  distinct.size >= Math.min(MOST_DISTINCT, rows / 2)

const PREDICTED = words(
  'pred preds predicted prediction predictions predict yhat hat forecast fcst fitted estimate estimated hyp guess parsed tahmin',
)

/** The first rule that fits a column wins. */
const RULES: readonly RoleRule[] = [
  {
    role: 'error',
    whole: words('error err residual residuals resid diff difference ape res'),
    can: isNumeric,
  },
  {
    role: 'correct',
    whole: words('correct passed pass hit match em success resolved solved'),
    can: ({ distinct }) => distinct.size <= 2,
  },
  {
    role: 'wrong',
    whole: words('wrong failed misclassified'),
    can: ({ distinct }) => distinct.size <= 2,
  },
  { role: 'query', whole: words('query qid topic') },
  { role: 'document', whole: words('doc document docid docno passage') },
  { role: 'relevance', whole: words('relevance rel qrel relevant grade'), can: ({ whole }) => whole },
  { role: 'rank', whole: words('rank position'), can: isNumeric },
  {
    role: 'score',
    whole: words(
      'prob probs proba probability probabilities confidence conf score scores logit logits softmax p likelihood',
    ),
    starts: ['вероятн', 'olasilik', 'wahrscheinl', '概率', '確率', '확률'],
    can: (facts) => isNumeric(facts) && !(facts.whole && facts.distinct.size > 2),
  },
  {
    role: 'predicted',
    whole: PREDICTED,
    starts: ['predic', 'vorhersag', 'prognos', 'прогноз', 'предсказ', '预测', '予測', '예측'],
  },
  {
    role: 'group',
    whole: words('split set fold dataset model method seed run epoch variant lang type task'),
    can: ({ distinct, present }) => distinct.size <= Math.max(20, present / 4),
  },
  {
    role: 'truth',
    whole: words('true truth gt gold ground actual target expected reference observed gercek verdadero reel'),
    starts: ['факт', 'tatsachl', '真实', '实际', '正解', '실제'],
  },
  { role: 'truth', weak: true, whole: words('label class answer outcome') },
  { role: 'key', whole: words('id idx index uid name filename path sample row date timestamp'), can: isKey },
]

const has = ({ whole, starts = [] }: RoleRule, word: string): boolean =>
  (whole?.has(word) ?? false) || starts.some((start) => word.startsWith(start))

/** Whether a word tells what columns of one model are for. */
const tellsRole = (word: string): boolean =>
  word === 'y' ||
  RULES.some(
    (rule) => ['score', 'predicted', 'truth', 'correct', 'wrong'].includes(rule.role) && has(rule, word),
  )

const isSplit = ({ distinct }: CellFacts): boolean =>
  distinct.size > 0 && [...distinct].every((cell) => /^(?:train|val|valid|dev|test)$/i.test(cell.trim()))

/** Names of columns that are metrics: a table of them has no rows of predictions. */
const METRIC_COLUMN = /^(?:accuracy|acc|precision|recall|f1|auc|rmse|mse|mae|r2|loss)$/

/**
 * The columns of a table with their roles. Empty if its rows are no predictions: none is predicted, right
 * or a score, and at least three columns are named as metrics.
 */
export function columnsOf({ columns, rows }: Frame): Column[] {
  const named = [...columns.keys()].map((name) => wordsIn(name))
  const stems = new Map(named.map((words_) => [words_.join(' '), words_]))
  const isBase = (words_: readonly string[]): boolean =>
    named.some((other) => {
      const stem = other.filter((word) => !PREDICTED.has(word))
      return stem.length > 0 && stem.length < other.length && stem.join(' ') === words_.join(' ')
    })
  const found = [...columns].map(([name, cells]): Column => {
    const words_ = wordsIn(name)
    const facts = factsOf(cells)
    const of = (role: Role, rule?: RoleRule): Column => ({
      name,
      cells,
      role,
      weak: rule?.weak ?? false,
      stem: rule ? words_.filter((word) => !has(rule, word)) : words_,
      subject: words_.filter((word) => !tellsRole(word)),
      facts,
    })
    if (isSplit(facts)) return of('group')
    // `x` beside `x_pred` is the truth, whatever it is called.
    if (stems.size <= 500 && isBase(words_)) return of('truth')
    if (words_.join(' ') === 'y' || words_.join(' ') === 'y true') return { ...of('truth'), stem: [] }
    const rule = RULES.find(
      (one) => words_.some((word) => has(one, word)) && (one.can?.(facts, rows) ?? true),
    )
    return rule ? of(rule.role, rule) : of('none')
  })
  const isPrediction = found.some(({ role }) => ['predicted', 'score', 'correct', 'relevance'].includes(role))
  const metrics = named.filter((words_) => words_.some((word) => METRIC_COLUMN.test(word))).length
  return !isPrediction && metrics >= 3 ? [] : found
}
