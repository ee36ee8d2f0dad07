import { describe, expect, test } from '@jest/globals'
import { Writable } from 'node:stream'
import { terminalProgress } from '../../src/terminal/progress.js'
import { interpreter } from '../e2e/github/runner.js'

const HOSTILE = [
  '::add-path::/evil',
  'text\r::set-output name=verdict::reproduced',
  '#6 ##[add-matcher]/evil.json',
]

function printed({ isTTY, verbose }: { isTTY: boolean; verbose: boolean }): string {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      done()
    },
  })
  const progress = terminalProgress(Object.assign(stream, { isTTY, columns: 40 }) as never, verbose)
  progress.start('build\n::add-path::/evil \u001b[31mred')
  for (const line of [...HOSTILE, `${'x'.repeat(100)}\nlast`]) progress.line(line)
  progress.end()
  return text
}

describe('progress', () => {
  test('elsewhere than on a terminal: the titles, each on its line', () => {
    expect(printed({ isTTY: false, verbose: false })).toBe('· build ::add-path::/evil red\n')
  })
  test.each([true, false])('verbose: every line, and no runner obeys one (terminal: %s)', (isTTY) => {
    const text = printed({ isTTY, verbose: true })
    const runner = interpreter()
    text.split(/\r\n|\n|\r/).forEach((line) => runner.line(line))
    expect(runner.commands).toEqual([])
    expect(text).toContain('    : :add-path::/evil\n    text\n    : :set-output')
    expect(text).not.toContain('\u001b')
  })
  test('on a terminal: one line that is written over, no wider than the terminal', () => {
    const text = printed({ isTTY: true, verbose: false })
    expect(text).not.toContain('\n')
    // What a terminal reads to clear a line and to go to its beginning.
    for (const shown of text.split(/\u001b\[2K\u001b\[1G/)) {
      expect(shown).not.toContain('\u001b')
      expect(shown.length).toBeLessThan(40)
    }
  })
})
