import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { logProgress } from '../../src/action/progress.js'
import { annotations } from '../../src/report/annotations.js'
import { renderComment } from '../../src/report/comment.js'
import { printableJson } from '../../src/report/json.js'
import { renderRecorded } from '../../src/report/recorded.js'
import { renderSummary } from '../../src/report/summary.js'
import { renderTerminal } from '../../src/report/terminal.js'
import type { Report } from '../../src/verdict/report.js'
import { terminalProgress } from '../../src/terminal/progress.js'
import { ATTACKS, FIXTURES } from './fixtures.js'
import { dangers } from './harmless.js'

/** Whatever text a stranger has put into a report, nothing that is made of it does more than say it. */

/** What moves, hides or reorders its neighbours. Written down here again, so that a gap in the code is seen. */
const FORBIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{Surrogate}/u
const COMMAND = /^\s*::|##\[/m

const PIECES = [
  ...ATTACKS,
  ...[
    '::',
    '##',
    '[',
    '#',
    '@',
    'a',
    ' ',
    '\n',
    '\r',
    '\u2028',
    '\u0085',
    '\t',
    '|',
    '`',
    '\\',
    '<',
    '>',
    '&',
    '!',
    '(',
    ')',
    ']',
  ],
  ...[
    '\u001b',
    '\u001b]8;;http://evil\u0007',
    '\u009b2J',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u200d',
    '\ufeff',
    '\u00ad',
    '\ufe0f',
  ],
  ...['\ud800', '\udc00', '\u{e0041}', '\u{e0100}', '\u0301'.repeat(9), '\u3164', '\u034f', '\u{1d173}'],
  ...[
    '::add-path::/x',
    '##[error]',
    '#\u200b#[error]',
    ':\u200b:error::',
    '@\u200bada',
    'ada',
    'http',
    '://',
    'www',
    '.',
    '/',
    '1',
  ],
  ...[
    '"',
    "'",
    '%0A',
    '&#10;',
    '&#x40;ada',
    '~~~',
    '---',
    '1. ',
    '- [ ] ',
    '<!--',
    '-->',
    '</code>',
    '</summary>',
    '${',
    '$',
    '*',
    '_',
    '~',
  ],
]
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)

/** Words of ours: whoever writes a report chooses among them. */
const OURS = new Set(
  ['reprogate', 'verdict', 'decision', 'rule', 'level', 'stage', 'kind', 'status', 'grade', 'parity'].concat([
    'agreement',
    'track',
    'started',
    'builder',
  ]),
)

/** The report with every word in it that a stranger may have chosen replaced by his. */
function replaced(report: Report, next: () => string): Report {
  const visit = (value: unknown, key: string): unknown => {
    if (OURS.has(key) || (key === 'from' && ['image', 'manifest', 'layers'].includes(String(value))))
      return value
    if (key === 'name' && ['provenance', 'data', 'environment', 'evaluation'].includes(String(value)))
      return value
    if (typeof value === 'string') return next()
    if (Array.isArray(value)) return value.map((item) => visit(item, key))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, visit(child, name)]))
  }
  return visit(report, '') as Report
}

const hostileReport = fc
  .tuple(fc.constantFrom(...Object.values(FIXTURES)), fc.array(text, { minLength: 8, maxLength: 8 }))
  .map(([report, words]) => {
    let index = 0
    return replaced(report, () => words[index++ % words.length]!)
  })

const LINKS = { repositoryUrl: 'https://github.com/a/b', runUrl: 'https://github.com/a/b/actions/runs/1' }
const check = (property: (report: Report) => void, numRuns: number) =>
  fc.assert(fc.property(hostileReport, property), { numRuns })

describe('whatever words a report holds', () => {
  test('the terminal shows them, and obeys none', () => {
    check((report) => {
      const shown = renderTerminal(report, { colour: false })
      expect(shown).not.toMatch(FORBIDDEN)
      expect(shown).not.toMatch(COMMAND)
    }, 300)
  })

  test('the annotations hold them, and nothing unseen', () => {
    check((report) => {
      for (const { title, message, file } of annotations(report)) {
        expect(title).not.toMatch(FORBIDDEN)
        expect(message).not.toMatch(FORBIDDEN)
        expect(file).not.toMatch(FORBIDDEN)
      }
    }, 300)
  })

  test('comment and summary hold them, and nothing unseen', () => {
    check((report) => {
      const icons = (markdown: string) => markdown.replaceAll('⚠\ufe0f', '')
      expect(icons(renderComment(report, { id: 'x', ...LINKS }))).not.toMatch(FORBIDDEN)
      expect(icons(renderSummary(report, LINKS))).not.toMatch(FORBIDDEN)
    }, 300)
  })

  test('in comment and summary they are no mention, link, image, HTML or formula', () => {
    check((report) => {
      expect(dangers(renderComment(report, { id: 'x', ...LINKS }), ['https://github.com/a/b/'])).toEqual([])
    }, 120)
  })

  test('as JSON they are the same words, in characters that can be printed', () => {
    check((report) => {
      const json = printableJson(report)
      expect(json).not.toMatch(FORBIDDEN)
      expect(json).not.toMatch(COMMAND)
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(report)))
    }, 300)
  })

  test('what `record` says holds them, and is obeyed by nobody', () => {
    fc.assert(
      fc.property(text, (word) => {
        const shown = renderRecorded({
          model: word,
          files: [word],
          dirty: [word],
          metrics: { [word]: 1 },
          pin: 'image',
          leftOut: [word],
          metricsFile: word,
          missing: [{ field: word, message: word, remedy: word }],
        })
        expect(shown).not.toMatch(FORBIDDEN)
        expect(shown).not.toMatch(COMMAND)
      }),
    )
  })

  test('progress shows them, and nothing unseen', () => {
    fc.assert(
      fc.property(text, text, (title, line) => {
        let written = ''
        const log = logProgress((part) => (written += part))
        log.start(title)
        log.line(line)
        log.end()
        expect(written).not.toMatch(FORBIDDEN)
        let shown = ''
        const stream = { write: (part: string) => ((shown += part), true), isTTY: false } as never
        const terminal = terminalProgress(stream, true)
        terminal.start(title)
        terminal.line(line)
        expect(shown).not.toMatch(FORBIDDEN)
        expect(shown).not.toMatch(COMMAND)
      }),
    )
  })
})
