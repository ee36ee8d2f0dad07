import { rulesOf } from './rule.js'

export const EVALUATION_RULES = rulesOf('evaluation', {
  'command-missing': {
    kind: 'missing',
    title: 'No evaluation command',
    why: 'Without a command nothing can be replayed.',
    remedy: 'Set `evaluation.command` in the policy or the record.',
  },
  'command-contradictory': {
    kind: 'wrong',
    title: 'Evaluation command contradicts the policy',
    why: 'The recorded numbers do not come from the command that the policy asks for.',
    remedy: 'Record the run again with the command of the policy.',
  },
  'predictions-missing': {
    kind: 'missing',
    title: 'No predictions recorded',
    why: 'The policy asks for predictions; metrics alone can agree while decisions change.',
    remedy: 'Run `reprogate record <model>`: it records them.',
  },
  'image-uncovered': {
    kind: 'infrastructure',
    title: 'Image holds what nobody compared',
    why: 'Logs and caches are not compared between images, so the evaluation may not read them; this one cannot be kept from it.',
    remedy: 'Remove it from the image in the Dockerfile: logs, caches and links in their place.',
  },
  failed: {
    kind: 'infrastructure',
    title: 'Evaluation failed',
    why: 'It did not come to an end in the rebuild, so nothing can be compared.',
    remedy: 'Run the command in the rebuilt image and fix what its last lines name.',
  },
  timeout: {
    kind: 'infrastructure',
    title: 'Evaluation out of time or over a limit',
    why: 'It was stopped, so nothing can be compared.',
    remedy: 'Make the evaluation smaller, or raise `limits` in the policy.',
  },
  'output-unusable': {
    kind: 'infrastructure',
    title: 'Evaluation wrote no usable output',
    why: 'Without metrics or predictions there is nothing to compare.',
    remedy:
      'Write the metrics file as a JSON object of numbers, and the predictions as CSV with a key column.',
  },
  'metric-differs': {
    kind: 'differs',
    title: 'Metric outside its tolerance',
    why: 'The replay gives another number than the record claims.',
    remedy: 'Find what changed, or record the run again.',
  },
  'prediction-differs': {
    kind: 'differs',
    title: 'Predictions differ',
    why: 'The replay gives other predictions than the record claims.',
    remedy: 'Find what changed, or record the run again.',
  },
  'not-comparable': {
    kind: 'differs',
    title: 'Predictions not comparable',
    why: 'Rows are missing or doubled, or their columns differ, so they cannot be paired.',
    remedy: 'Give every row a unique key, and keep the columns.',
  },
  'predictions-not-kept': {
    kind: 'infrastructure',
    title: 'Recorded predictions not available',
    why: 'Only their digest is known, so a difference cannot be shown row by row.',
    remedy: 'Commit the recorded predictions, or keep them where the job can read them.',
    level: 'warn',
  },
  nondeterministic: {
    kind: 'differs',
    title: 'Two identical replays disagree',
    why: 'The same code on the same data in the same image gave two answers: something is not seeded.',
    remedy: 'Set and record every seed that the evaluation uses.',
  },
  'not-computed': {
    kind: 'differs',
    title: 'Results do not follow from data and model',
    why: 'On altered inputs the evaluation gave answers that it cannot have computed from them.',
    remedy:
      'Let the evaluation compute its predictions from the recorded data and model alone; record only the model that it reads.',
  },
  'prompts-differ': {
    kind: 'differs',
    title: 'Prompts are not the recorded ones',
    why: 'The model was asked something else, so its score says nothing about the recorded one.',
    remedy: 'Ask the same: take dates, times and random choices out of the prompts, or record the run again.',
  },
  'grade-differs': {
    kind: 'differs',
    title: 'Saved answers are graded otherwise',
    why: 'The grade is a function of answer and target alone, and gives another number than was saved. No model was run for this.',
    remedy: 'Record the run again: samples and grades are not of one run.',
  },
  inconclusive: {
    kind: 'infrastructure',
    title: 'Too few samples to tell',
    why: 'The equivalence test has no power at the declared margin.',
    remedy: 'Evaluate on more samples, or declare a wider margin.',
  },
})
