/** What every table of definitions is made of. A definition is pure: columns in, one number out. */

/** Names of metrics that mean the same kind of number. A name never reaches another family. */
export const FAMILIES = [
  ...['accuracy', 'balanced', 'precision', 'recall', 'f1', 'jaccard', 'specificity', 'npv', 'fpr'],
  ...['mcc', 'kappa', 'auc', 'ap', 'logloss', 'brier', 'ece', 'ks', 'gini', 'top'],
  ...['mae', 'mse', 'rmse', 'medae', 'maxerror', 'bias', 'r2', 'variance', 'mape', 'smape', 'wape'],
  ...['rmsle', 'nrmse', 'ccc', 'pearson', 'spearman', 'kendall'],
  ...['pass', 'ndcg', 'map', 'mrr', 'precisionat', 'recallat', 'mean'],
] as const
export type Family = (typeof FAMILIES)[number]

/** How classes are put together; `class`: of one class against all others. */
export type Average = 'class' | 'macro' | 'micro' | 'weighted'

export interface Definition<Input> {
  /** As the policy names it. Two definitions of one id take other columns and mean the same. */
  id: string
  family: Family
  /** A name that binds an average leaves only the definitions of that average. */
  average?: Average
  /** `class`: of one class, by its number; `cutoff`: of the first k. */
  takes?: 'class' | 'cutoff'
  /** What the name alone stands for, not a variant of it. */
  main?: true
  /** A rate of so many things that are counted: its steps are 1/n, however many digits are printed. */
  counted?: (input: Input, at: number) => number
  /** NaN: not defined for these columns. `at` is a class or a cutoff. */
  of(input: Input, at: number): number
}
