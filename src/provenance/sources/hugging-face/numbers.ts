/** What the Trainer logs about speed and progress: it does not come out the same again, and is no claim. */
const NO_CLAIM =
  /(?:^|_)(?:runtime|per_second|samples|steps?|epoch|flos|memory\w*|time)$|^(?:train_|total_)|_(?:mem_\w+|runtime_\w+)$/

/** What says the quality on held-out data, by the prefix that the Trainer gives it. */
const EVALUATED = /^(?:eval|test|predict)_/

export const isEvaluationMetric = (name: string): boolean => EVALUATED.test(name) && !NO_CLAIM.test(name)
