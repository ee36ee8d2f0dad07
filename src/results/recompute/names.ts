import type { Average, Family } from './definition.js'
import { wordsIn } from './words-of-names.js'

/** What the name of a metric asks for. */
export interface Asked {
  family: Family
  /** Bound by the name: only definitions of this average answer it. */
  average: Average | undefined
  /** The k of `@k` or `top-k`. */
  cutoff: number | undefined
  split: string | undefined
  /** Words that are left: a class, a model, a data set. */
  rest: readonly string[]
}

/**
 * Patterns of a family on the words of a name, the more particular first: a later one never sees what an
 * earlier one takes, so that `auc of prc` is no ROC.
 */
const NAMES: readonly (readonly [RegExp, Family])[] = [
  [/\bpass at (?:\d+|k)\b/, 'pass'],
  [/\bndcg\b/, 'ndcg'],
  [/\b(?:mrr|mean reciprocal rank|reciprocal rank|recip rank)\b/, 'mrr'],
  [/\b(?:p|prec|precision) at \d+/, 'precisionat'],
  [/\b(?:r|recall) at \d+/, 'recallat'],
  [/\b(?:map|mean average precision)\b/, 'map'],
  [/\btop ?1(?: (?:acc|accuracy))?\b|\bacc(?:uracy)? at 1\b/, 'accuracy'],
  [/\btop ?(?:\d+|k)(?: (?:acc|accuracy))?\b|\bacc(?:uracy)? at \d+/, 'top'],
  [/\b(?:average precision|avg precision|auprc|aupr|pr ?auc|auc ?prc?|auc of (?:the )?prc?|ap)\b/, 'ap'],
  [/\b(?:roc ?auc|auc ?roc|auroc|auc)\b/, 'auc'],
  [/\b(?:balanced (?:acc|accuracy)|bacc|uar)\b/, 'balanced'],
  [/\b(?:acc|accuracy|exact match|em|win rate|success rate)\b/, 'accuracy'],
  [/\b(?:specificity|tnr)\b/, 'specificity'],
  [/\b(?:npv)\b/, 'npv'],
  [/\b(?:fpr|false positive rate)\b/, 'fpr'],
  [/\b(?:f1 ?(?:score|measure)?|f 1 (?:score|measure)|fscore|f (?:score|measure))\b/, 'f1'],
  [/\b(?:recall|sensitivity|tpr)\b/, 'recall'],
  [/\b(?:precision|prec|ppv)\b/, 'precision'],
  [/\b(?:jaccard|iou)\b/, 'jaccard'],
  [/\b(?:mcc|matthews(?: corr(?:coef|elation)?)?)\b/, 'mcc'],
  [/\b(?:cohens? )?kappa\b|\bqwk\b/, 'kappa'],
  [/\b(?:log ?loss|cross ?entropy|nll)\b/, 'logloss'],
  [/\bbrier(?: (?:score|loss))*\b/, 'brier'],
  [/\b(?:ece|expected calibration error)\b/, 'ece'],
  [/\b(?:ks|kolmogorov smirnov)\b/, 'ks'],
  [/\bgini\b/, 'gini'],
  [/\b(?:rmsle)\b/, 'rmsle'],
  [/\b(?:nrmse)\b/, 'nrmse'],
  [/\b(?:rmse|root mean squared? error)\b/, 'rmse'],
  [/\bsmape\b/, 'smape'],
  [/\b(?:mape|mean absolute percentage error)\b/, 'mape'],
  [/\b(?:wape|wmape)\b/, 'wape'],
  [/\b(?:medae|median (?:absolute|abs) error)\b/, 'medae'],
  [/\b(?:mae|mean (?:absolute|abs) error)\b/, 'mae'],
  [/\b(?:mse|mean squared? error)\b/, 'mse'],
  [/\bmax(?:imum)? error\b/, 'maxerror'],
  [/\b(?:explained variance|evs)\b/, 'variance'],
  [/\b(?:r2(?: score)?|r 2|r squared|coefficient of determination)\b/, 'r2'],
  [/\b(?:bias|mean error)\b/, 'bias'],
  [/\bccc\b/, 'ccc'],
  [/\b(?:pearsonr?|pcc|plcc)\b/, 'pearson'],
  [/\b(?:spearmanr?|srcc|srocc)\b/, 'spearman'],
  [/\b(?:kendall(?: ?tau)?|krcc)\b/, 'kendall'],
]

/** What cannot be computed from a table, and what it would take. */
const NEEDS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:bleu|sacrebleu|rouge\w*|meteor|chrf|wer|cer)\b/, 'the tokenizer and normalizer of the evaluation'],
  [/\bbert ?score\b|\bbleurt\b|\bcomet\b/, 'a model'],
  [/\b(?:map ?50|map ?75|map 50 95|m ap|coco)\b/, 'ground truth boxes and their matching'],
  [/\bm ?iou\b|\bmean iou\b/, 'a confusion matrix of pixels'],
  [/\b(?:fid|inception score)\b/, 'generated images and a model'],
  [/\b(?:perplexity|ppl)\b/, 'the probabilities of tokens'],
  [/\badj(?:usted)? r ?(?:2|squared)\b/, 'the number of features'],
  [/\bmase\b/, 'the series that was trained on'],
]

/** Numbers about a metric, or about a run, that no predictions give. */
const BESIDE =
  /\b(?:std|stdev|stddev|stderr|se|ci|ci95|lower|upper|min|max|median|var|variance|count|support|runtime|seconds?|time|latency|memory|epochs?|steps?|lr|rate|seed|loss|threshold)\b/

const AVERAGES: ReadonlyMap<string, Average> = new Map(
  (['macro', 'micro', 'weighted'] as const).map((name) => [name, name]),
)
const SPLITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    train: 'train',
    training: 'train',
    val: 'val',
    valid: 'val',
    validation: 'val',
    dev: 'val',
    test: 'test',
    testing: 'test',
    holdout: 'test',
    cv: 'cv',
    oof: 'oof',
  }),
)
/** Words that bind nothing. */
const GENERAL = new Set(
  'score scores metric metrics result results overall final eval evaluation avg average mean class classes per label labels value best classification report performance model the of on in for set binary'.split(
    ' ',
  ),
)

/** The split that words name, by one word for each; undefined: none. */
export const splitOf = (words: readonly string[]): string | undefined =>
  words.map((word) => SPLITS.get(word)).find((split) => split !== undefined)

/** Parts of a name: of `test/per_class.3.f1` three. */
const partsOf = (name: string): string[] => name.split(/[/.:]/).filter((part) => part !== '')

/** Looks at the last part of a name, then at the last two. */
function inLastParts<T>(name: string, look: (words: string) => T | undefined): T | undefined {
  const parts = partsOf(name)
  return look(wordsIn(parts.at(-1) ?? '').join(' ')) ?? look(wordsIn(parts.slice(-2).join(' ')).join(' '))
}

/** What it would take to compute a metric that no table of predictions gives; undefined: nothing is known. */
export const missingInput = (name: string): string | undefined =>
  inLastParts(name, (words) => NEEDS.find(([pattern]) => pattern.test(words))?.[1])

/** What a name asks for; undefined if it is no metric that is known here. */
export function askedBy(name: string): Asked | undefined {
  const found = inLastParts(name, (words) => NAMES.find(([pattern]) => pattern.test(words)))
  if (!found) return undefined
  const [pattern, family] = found
  const words = wordsIn(name)
  const all = words.join(' ')
  const cutoff = /\b(?:at|top) ?(\d{1,6})\b/.exec(all)?.[1]
  const left = all
    .replace(pattern, ' ')
    .replace(/\b(?:at|top) ?\d+\b/, ' ')
    .split(' ')
    .filter((word) => word !== '')
  if (BESIDE.test(left.join(' '))) return undefined
  return {
    family,
    average: words.map((word) => AVERAGES.get(word)).find((average) => average !== undefined),
    cutoff: cutoff === undefined ? undefined : Number(cutoff),
    split: splitOf(words),
    rest: left.filter((word) => !AVERAGES.has(word) && !SPLITS.has(word) && !GENERAL.has(word)),
  }
}
