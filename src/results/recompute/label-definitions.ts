import type { Average, Definition, Family } from './definition.js'
import type { Labels } from './labels.js'
import { average, total } from './sums.js'

/** Definitions on decisions and right answers (scikit-learn, `sklearn.metrics`). */

type LabelDefinition = Definition<Labels>
/** Of one class: what is counted, and out of how many. */
type Fraction = (labels: Labels, at: number) => [number, number]

const rows = ({ truth }: Labels): number => truth.length
const allHits = ({ hits }: Labels): number => total(hits.length, (at) => hits[at]!)
const classesOf = ({ classes }: Labels): number[] => [...classes.keys()]
/** 0/0 is 0, as `zero_division=0` has it. */
const ratio = ([part, whole]: [number, number]): number => (whole === 0 ? 0 : part / whole)

const precisionOf: Fraction = ({ hits, claimed }, at) => [hits[at]!, claimed[at]!]
const recallOf: Fraction = ({ hits, support }, at) => [hits[at]!, support[at]!]
const f1Of: Fraction = ({ hits, support, claimed }, at) => [2 * hits[at]!, support[at]! + claimed[at]!]
const jaccardOf: Fraction = ({ hits, support, claimed }, at) => [
  hits[at]!,
  support[at]! + claimed[at]! - hits[at]!,
]
const negatives = ({ truth, support }: Labels, at: number): number => truth.length - support[at]!
const falseAlarms = ({ claimed, hits }: Labels, at: number): number => claimed[at]! - hits[at]!
const specificityOf: Fraction = (labels, at) => [
  negatives(labels, at) - falseAlarms(labels, at),
  negatives(labels, at),
]
const fprOf: Fraction = (labels, at) => [falseAlarms(labels, at), negatives(labels, at)]
const npvOf: Fraction = (labels, at) => [
  negatives(labels, at) - falseAlarms(labels, at),
  rows(labels) - labels.claimed[at]!,
]

const macro = (labels: Labels, of: Fraction, among = classesOf(labels)): number =>
  average(among.length, (index) => ratio(of(labels, among[index]!)))

const weighted = (labels: Labels, of: Fraction): number =>
  total(labels.classes.length, (at) => labels.support[at]! * ratio(of(labels, at))) / rows(labels)

function micro(labels: Labels, of: Fraction): number {
  const parts = classesOf(labels).map((at) => of(labels, at))
  return ratio([total(parts.length, (i) => parts[i]![0]), total(parts.length, (i) => parts[i]![1])])
}

/** A rate of each class, and the ways in which classes are put together. */
const rates = (family: Family, of: Fraction): LabelDefinition[] => {
  const averaged = (suffix: string, average_: Average, value: (labels: Labels) => number) => ({
    id: `${family}_${suffix}`,
    family,
    average: average_,
    of: value,
  })
  const inTruth = ({ support }: Labels) => [...support.keys()].filter((at) => support[at]! > 0)
  const isDefined = (labels: Labels) => classesOf(labels).filter((at) => of(labels, at)[1] > 0)
  return [
    {
      id: family,
      family,
      average: 'class',
      takes: 'class',
      main: true,
      counted: (labels, at) => of(labels, at)[1],
      of: (labels, at) => ratio(of(labels, at)),
    },
    { ...averaged('macro', 'macro', (labels) => macro(labels, of)), main: true },
    { ...averaged('weighted', 'weighted', (labels) => weighted(labels, of)), main: true },
    { ...averaged('micro', 'micro', (labels) => micro(labels, of)), main: true },
    averaged('macro_over_truth', 'macro', (labels) => macro(labels, of, inTruth(labels))),
    averaged('macro_defined', 'macro', (labels) => macro(labels, of, isDefined(labels))),
  ]
}

/** The multi-class form of Gorodkin (2004); 0 if it is not defined. */
function matthews(labels: Labels): number {
  const { support, claimed } = labels
  const n = rows(labels)
  const products = (a: Float64Array, b: Float64Array) => total(a.length, (at) => a[at]! * b[at]!)
  const spread = Math.sqrt(n * n - products(claimed, claimed)) * Math.sqrt(n * n - products(support, support))
  return spread === 0 ? 0 : (allHits(labels) * n - products(support, claimed)) / spread
}

/** Cohen: 1 − ΣwO/ΣwE, the weights by distance of the sorted classes; NaN if nothing is expected to differ. */
function kappa(labels: Labels, distance: (steps: number) => number): number {
  const { truth, predicted, support, claimed, classes } = labels
  const observed = total(truth.length, (row) => distance(Math.abs(truth[row]! - predicted[row]!)))
  const chance = total(classes.length, (right) =>
    support[right] === 0
      ? 0
      : support[right]! * total(classes.length, (said) => claimed[said]! * distance(Math.abs(right - said))),
  )
  return 1 - (observed * truth.length) / chance
}

/** Without the square of the number of classes. */
function plainKappa(labels: Labels): number {
  const n = rows(labels)
  const agreeing = total(labels.classes.length, (at) => labels.support[at]! * labels.claimed[at]!)
  return 1 - ((n - allHits(labels)) * n) / (n * n - agreeing)
}

/** Classes beyond which weighted kappas are not tried: they take a class by class table. */
const MOST_WEIGHTED = 2000
const weightedKappa = (labels: Labels, distance: (steps: number) => number): number =>
  labels.classes.length > MOST_WEIGHTED ? NaN : kappa(labels, distance)

export const LABEL_DEFINITIONS: readonly LabelDefinition[] = [
  {
    id: 'accuracy',
    family: 'accuracy',
    main: true,
    counted: rows,
    of: (labels) => allHits(labels) / rows(labels),
  },
  {
    // Every class against the others, as some libraries average it.
    id: 'accuracy_one_vs_rest',
    family: 'accuracy',
    of: (labels) => 1 - (2 * (rows(labels) - allHits(labels))) / (labels.classes.length * rows(labels)),
  },
  {
    id: 'balanced_accuracy',
    family: 'balanced',
    main: true,
    of: (labels) =>
      macro(
        labels,
        recallOf,
        classesOf(labels).filter((at) => labels.support[at]! > 0),
      ),
  },
  ...rates('precision', precisionOf),
  ...rates('recall', recallOf),
  ...rates('f1', f1Of),
  {
    id: 'f1_of_macro_precision_recall',
    family: 'f1',
    average: 'macro',
    of(labels) {
      const [precision, recall] = [macro(labels, precisionOf), macro(labels, recallOf)]
      return ratio([2 * precision * recall, precision + recall])
    },
  },
  ...rates('jaccard', jaccardOf),
  ...rates('specificity', specificityOf),
  ...rates('npv', npvOf),
  ...rates('fpr', fprOf),
  { id: 'mcc', family: 'mcc', main: true, of: matthews },
  { id: 'kappa', family: 'kappa', main: true, of: plainKappa },
  { id: 'kappa_linear', family: 'kappa', of: (labels) => weightedKappa(labels, (steps) => steps) },
  { id: 'kappa_quadratic', family: 'kappa', of: (labels) => weightedKappa(labels, (steps) => steps ** 2) },
  {
    id: 'roc_auc_of_labels',
    family: 'auc',
    of: (labels) => (labels.classes.length === 2 ? macro(labels, recallOf) : NaN),
  },
]
