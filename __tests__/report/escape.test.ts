import { describe, expect, test } from '@jest/globals'
import {
  code,
  details,
  fenced,
  fileLink,
  firstSentence,
  prose,
  safeUrl,
  table,
} from '../../src/report/markdown/escape.js'
import { ATTACKS } from './fixtures.js'
import { dangers, rendered } from './harmless.js'

const seen = (text: string) => text.replace(/\s+/g, ' ').trim()

/** What a person should still be able to read of an attack. */
const legible: Partial<Record<string, string>> = {
  '\u202egnp.exe': '�gnp.exe',
  '\u001b[31mred\u001b[0m': 'red',
  '\u0007\u0000\u200b': '���',
  // Backticks around words mean code in a sentence.
  '`|`': '|',
}

describe('untrusted text', () => {
  for (const attack of ATTACKS) {
    const words = legible[attack] ?? seen(attack)
    const uses: [string, string, string][] = [
      ['prose', prose(`It says ${attack} here.`), words],
      ['prose at the start of a line', prose(attack), words],
      ['bold', `**${prose(attack)}**`, words],
      ['code', code(attack), attack === '`|`' ? attack : words],
      ['a cell of prose', table([['a', 'left']], [[prose(attack, 'cell')]]), words],
      ['a cell of code', table([['a', 'left']], [[code(attack, 'cell')]]), attack === '`|`' ? attack : words],
      ['a summary', details(prose(attack, 'html'), 'x'), words],
      ['a footer', `<sub>${code(attack, 'html')}</sub>`, attack === '`|`' ? attack : words],
      ['a block', fenced([attack], 'text'), attack === '`|`' ? attack : words],
    ]
    for (const [name, markdown, expected] of uses)
      test(`${JSON.stringify(attack)} in ${name} is read, and nothing else`, () => {
        expect(dangers(markdown)).toEqual([])
        const text = rendered(markdown)
          .text.replaceAll('\u200b', '')
          .replaceAll('&#x3C;', '<')
          .replaceAll('&lt;', '<')
        expect(seen(text)).toContain(expected)
        expect(rendered(markdown).html).not.toMatch(/<(?:h\d|ul|ol|li|em|del|hr)\b/)
      })
  }

  test('a cell stays one cell', () => {
    for (const attack of ATTACKS) {
      const { html } = rendered(
        table(
          [
            ['a', 'left'],
            ['b', 'left'],
          ],
          [
            [prose(attack, 'cell'), code(attack, 'cell')],
            ['last', 'row'],
          ],
        ),
      )
      expect(html.match(/<td/g)).toHaveLength(4)
      expect(html).toContain('<td align="left">last</td>')
    }
  })

  test('the dangers would be seen', () => {
    expect(dangers(ATTACKS.join(' ')).length).toBeGreaterThan(10)
    expect(dangers('see @ada')).toEqual(['mention  @ada'])
  })

  test('words stay words, and look like what they are', () => {
    expect(prose('accuracy is 0.97 (±0.01), not 1,797; see a/b.py line 3.')).toBe(
      'accuracy is 0.97 (±0.01), not 1,797; see a/b.py line 3.',
    )
    expect(prose('Set `random_state`, (f1_macro) and f(x_1).')).toBe(
      'Set `random_state`, (`f1_macro`) and `f(x_1)`.',
    )
    expect(prose('commit 3f2c9e1d is gone')).toBe('commit `3f2c9e1d` is gone')
    expect(prose('`a``b`@c d')).not.toContain('b``@')
  })

  test('a fence is longer than what it holds', () => {
    expect(code('a``b')).toBe('```a``b```')
    expect(code('`a')).toBe('`` `a ``')
    expect(fenced(['````', 'x'], 'text')).toBe('`````text\n````\nx\n`````')
    expect(
      fenced(
        Array.from({ length: 400 }, () => '`x'.repeat(500)),
        'text',
      ),
    ).toMatch(/^```text\n/)
    expect(fenced(['x'.repeat(9), '👍'.repeat(9)], 'text', 4)).toBe('```text\nxxx…\n👍…\n```')
    expect(code('')).toBe('`(empty)`')
  })

  test('lists and rules do not begin a line', () => {
    expect(rendered(prose('- a')).html).toBe('<p>- a</p>')
    expect(rendered(prose('1. a')).html).toBe('<p>1. a</p>')
    expect(rendered(prose('---')).html).toBe('<p>---</p>')
  })

  test('digests are short in cells, and whole elsewhere', () => {
    const digest = `sha256:${'9c1a'.repeat(16)}`
    expect(code(digest, 'cell')).toBe('`sha256:9c1a9c1a9c1a…`')
    expect(code(digest)).toBe(`\`${digest}\``)
  })
})

describe('link targets', () => {
  const targets = { files: new Set(['a b/(x).txt', 'r.txt']), blobUrl: 'https://github.com/a/b/blob/c0ffee1' }

  test('a known file is linked to, with its line', () => {
    expect(prose('pin it (r.txt:4).', 'markdown', targets)).toBe(
      'pin it ([`r.txt` line 4](https://github.com/a/b/blob/c0ffee1/r.txt#L4)).',
    )
    expect(prose('see `r.txt`', 'html', targets)).toBe(
      'see <a href="https://github.com/a/b/blob/c0ffee1/r.txt"><code>r.txt</code></a>',
    )
    expect(prose('see other.txt:4', 'markdown', targets)).toBe('see other.txt:4')
  })

  test('a file name cannot end the link', () => {
    const link = fileLink({ file: 'a b/(x)](http://evil).txt', line: 1 }, targets, 'markdown')
    expect(dangers(link, ['https://github.com/a/b/blob/c0ffee1/a%20b/'])).toEqual([])
  })

  test('only web addresses are linked to', () => {
    expect(safeUrl('javascript:alert(1)')).toBeUndefined()
    expect(safeUrl('https://x/"><img>')).toBe('https://x/%22%3E%3Cimg%3E')
    expect(fileLink({ file: 'r.txt', line: 2 }, { files: new Set() }, 'markdown')).toBe('`r.txt` line 2')
  })
})

test('the first sentence ends where a sentence ends', () => {
  expect(firstSentence('numpy 1.2.1 → 1.3.0 did it. With 1.2.1 it returns.')).toEqual([
    'numpy 1.2.1 → 1.3.0 did it.',
    'With 1.2.1 it returns.',
  ])
  expect(firstSentence('no end')).toEqual(['no end', ''])
})
