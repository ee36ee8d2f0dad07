import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { commandValues } from '../../src/record/capture/arguments.js'
import { openedBelow, openedPath } from '../../src/record/capture/opened.js'
import { treeState, writtenSince } from '../../src/record/capture/work-tree.js'

describe('what a command line sets', () => {
  test.each([
    [
      ['python', 'train.py', '--seed', '7', '--lr=1e-3', '--fast', '--name', 'a'],
      { seed: 7 },
      { lr: 0.001, fast: true, name: 'a' },
    ],
    [['python', '-u', '-m', 'pkg.train', '--random-state=3', '-n', '-5'], { 'random-state': 3 }, { n: -5 }],
    [
      ['python', 'train.py', 'model.depth=3', '+optimizer.lr=0.1', 'seed=4'],
      { seed: 4 },
      { 'model.depth': 3, 'optimizer.lr': 0.1 },
    ],
    [['./train'], {}, {}],
    [['python', 'train.py', '--seed', 'none'], {}, { seed: 'none' }],
  ])('%j', (command, seeds, hyperparameters) => {
    expect(commandValues(command)).toEqual({ seeds, hyperparameters })
  })
})

describe('what a trace says', () => {
  test.each([
    ['12  openat(AT_FDCWD</r>, "a.csv", O_RDONLY|O_CLOEXEC) = 3</r/a.csv>', '/r/a.csv'],
    ['12  openat(AT_FDCWD</r>, "a.csv", O_RDWR) = 3</r/a.csv>', '/r/a.csv'],
    ['12  openat(AT_FDCWD</r>, "a.csv", O_WRONLY|O_CREAT, 0666) = 3</r/a.csv>', undefined],
    ['12  openat(AT_FDCWD</r>, "a.csv", O_RDONLY) = -1 ENOENT (No such file or directory)', undefined],
    ['12  open("\\303\\244 b", O_RDONLY) = 3</r/\\303\\244 b>', '/r/ä b'],
    ['words', undefined],
  ])('%s', (line, expected) => {
    expect(openedPath(line)).toBe(expected)
  })
  test('any line is a path or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['string', 'undefined']).toContain(typeof openedPath(`1 open("x", O_RDONLY) = 3<${text}>`))
      }),
    )
  })
})

describe('the work tree', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'reprogate-capture-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  test('new, longer and rewritten files are outputs; caches, links and what stays are none', async () => {
    for (const path of ['same', 'longer', 'rewritten', 'd/e']) write(path, 'x')
    const before = await treeState(root)
    appendFileSync(join(root, 'longer'), 'y')
    write('rewritten', 'z')
    write('new/model.pt', 'w')
    write('__pycache__/a.pyc', 'w')
    write('venv/lib/a.py', 'w')
    symlinkSync('/etc/passwd', join(root, 'link'))
    expect(writtenSince(before, await treeState(root))).toEqual(['longer', 'new/model.pt', 'rewritten'])
  })
  test('of a trace only what lies below counts', async () => {
    write(
      't',
      `1 open("a", O_RDONLY) = 3<${root}/a>\n1 open("b", O_RDONLY) = 3</etc/passwd>\n1 open("c", O_RDONLY) = 3<${root}x/c>\ncut`,
    )
    expect(await openedBelow(root, join(root, 't'))).toEqual(['a'])
  })
})
