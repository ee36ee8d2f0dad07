import type { Family } from './definition.js'
import { halfStep, type Printed } from './printed.js'

/** How easily a printed number is met by accident. */

/** A claim is said to follow if it would be met by accident in at most so many cases. */
export const CHANCE = 0.01
/** Where numbers of rates and of shares lie, as measured: 0.3 wide. */
const SPREAD = 0.3

/** Families whose values are shares: they may be printed as percent, and are 0.3 apart, whatever their size. */
const RATES: ReadonlySet<Family> = new Set([
  ...(['accuracy', 'balanced', 'precision', 'recall', 'f1', 'jaccard', 'specificity', 'npv', 'fpr'] as const),
  ...(['mcc', 'kappa', 'auc', 'ap', 'ece', 'ks', 'gini', 'top', 'brier', 'r2', 'variance', 'ccc'] as const),
  ...(['pearson', 'spearman', 'kendall', 'pass', 'ndcg', 'map', 'mrr', 'precisionat', 'recallat'] as const),
])
/** Shares that are above 1 often enough: only the printed number says whether it is percent. */
const PERCENTAGES: ReadonlySet<Family> = new Set(['mape', 'smape', 'wape', 'mean'])

/** What a value is multiplied with to be printed: 1, or 100 for percent. */
export function scalesOf(family: Family, { value, percent }: Printed): readonly number[] {
  if (percent) return [100]
  if (PERCENTAGES.has(family)) return [1, 100]
  return RATES.has(family) && Math.abs(value) > 1 ? [100] : [1]
}

/**
 * The chance that one of several numbers meets a printed one by accident: M · w / R.
 *
 * @param distinct how many different numbers were tried
 * @param counted the metric is a share of so many things; undefined: it is not
 */
export function chanceOf(
  family: Family,
  printed: Printed,
  { scale, distinct, counted }: { scale: number; distinct: number; counted: number | undefined },
): number {
  const width = Math.max((2 * halfStep(printed)) / scale, counted === undefined ? 0 : 1 / counted)
  const range = RATES.has(family) || scale === 100 ? SPREAD : SPREAD * Math.abs(printed.value)
  return Math.min(1, (distinct * width) / range)
}

/** Values that any half-finished run gives. */
export const saysNothing = ({ value }: Printed): boolean => [0, 1, 100].includes(Math.abs(value))
