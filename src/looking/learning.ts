import { importedPackages, reachedFrom, scriptCode } from './python.js'
import type { View } from './view.js'

/** What in a program's text says that it trains or evaluates a model. */

const PACKAGES = new Set(
  'sklearn torch tensorflow keras jax flax xgboost lightgbm catboost transformers pytorch_lightning lightning statsmodels fastai mxnet paddle chainer stable_baselines3 sentence_transformers ultralytics timm evaluate peft trl vllm mlflow lm_eval inspect_ai ragas deepeval langchain litellm openai anthropic spacy gensim prophet sktime autogluon pycaret surprise implicit pyspark skorch tf_keras tensorflow_datasets segmentation_models_pytorch detectron2 mmcv monai gpytorch pyro theano onnxruntime'.split(
    ' ',
  ),
)
const OF_R =
  /\b(?:library|require)\(["']?(?:caret|randomForest|glmnet|tidymodels|parsnip|xgboost|ranger|keras|torch|e1071|mlr|mlr3|rpart|nnet|gbm|kernlab|brms|lme4|rstan|h2o|yardstick|MASS|mgcv|survival|forecast|ellmer|vitals)\b|\b(?:lm|glm|predict)\(/
const OF_JULIA = /^using .*\b(?:Flux|MLJ|Knet|Lux|GLM|DecisionTree|Turing)\b/m

/** Calls that compute how good a model is. */
export const EVALUATES =
  /\b(?:accuracy_score|balanced_accuracy_score|f1_score|precision_score|recall_score|roc_auc_score|mean_squared_error|mean_absolute_error|r2_score|log_loss|average_precision_score|classification_report|confusion_matrix|cross_val_score|cross_validate|compute_metrics|eval_ppl|masked_accuracy|log_metrics?)\b\s*\(|\btrainer\.(?:test|evaluate|validate)\(|\.evaluate\(|\bconfusionMatrix\(|\b(?:conf_mat|collect_metrics|metric_set|last_fit|fit_resamples|tune_grid|roc_auc|accuracy|rmse)\(|\b(?:def|=)\s*(?:evaluate|validate|test|eval)_?(?:model|epoch|loop|one_epoch)?\s*\(/

export interface Learning {
  /** It uses what models are made with. */
  learns: boolean
  /** It computes metrics. */
  evaluates: boolean
}

/** A program and what it imports of the repository, read as text. */
export async function learningOf(view: View, script: string): Promise<Learning> {
  const reached = await reachedFrom(view, [script], { levels: 3, most: 40 })
  const codes = await Promise.all(reached.map((file) => scriptCode(view, file)))
  const texts = codes.filter((code) => code !== undefined)
  const learns = texts.some(
    (code) =>
      [...importedPackages(code)].some((name) => PACKAGES.has(name)) ||
      OF_R.test(code) ||
      OF_JULIA.test(code),
  )
  return { learns, evaluates: texts.some((code) => EVALUATES.test(code)) }
}
