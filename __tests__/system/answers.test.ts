import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerTest, knownAnswers, removeAnswers, spellings } from '../../src/system/answers.js'

const ANSWERS = 'id,label\na,1\nb,0\n'
const digestOf = (bytes: string | Buffer, algorithm = 'sha256') =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`

let home: string
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'reprogate-answers-')))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const write = async (name: string, bytes: string | Buffer): Promise<string> => {
  await mkdir(join(home, name, '..'), { recursive: true })
  await writeFile(join(home, name), bytes)
  return join(home, name)
}

describe('the same answers', () => {
  test.each([
    ['as they are', ANSWERS],
    ['with CRLF', ANSWERS.replaceAll('\n', '\r\n')],
    ['with CR', ANSWERS.replaceAll('\n', '\r')],
    ['with both', ANSWERS.replace('\n', '\r\n')],
    ['with a byte order mark', `\ufeff${ANSWERS}`],
    ['without the last line break', ANSWERS.trimEnd()],
    ['with all of it', `\ufeff${ANSWERS.trimEnd().replaceAll('\n', '\r\n')}`],
  ])('%s', async (_, text) => {
    const copy = await write('copy', text)
    // Only a digest is known, by either algorithm.
    for (const algorithm of ['sha256', 'md5'])
      expect(await answerTest({ digests: [digestOf(ANSWERS, algorithm)] })(copy)).toBe(true)
    const odd = await write('odd', 'id,label\r\na,1\nb,0')
    // A mixture of line ends cannot be guessed from its digest, but the kept file says what it is.
    const { digests, spelled } = await knownAnswers({ paths: [], digests: [] }, { file: odd })
    if (text !== ANSWERS.replace('\n', '\r\n'))
      expect(await answerTest({ digests, spelled })(copy)).toBe(true)
  })

  test('others are others, also if they are no text', async () => {
    const isAnswer = answerTest({ digests: [digestOf(ANSWERS)] })
    expect(await isAnswer(await write('other', ANSWERS.replace('1', '0')))).toBe(false)
    expect(await isAnswer(await write('spaces', `${ANSWERS} `))).toBe(false)
    const bytes = Buffer.from([0, 13, 10, 255])
    expect(await spellings(await write('binary', bytes))).toEqual([digestOf(bytes)])
    expect(await isAnswer(await write('empty', ''))).toBe(false)
  })

  test('whatever spelling of a text is kept, every other one is known by it', async () => {
    const line = fc.string({ maxLength: 5 }).map((text) => text.replace(/[\r\n\ufeff\0]/g, ''))
    const spelling = fc.record({
      end: fc.constantFrom('\n', '\r\n', '\r'),
      bom: fc.constantFrom('', '\ufeff'),
      last: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 6 }),
        spelling,
        spelling,
        async (lines, a, b) => {
          const text = ({ end, bom, last }: typeof a) =>
            `${bom}${['x', ...lines, 'y'].join(end)}${last ? end : ''}`
          const known = await knownAnswers({ paths: [], digests: [] }, { file: await write('kept', text(a)) })
          expect(await answerTest(known)(await write('copy', text(b)))).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('a line break that falls between two reads is one', async () => {
    const head = `${'x'.repeat(1024 ** 2 - 1)}`
    const known = await knownAnswers(
      { paths: [], digests: [] },
      { file: await write('kept', `${head}\ny\n\n`) },
    )
    expect(await answerTest(known)(await write('copy', `${head}\r\ny\r\n\r\n`))).toBe(true)
    expect(await answerTest(known)(await write('other', `${head}\ny\n`))).toBe(true)
    expect(await answerTest({ ...known, rows: [] })(await write('another', `${head}\n\ny\n`))).toBe(false)
  })
})

describe('taken out of a folder', () => {
  const tree = async () => (await readdir(home, { recursive: true })).sort()

  test('by content, under any name and through hard links; the rest stays', async () => {
    await write('a/copy of it', ANSWERS)
    await link(join(home, 'a/copy of it'), join(home, 'hard'))
    await write('b/crlf.txt', ANSWERS.replaceAll('\n', '\r\n'))
    await write('b/data.csv', 'id,x\na,1\n')
    await symlink('../a/copy of it', join(home, 'b/link'))
    await removeAnswers(home, { paths: [], digests: [digestOf(ANSWERS, 'md5')] })
    expect(await tree()).toEqual(['a', 'b', 'b/data.csv', 'b/link'])
    expect(existsSync(join(home, 'b/link'))).toBe(false)
  })

  test('by path, `..` resolved by words and through links, and never outside', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'reprogate-outside-'))
    try {
      await writeFile(join(outside, 'precious.csv'), 'x')
      await symlink(outside, join(home, 'out'))
      await write('deep/er/answers.csv', '1')
      await write('deep/real.csv', '2')
      await write('real.csv', '3')
      await write('kept.csv', '4')
      await symlink('deep/er', join(home, 'way'))
      const paths = ['./x/../deep/er/answers.csv', 'way/../real.csv', 'out/precious.csv', '../precious.csv']
      await removeAnswers(home, { paths: [...paths, '.', ''], digests: [] })
      expect((await tree()).filter((name) => /^(?!out).*csv$/.test(name))).toEqual(['kept.csv'])
      expect(existsSync(join(outside, 'precious.csv'))).toBe(true)
    } finally {
      await rm(outside, { recursive: true })
    }
  })
})

test('a glob takes out what it names, links too, and nothing else', async () => {
  for (const name of ['results/a.json', 'results/.b.json', 'results/deep/c.json', 'results/d.txt', 'e.json'])
    await write(name, '{}')
  await symlink(join(home, 'e.json'), join(home, 'results/f.json'))
  await removeAnswers(home, { paths: [], patterns: ['results/*.json'], digests: [] })
  expect((await readdir(home, { recursive: true })).sort()).toEqual([
    'e.json',
    'results',
    'results/d.txt',
    'results/deep',
    'results/deep/c.json',
  ])
})
