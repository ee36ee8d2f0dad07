import { describe, expect, test } from '@jest/globals'
import { tailOf } from '../../src/evaluation/tail.js'

function tail() {
  const shown: string[] = []
  const lines = tailOf({ start() {}, line: (text) => void shown.push(text), end() {} })
  return { ...lines, shown }
}

describe('the last lines of a run', () => {
  test('are the last 40, without colours and control characters, cut', () => {
    const { add, end } = tail()
    for (let i = 0; i < 50; i++) add(`line ${i}`, 'stdout')
    add('\u001b[31mred\u001b[0m\u0007 \u202eevil', 'stderr')
    add('10%\r20%', 'stdout')
    add('x'.repeat(4096), 'stdout')
    const { tail: texts, lastError } = end()
    expect(texts).toHaveLength(40)
    expect(texts[0]).toBe('line 13')
    expect(texts.at(-3)).toBe('red\ufffd \ufffdevil')
    expect(texts.at(-2)).toBe('10% 20%')
    expect(texts.at(-1)).toBe(`${'x'.repeat(999)}…`)
    expect(lastError).toBe('red\ufffd \ufffdevil')
  })

  test('an empty line is not the last error, and standard output is none', () => {
    const { add, end } = tail()
    add('  why  ', 'stderr')
    add(' ', 'stderr')
    add('done', 'stdout')
    expect(end()).toEqual({ tail: ['  why  ', ' ', 'done'], lastError: 'why' })
    expect(tail().end()).toEqual({ tail: [], lastError: undefined })
  })

  test('2,000 lines are shown as they come', () => {
    const { add, shown, end } = tail()
    for (let i = 0; i < 5000; i++) add(String(i), 'stdout')
    expect(shown).toHaveLength(2001)
    expect(shown.at(-1)).toBe('… what the evaluation prints from here on is not shown')
    expect(end().tail.at(-1)).toBe('4999')
  })
})
