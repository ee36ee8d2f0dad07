import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFrame, TOO_LARGE } from '../../../src/results/recompute/frame.js'
import { printedMetrics } from '../../../src/results/recompute/json-texts.js'
import { askedBy } from '../../../src/results/recompute/names.js'
import { fits, fitsCut, printedNumber } from '../../../src/results/recompute/printed.js'
import { columnsOf } from '../../../src/results/recompute/roles.js'
import { wordsIn } from '../../../src/results/recompute/words-of-names.js'

async function read(path: string, text: string | Buffer) {
  const frame = await readFrame(path, Buffer.from(text))
  return 'problem' in frame ? frame.problem : Object.fromEntries(frame.columns)
}

describe('tables', () => {
  const TABLE = { id: ['1', '2'], p: ['0.910', ''] }

  test.each([
    ['a.csv', 'id,p\n1,0.910\n2,\n'],
    ['a.csv', '\ufeffid;p\r\n1;0.910\r\n2;\r\n'],
    ['a.tsv', 'id\tp\n1\t0.910\n2\t\n'],
    ['a.jsonl', '{"id": 1, "p": 0.910}\n\n{"id": 2, "p": null}\n'],
    ['a.json', '[{"id": 1, "p": 0.910}, {"id": 2}]'],
    ['a.json', '{"id": [1, 2], "p": [0.910, null], "name": "x"}'],
    ['a.json', '{"predictions": [{"id": 1, "p": 0.910}, {"id": 2}]}'],
  ])('%s keeps the text of numbers: %j', async (path, text) => {
    expect(await read(path, text)).toEqual(TABLE)
  })

  test('nested objects are columns, lists are not', async () => {
    expect(await read('a.jsonl', '{"id": 1, "m": {"acc": NaN}, "l": [1]}')).toEqual({
      id: ['1'],
      'm.acc': ['NaN'],
      l: ['[…]'],
    })
  })

  test.each([
    ['a.csv', '', 'has no rows'],
    ['a.csv', 'a,a\n1,2\n', /two columns of one name/],
    ['a.csv', 'a,b\n1\n', /is not a table/],
    ['a.json', '{"a": 1}', /is not a table/],
    ['a.json', '[1, 2]', /a row that is not an object/],
    ['a.json', '[', /is not JSON/],
    ['a.npy', 'x', /is not CSV/],
    ['a.csv', 'version https://git-lfs.github.com/spec/v1\n', /is a pointer/],
    ['a.csv', Buffer.alloc(64 * 1024 ** 2 + 1), TOO_LARGE],
    ['a.json', `[${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}]`, /.*/],
    ['a.jsonl', `{${Array.from({ length: 2001 }, (_, at) => `"${at}":1`).join()}}`, /too many/],
    ['a.json', '[{"__proto__": 1, "constructor": 2}]', /.*/],
  ])('%s that is no table: %#', async (path, text, problem) => {
    const found = await read(path, text)
    expect(typeof found === 'string' ? found : 'a table').toMatch(problem)
  })

  test('any bytes end in a table or in what is wrong with them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('a.csv', 'a.json', 'a.jsonl'),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(fc.json()).map((lines) => lines.join('\n')),
        ),
        async (path, text) => {
          const frame = await readFrame(path, Buffer.from(text))
          if ('problem' in frame) return expect(frame.problem).toMatch(/\w/)
          for (const cells of frame.columns.values()) expect(cells).toHaveLength(frame.rows)
        },
      ),
    )
  })
})

describe('printed numbers', () => {
  const fit = (text: string, value: number) => fits(printedNumber(text)!, value)

  test.each([
    ['0.910', 0.9104, true],
    ['0.910', 0.9106, false],
    ['0.12', 0.125, true],
    ['0.13', 0.125, true],
    ['9.1e-1', 0.914, true],
    ['9.1e-1', 0.916, false],
    ['0.9071000218391418', 0.9071, true],
    ['0.9071', 0.90715001, false],
    ['0.123456789012', 0.1234567895, false],
    ['1', 0.96, false],
    ['7', 7.4, true],
  ])('%s and %d: %s', (text, value, is) => {
    expect(fit(text, value)).toBe(is)
  })

  test('digits that are cut off', () => {
    expect(fitsCut(printedNumber('78.9')!, 78.99)).toBe(true)
    expect(fitsCut(printedNumber('78.9')!, 79)).toBe(false)
    expect(fitsCut(printedNumber('78.9')!, 78.8)).toBe(false)
  })

  test.each(['', '.', 'NaN', '1e999', '0.849±0.075', '1'.repeat(401), '0x1f'])('%j is none', (text) => {
    expect(printedNumber(text)).toBeUndefined()
  })

  test('what is printed fits what was printed', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -100, max: 100 }),
        fc.integer({ min: 2, max: 6 }),
        (value, decimals) => {
          expect(fit(value.toFixed(decimals), value)).toBe(true)
          expect(fit(String(value), value)).toBe(true)
          expect(fit(value.toFixed(decimals), value + 10 ** -decimals * 1.01)).toBe(false)
        },
      ),
    )
  })

  test('of a metrics file they keep their text', () => {
    const bytes = Buffer.from('{"accuracy": 0.910, "s": "0.5", "a": {"b": [1, NaN]}}')
    expect(Object.fromEntries(printedMetrics(bytes))).toEqual({
      accuracy: '0.910',
      'a.b.0': '1',
      'a.b.1': 'NaN',
    })
    expect(printedMetrics(Buffer.from('{')).size).toBe(0)
  })
})

describe('names', () => {
  test.each([
    ['accuracy', 'accuracy'],
    ['Test_R2', 'r2'],
    ['eval/F1-Score', 'f1'],
    ['macro avg.precision', 'precision'],
    ['AUC of PRC', 'ap'],
    ['pr_auc', 'ap'],
    ['testAUC', 'auc'],
    ['top5', 'top'],
    ['top1', 'accuracy'],
    ['acc@5', 'top'],
    ['pass@10', 'pass'],
    ['P@5', 'precisionat'],
    ['ndcg@10', 'ndcg'],
    ['root_mean_squared_error', 'rmse'],
    ['RMSE', 'rmse'],
    ['logLoss', 'logloss'],
    ['constructor', undefined],
    ['loss', undefined],
    ['f1_std', undefined],
    ['steps_per_second', undefined],
  ])('%s is of the family %s', (name, family) => {
    expect(askedBy(name)?.family).toBe(family)
  })

  test('qualifiers bind', () => {
    expect(askedBy('val/macro_f1')).toMatchObject({ average: 'macro', split: 'val', rest: [] })
    expect(askedBy('rf.recall@5')).toMatchObject({ cutoff: 5, rest: ['rf'] })
    expect(askedBy('cat.precision')).toMatchObject({ rest: ['cat'], average: undefined })
  })

  test('words of any script', () => {
    expect(wordsIn('predichoPrecio')).toEqual(['predicho', 'precio'])
    expect(wordsIn('Gerçek')).toEqual(['gercek'])
    expect(wordsIn('预测-值')).toEqual(['预测', '值'])
  })

  test('any name is read', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => void askedBy(name)))
  })
})

describe('roles', () => {
  const roles = async (csv: string) => {
    const frame = await readFrame('a.csv', Buffer.from(csv))
    if ('problem' in frame) throw new Error(frame.problem)
    return Object.fromEntries(columnsOf(frame).map(({ name, role }) => [name, role]))
  }

  test.each([
    ['y_true,y_pred\na,b\n', { y_true: 'truth', y_pred: 'predicted' }],
    ['price,price_pred\n1.5,2.5\n', { price: 'truth', price_pred: 'predicted' }],
    ['label,prob\na,0.5\n', { label: 'truth', prob: 'score' }],
    ['label,target\ntrain,1\ntest,0\n', { label: 'group', target: 'truth' }],
    ['pred_error,is_correct\n0.5,1\n', { pred_error: 'error', is_correct: 'correct' }],
    ['Gerçek,Tahmin\na,b\n', { Gerçek: 'truth', Tahmin: 'predicted' }],
    [
      'qid,docid,rel,score\nq,d,1,0.5\n',
      { qid: 'query', docid: 'document', rel: 'relevance', score: 'score' },
    ],
    [
      'true_label,predictions,index\na,b,1\n',
      { true_label: 'truth', predictions: 'predicted', index: 'key' },
    ],
  ])('%j', async (csv, expected) => {
    expect(await roles(csv)).toEqual(expected)
  })

  test('a table of metrics has no predictions', async () => {
    expect(await roles('model,accuracy,f1,recall\na,0.5,0.5,0.5\n')).toEqual({})
  })
})
