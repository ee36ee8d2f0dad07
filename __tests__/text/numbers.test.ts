import { expect, test } from '@jest/globals'
import { showPath, showText } from '../../src/text/latin1.js'
import { grouped, isDecimal, listed, numberText, plural, shortNumber } from '../../src/text/numbers.js'

test('numbers and nouns', () => {
  expect([plural(1, 'file'), plural(0, 'file'), plural(1797, 'prediction')]).toEqual([
    '1 file',
    '0 files',
    '1,797 predictions',
  ])
  expect([plural(1, 'is wrong', 'are wrong'), plural(2, 'is wrong', 'are wrong')]).toEqual([
    '1 is wrong',
    '2 are wrong',
  ])
  expect(grouped(1234567)).toBe('1,234,567')
})

test('a list names the first, and counts the rest', () => {
  expect(listed(['a', 'b'], 2)).toBe('a, b')
  expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
  expect(listed([], 2)).toBe('')
})

test('a number for a sentence, and all its digits', () => {
  expect([0.5, 1797, 1e-9, -0.0000004, 1e12, NaN].map(shortNumber)).toEqual([
    '0.500000',
    '1797',
    '1.00e-9',
    '-4.00e-7',
    '1000000000000',
    'NaN',
  ])
  expect([-0, 0.1 + 0.2, Infinity].map(numberText)).toEqual(['-0', '0.30000000000000004', 'Infinity'])
})

test('a decimal number is one whole', () => {
  expect(['7', '-1.5e-3', '+.5', '1.', '1E5'].filter((text) => !isDecimal(text))).toEqual([])
  expect(['', '.', 'e5', '1e', '0x1', ' 1', '1.2.3', 'nan', '--1'].filter(isDecimal)).toEqual([])
})

test('bytes are shown as UTF-8 if they are, else by their codes', () => {
  const latin1 = (text: string) => Buffer.from(text).toString('latin1')
  expect(showText(latin1('é/ü'))).toBe('é/ü')
  expect(showText('a\xff')).toBe('a\\xff')
  expect(showPath('etc/passwd')).toBe('/etc/passwd')
})
