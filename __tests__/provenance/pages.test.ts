import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { claimsOf } from '../../src/provenance/claims.js'
import { claimedNumbers } from '../../src/provenance/page-tables.js'
import { pageFindings, pagesFor } from '../../src/provenance/pages.js'
import { parseNative } from '../../src/provenance/sources/native.js'

const RECORD = 'models/digits/provenance.yml'
const claims = claimsOf([
  parseNative(
    Buffer.from('model: {name: digits}\nevaluation:\n  metrics: {accuracy: 0.972175, f1_macro: 0.9698}\n'),
    RECORD,
  ),
])
const told = (text: string, alone = true) =>
  pageFindings(claims, ['digits'], { file: 'README.md', text, alone }).map(({ message }) => message)

describe('a number that can only be the recorded one, and is another', () => {
  test.each([
    ['| Metric | Value |\n|--|--|\n| Accuracy | 0.981 |', 'accuracy is 0.981 in README.md:3 and 0.972175'],
    ['| Metric | Value |\n|--|--|\n| **Accuracy (%)** | **98.1** |', 'accuracy is 98.1 in README.md:3'],
    [
      '## Results\n\nmodel | accuracy ↑\n:--|--:\ndigits | 98.1%\nknn | 91.0%',
      'accuracy is 98.1% in README.md:5',
    ],
    ['| test accuracy | F1 macro |\n|--|--|\n| 0.97 | 0.91 |', 'f1_macro is 0.91 in README.md:3 and 0.9698'],
  ])('%j', (text, message) => {
    expect(told(text)).toEqual([expect.stringContaining(message)])
    expect(told(text)[0]).toContain(`in ${RECORD}:3`)
  })
})

describe('nothing is said of', () => {
  test.each([
    [
      'the same number, rounded or cut',
      '| Metric | Value |\n|--|--|\n| Accuracy | 0.9722 |\n| F1 macro | 96.9% |',
    ],
    ['one digit', '| Metric | Value |\n|--|--|\n| Accuracy | 1 |'],
    ['another model', '| model | accuracy |\n|--|--|\n| knn | 0.91 |'],
    ['another split', '| model | validation accuracy |\n|--|--|\n| digits | 0.91 |'],
    ['another data set', '| model | data | accuracy |\n|--|--|--|\n| digits | mnist | 0.91 |'],
    ['what others report', '## Baseline of the paper\n| Metric | Value |\n|--|--|\n| Accuracy | 0.91 |'],
    ['two columns of values', '| Metric | ResNet | ViT |\n|--|--|--|\n| Accuracy | 0.91 | 0.92 |'],
    ['a column of whatever', '| Metric | ResNet |\n|--|--|\n| Accuracy | 0.91 |'],
    ['two numbers of one metric', '| model | accuracy |\n|--|--|\n| digits | 0.91 |\n| digits | 0.92 |'],
    ['a mean of runs', '| Metric | Value |\n|--|--|\n| Accuracy | 0.91 ± 0.01 |'],
    ['an example', '```\n| Metric | Value |\n|--|--|\n| Accuracy | 0.91 |\n```'],
    ['a metric of another name', '| Metric | Value |\n|--|--|\n| Accuracy@5 | 0.91 |\n| F1 | 0.5 |'],
    ['a row that is not of the table', '| Metric | Value |\n|--|--|\n| Accuracy | 0.91 | 0.92 |'],
  ])('%s', (_, text) => {
    expect(told(text)).toEqual([])
  })

  test('a table that names no model, where there are several', () => {
    expect(told('| Metric | Value |\n|--|--|\n| Accuracy | 0.91 |', false)).toEqual([])
    expect(told('| model | accuracy |\n|--|--|\n| digits | 0.91 |', false)).toHaveLength(1)
  })
})

test('the nearest README first', () => {
  expect(pagesFor(RECORD)).toEqual(['models/digits/README.md', 'models/README.md', 'README.md'])
  expect(pagesFor('provenance.yml')).toEqual(['README.md'])
})

test('whatever a page holds, its lines are its own and the count is bounded', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('|--|--|', '| a | 1.5 |', '```', '# x', '|'.repeat(3000), '-|'.repeat(900)),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      for (const { line: number, text } of claimedNumbers(lines.join('\n')))
        expect(lines.join('\n').split(/\r?\n/)[number - 1]).toContain(text.replace('%', '').trim())
    }),
  )
  const many = `|a|b|\n|-|-|\n${'|x|1.5|\n'.repeat(9000)}`
  expect(claimedNumbers(many).length).toBeLessThan(6000)
  expect(claimedNumbers(`a|b\n${'-'.repeat(1999)}x\n|1|2|`)).toEqual([])
  expect(claimedNumbers(`a|b\n${'-|'.repeat(999)}x\n`)).toEqual([])
})
