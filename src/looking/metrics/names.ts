/** Which names are those of metrics. */

const METRIC =
  /^(?:.*[_/ .@,-])?(?:acc(?:uracy)?|top[-_ ]?\d+|f1(?:[-_ ]?score)?|precision|recall|specificity|sensitivity|auc|auroc|roc[-_]?auc|ap(?:50|75)?|map|mse|rmse|mae|mape|smape|r2(?:_?score)?|log_?loss|loss|bleu|rouge[a-z0-9]*|wer|cer|perplexity|ppl|m?iou|dice|psnr|ssim|fid|score|exact_match|em|mrr|ndcg|mcc|kappa|pass@?\d*|success_rate|win_rate|spearman[a-z0-9]*|pearson[a-z0-9]*|reward)(?:[_/ .@,-].*)?$/i
const OF_EVALUATION = /^(?:test|eval|val)\//
/** These never reproduce, or say nothing of a model. */
const NO_CLAIM =
  /runtime|per_second|_time$|(?:^|[._/ -])time$|epoch|(?:^|[._/ -])step|flos|stderr|support|timestamp|_samples$|^n_|count|threshold|num_|total_|(?:^|[._])min_|(?:^|[._])max_/i
const OF_TRAINING = /^train/i
/** Characters of a name. */
const LONGEST_NAME = 200

/** A name whose last word is a metric, and that is not of the training. */
export function isMetric(name: string): boolean {
  if (name.length > LONGEST_NAME) return false
  const last = name.split('.').at(-1) ?? name
  if (NO_CLAIM.test(last) || OF_TRAINING.test(name) || OF_TRAINING.test(last)) return false
  return (
    METRIC.test(last) ||
    OF_EVALUATION.test(last) ||
    METRIC.test(name.replace(/^.*\.(?=[^.]*\.[^.]*$)/, '').split('.')[0] ?? '')
  )
}

/** A name of one's own in a file that is a result: anything but a time, a count or a number of the training. */
export function mayBeMetric(name: string): boolean {
  const last = name.split('.').at(-1) ?? name
  return (
    name.length <= LONGEST_NAME &&
    /[a-z]/i.test(last) &&
    !NO_CLAIM.test(last) &&
    !SETTING.test(last) &&
    !OF_TRAINING.test(name)
  )
}

const SETTING =
  /^(?:seed|version|id|year|lr|learning_rate|batch_size|k|n|size|rows?|columns?|samples?|features?|classes|weight_decay|dropout|hidden_\w+|max|min|window|latency\w*|date|port)$|_(?:id|size|ms|seconds|rows|dim|samples)$/i
