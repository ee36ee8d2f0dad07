import { expect, test } from '@jest/globals'
import { decodedText } from '../../src/text/decoded.js'

test('text is UTF-8 or UTF-16 by its mark; what holds a NUL is binary', () => {
  const text = 'numpy==1.26.4\r\n'
  const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
  const big = Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()])
  expect([little, big, Buffer.from(`\ufeff${text}`), Buffer.from(text)].map(decodedText)).toEqual([
    text,
    text,
    text,
    text,
  ])
  expect(decodedText(Buffer.from([0xfe, 0xff, 0]))).toBe('')
  expect(decodedText(Buffer.from('a\0b'))).toBeUndefined()
})
