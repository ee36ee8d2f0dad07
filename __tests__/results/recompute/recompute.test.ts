import { describe, expect, test } from '@jest/globals'
import type { Declarations } from '../../../src/results/recompute/declared.js'
import { readFrame, type Frame } from '../../../src/results/recompute/frame.js'
import { recompute } from '../../../src/results/recompute/recompute.js'
import type { RecomputedMetric } from '../../../src/verdict/evidence.js'

/** A table of which every cell follows from its row: nothing is random. */
async function csv(header: string, rows: number, row: (at: number) => readonly unknown[]): Promise<Frame> {
  const lines = Array.from({ length: rows }, (_, at) => row(at).join(','))
  const frame = await readFrame('predictions.csv', Buffer.from(`${header}\n${lines.join('\n')}\n`))
  if ('problem' in frame) throw new Error(frame.problem)
  return frame
}

async function outcomes(
  frame: Frame,
  metrics: Readonly<Record<string, string>>,
  declarations: Declarations = {},
): Promise<Record<string, RecomputedMetric>> {
  const printed = Object.entries(metrics).map(([name, text]) => ({ name, text }))
  return Object.fromEntries((await recompute(frame, printed, declarations)).map((one) => [one.metric, one]))
}
const outcomeOf = async (frame: Frame, metrics: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(await outcomes(frame, metrics)).map(([name, { outcome }]) => [name, outcome]),
  )

/** 1,000 rows of three classes, 873 of them right. */
const classes = ['cat', 'dog', 'eel']
const animals = () =>
  csv('id,label,pred', 1000, (at) => [
    at,
    classes[at % 3],
    at % 1000 < 873 ? classes[at % 3] : (classes[(at % 3) + 1] ?? 'cat'),
  ])

/** 2,000 rows of which the score is a little off. */
const scored = () =>
  csv('id,y_true,y_pred,prob', 2000, (at) => {
    const score = ((at * 7919) % 2000) / 2000
    const right = (at * 7919 + (at % 7) * 90) % 2000 >= 1000 ? 1 : 0
    return [at, right, score >= 0.5 ? 1 : 0, score.toFixed(6)]
  })

const priced = () =>
  csv('id,Actual_Price,RF_Pred_Price', 500, (at) => [
    at,
    (100 + Math.sin(at) * 40).toFixed(4),
    (103 + Math.sin(at + 0.2) * 35).toFixed(4),
  ])

describe('without a declaration', () => {
  test('a number with enough digits follows', async () => {
    expect(await outcomes(await animals(), { accuracy: '0.873' })).toEqual({
      accuracy: expect.objectContaining({
        outcome: 'follows',
        definition: 'accuracy',
        columns: ['label', 'pred'],
        rows: 1000,
        value: '0.873',
      }),
    })
  })

  test('two digits are too few, whatever they say', async () => {
    expect(await outcomeOf(await animals(), { accuracy: '0.87' })).toEqual({ accuracy: 'consistent' })
  })

  test('few rows are too few, however many digits are printed', async () => {
    const frame = await csv('label,pred', 8, (at) => [at % 2, at < 7 ? at % 2 : 0])
    expect(await outcomeOf(frame, { accuracy: '0.87500000' })).toEqual({ accuracy: 'consistent' })
  })

  test('however many metrics of few rows, they are one fact', async () => {
    const frame = await csv('True_Label,Predicted_Label,Predicted_Probability', 15, (at) => [
      at === 0 ? 1 : 0,
      at < 3 ? 1 : 0,
      at < 3 ? 0.9 - at / 100 : 0.1,
    ])
    const all = {
      accuracy: '0.8666666666666667',
      specificity: '0.8571428571428571',
      mcc: '0.5345224838248488',
    }
    expect(
      new Set(Object.values(await outcomeOf(frame, { ...all, precision: '0.3333333333333333' }))),
    ).toEqual(new Set(['consistent']))
  })

  test('scores and decisions of one model are told together', async () => {
    const frame = await csv('True_Label,Predicted_Label,Predicted_Probability', 1000, (at) => [
      at % 2,
      at % 10 === 0 ? 1 : at % 2,
      (at % 10 === 0 ? 0.9 : (at % 2) * 0.8) + (at % 7) / 100,
    ])
    expect(await outcomes(frame, { accuracy: '0.9', roc_auc: '0.9000' })).toMatchObject({
      accuracy: { columns: ['True_Label', 'Predicted_Label'] },
      roc_auc: { definition: 'roc_auc_of_labels', variant: true, usual: { definition: 'roc_auc' } },
    })
  })

  test('several families together rule chance out', async () => {
    const frame = await scored()
    const all = await outcomes(frame, { accuracy: '0', auc: '0', ap: '0' })
    expect(Object.values(all).map(({ outcome }) => outcome)).toEqual(Array(3).fill('definition unknown'))
    const { accuracy } = await outcomes(frame, { accuracy: '0.8720' })
    expect(accuracy?.outcome).toBe('definition unknown')
  })

  test('a number that nothing gives contradicts nothing', async () => {
    expect(await outcomeOf(await animals(), { accuracy: '0.912', f1_macro: '0.40001' })).toEqual({
      accuracy: 'definition unknown',
      f1_macro: 'definition unknown',
    })
  })

  test('a variant says what the name stands for', async () => {
    const { r2 } = await outcomes(await priced(), { r2: await r2Of(await priced(), 'squared_correlation') })
    expect(r2).toMatchObject({ outcome: 'follows', definition: 'squared_correlation' })
    expect(r2?.usual?.definition).toBe('r2')
  })

  test('a name never reaches another family', async () => {
    expect((await outcomes(await animals(), { recall: '0.873' })).recall).toMatchObject({
      definition: expect.stringMatching(/^recall_/),
    })
    expect(await outcomeOf(await animals(), { mcc: '0.873' })).toEqual({ mcc: 'definition unknown' })
  })

  test.each(['seed', 'train_runtime', 'epoch', 'loss', 'learning_rate', 'accuracy_std', 'support'])(
    'nothing is said of %s',
    async (name) => {
      expect(await outcomes(await animals(), { [name]: '0.873' })).toEqual({})
    },
  )

  test.each([
    ['bleu', /tokenizer/],
    ['eval/mAP', /boxes/],
    ['adjusted_r2', /features/],
    ['perplexity', /tokens/],
  ])('%s cannot be computed, and why', async (name, why) => {
    expect((await outcomes(await animals(), { [name]: '0.873' }))[name]).toMatchObject({
      outcome: 'cannot recompute',
      why: expect.stringMatching(why),
    })
  })

  test('without a right answer nothing can be computed', async () => {
    const frame = await csv('id,pred', 100, (at) => [at, at % 3])
    expect(await outcomeOf(frame, { accuracy: '0.8700' })).toEqual({ accuracy: 'cannot recompute' })
  })

  test('of a split the rows of that split', async () => {
    const frame = await csv('split,label,pred', 3000, (at) => [
      at < 1000 ? 'train' : 'test',
      at % 2,
      at < 1000 || at % 8 > 1 ? at % 2 : 'none of them',
    ])
    expect(await outcomes(frame, { 'test/accuracy': '0.7500', 'train/accuracy': '0.9991' })).toMatchObject({
      'test/accuracy': { outcome: 'follows', rows: 2000 },
      'train/accuracy': { outcome: 'definition unknown' },
    })
  })

  test('a claim about one model is not met by another one', async () => {
    const frame = await csv('actual,rf_pred,ridge_pred', 1000, (at) => [
      at % 2,
      at % 1000 < 900 ? at % 2 : 2,
      at % 1000 < 800 ? at % 2 : 2,
    ])
    expect(
      await outcomeOf(frame, { 'ridge.accuracy': '0.8000', 'Random Forest.accuracy': '0.9000' }),
    ).toEqual({
      'ridge.accuracy': 'follows',
      'Random Forest.accuracy': 'follows',
    })
    expect(
      await outcomeOf(frame, { 'ridge.accuracy': '0.9000', 'Random Forest.accuracy': '0.8000' }),
    ).toEqual({
      'ridge.accuracy': 'definition unknown',
      'Random Forest.accuracy': 'definition unknown',
    })
  })

  test('a class in the name binds it', async () => {
    const frame = await animals()
    const named = await outcomes(frame, { 'cat.recall': '0.5', 'dog.precision': '0.5' })
    expect(named['cat.recall']).toMatchObject({ outcome: 'definition unknown' })
    const value = Number(
      (await outcomes(frame, {}, { x: { is: 'recall', truth: 'label', predicted: 'pred', positive: 'cat' } }))
        .x?.value ?? NaN,
    )
    expect(value).toBeNaN()
  })

  test('digits that were cut off never follow', async () => {
    expect(await outcomeOf(await animals(), { accuracy: '87.2' })).toEqual({ accuracy: 'definition unknown' })
    const frame = await csv('label,pred', 3000, (at) => [at % 2, at < 2000 ? at % 2 : 2])
    expect(await outcomeOf(frame, { accuracy: '0.66666' })).toEqual({ accuracy: 'consistent' })
    expect(await outcomeOf(frame, { accuracy: '0.66667' })).toEqual({ accuracy: 'follows' })
    expect(await outcomeOf(frame, { accuracy: '66.667' })).toEqual({ accuracy: 'follows' })
  })

  test('the mean of a column of the same name', async () => {
    const frame = await csv('id,bleu', 1000, (at) => [at, ((at * 37) % 1000) / 999.5])
    expect((await outcomes(frame, { 'test/bleu': '0.499749874937469' }))['test/bleu']).toMatchObject({
      outcome: 'follows',
      definition: 'mean',
    })
  })

  test('pass@1 is the mean over tasks, not over samples', async () => {
    const frame = await csv('task_id,passed', 1000, (at) => [
      `t${at < 200 ? at % 10 : at}`,
      at < 200 ? 'True' : at % 3 === 0 ? 'True' : 'False',
    ])
    const all = await outcomes(frame, { 'pass@1': '0.1' })
    expect(all['pass@1']?.outcome).toBe('definition unknown')
  })

  test('a label that two columns could be has no verdict', async () => {
    const frame = await csv('truth_a,truth_b,pred', 1000, (at) => [at % 2, at % 3, at % 2])
    expect(await outcomeOf(frame, { accuracy: '0.6666' })).toEqual({ accuracy: 'cannot recompute' })
  })
})

/** A value to print that a definition gives. */
async function r2Of(frame: Frame, is: string): Promise<string> {
  const [name, truth, predicted] = ['x', 'Actual_Price', 'RF_Pred_Price']
  return (await outcomes(frame, { [name]: '7' }, { [name]: { is, truth, predicted } }))[name]!.value!
}

describe('with a declaration', () => {
  const accuracy = { is: 'accuracy', truth: 'label', predicted: 'pred' }

  test('a number agrees or differs, by its printed digits', async () => {
    const frame = await animals()
    const say = async (text: string) => (await outcomes(frame, { accuracy: text }, { accuracy })).accuracy
    expect(await say('0.87')).toMatchObject({ outcome: 'agrees', value: '0.873', rows: 1000 })
    expect(await say('87.3%')).toMatchObject({ outcome: 'agrees', value: '87.3' })
    expect(await say('0.88')).toMatchObject({
      outcome: 'differs',
      value: '0.873',
      columns: ['label', 'pred'],
    })
    expect(await say('1')).toMatchObject({ outcome: 'differs' })
  })

  test.each([
    [{ is: 'accuracy', truth: 'nobody', predicted: 'pred' }, /no column nobody/],
    [{ is: 'accuracy', truth: 'label' }, /needs truth, predicted/],
    [{ is: 'mae', truth: 'label', predicted: 'pred' }, /not a number/],
    [{ is: 'f1', truth: 'label', predicted: 'pred' }, /`positive`/],
    [{ is: 'f1', truth: 'label', predicted: 'pred', positive: 'cow' }, /class cow/],
    [{ is: 'roc_auc', truth: 'label', score: 'pred' }, /`positive`/],
    [{ is: 'top_k_accuracy', truth: 'label', scores: { cat: 'id' } }, /no column for one/],
    [{ is: 'pass_at_k', score: 'id' }, /needs k/],
  ])('%j cannot be computed', async (declaration, why) => {
    expect((await outcomes(await animals(), { m: '0.5' }, { m: declaration })).m).toMatchObject({
      outcome: 'cannot recompute',
      declared: true,
      why: expect.stringMatching(why),
    })
  })

  test('a metric that is not there cannot agree', async () => {
    expect((await outcomes(await animals(), {}, { accuracy })).accuracy).toMatchObject({
      outcome: 'cannot recompute',
    })
  })
})
