import { describe, expect, test } from '@jest/globals'
import { logProgress } from '../../src/action/progress.js'
import { interpreter } from '../e2e/github/runner.js'

function record(use: (progress: ReturnType<typeof logProgress>) => void) {
  let text = ''
  use(logProgress((part) => (text += part)))
  const runner = interpreter()
  // As .NET reads lines: a carriage return ends one, too.
  text.split(/\r\n|\n|\r/).forEach((line) => runner.line(line))
  return { text, log: runner.log, obeyed: runner.commands.map(({ name }) => name) }
}

const HOSTILE = [
  '::add-path::/evil',
  '  ::set-env name=LD_PRELOAD::/evil.so',
  '#6 4.2 ##[add-matcher]/evil.json',
  'text\r::set-output name=verdict::reproduced',
  'two lines\n::error::forged',
  '::stop-commands::mine',
  '::endgroup::',
]

describe('progress', () => {
  test('the runner obeys every one of these lines when it is not told otherwise', () => {
    const runner = interpreter()
    HOSTILE.flatMap((line) => line.split(/\r|\n/)).forEach((line) => runner.line(line))
    expect(runner.commands.map(({ name }) => name)).toEqual([
      'add-path',
      'set-env',
      'add-matcher',
      'set-output',
      'error',
      'stop-commands',
    ])
  })

  test('inside a group the runner obeys none of them, and shows them', () => {
    const { log, obeyed } = record((progress) => {
      progress.start('build')
      HOSTILE.forEach((line) => progress.line(line))
      progress.end()
    })
    expect(obeyed).toEqual(['group', 'stop-commands', 'endgroup'])
    expect(log).toContain('::add-path::/evil')
    expect(log).toContain('#6 4.2 ##[add-matcher]/evil.json')
  })

  test('nor outside of one', () => {
    const { obeyed } = record((progress) => HOSTILE.forEach((line) => progress.line(line)))
    expect(new Set(obeyed)).toEqual(new Set(['stop-commands']))
  })

  test('each time there is another token', () => {
    const { text } = record((progress) => {
      progress.start('one')
      progress.start('two')
      progress.line('text')
      progress.end()
    })
    const tokens = [...text.matchAll(/::stop-commands::(\S+)/g)].map(([, token]) => token!)
    expect(tokens).toHaveLength(2)
    expect(new Set(tokens).size).toBe(2)
    for (const token of tokens) expect(token).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a title stays on its line', () => {
    const { obeyed, log } = record((progress) => {
      progress.start('digits\n::add-path::/evil 100%')
      progress.end()
    })
    expect(obeyed).toEqual(['group', 'stop-commands', 'endgroup'])
    expect(log).toContain('::add-path::/evil 100%')
  })

  test('a group that begins ends the one before; ending twice changes nothing', () => {
    const { obeyed } = record((progress) => {
      progress.start('one')
      progress.start('two')
      progress.end()
      progress.end()
    })
    expect(obeyed).toEqual(['group', 'stop-commands', 'endgroup', 'group', 'stop-commands', 'endgroup'])
  })

  test('colours and control characters do not reach the log', () => {
    const { text } = record((progress) => progress.line('\u001b[31mred\u001b[0m\u0008\u0000 plain\ttext'))
    expect(text.split('\n')[1]).toBe('red\ufffd\ufffd plain\ttext')
  })
})
