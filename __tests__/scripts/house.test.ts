import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Linter } from 'eslint'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import tseslint from 'typescript-eslint'
import house, { ROOMS } from '../../scripts/lint/house.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reprogate-house-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** What the rules say of these files. */
function lint(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const rules = Object.fromEntries(
    Object.keys(house.rules).map((name) => [`house/${name}`, ['error', { root }]]),
  )
  const linter = new Linter({ cwd: root })
  return Object.entries(files).flatMap(([path, text]) =>
    linter
      .verify(
        text,
        [
          {
            files: ['**/*.ts'],
            languageOptions: { parser: tseslint.parser },
            plugins: { house },
            rules,
          } as unknown as Linter.Config,
        ],
        join(root, path),
      )
      .map(({ message, line }) => `${path}:${line} ${message}`),
  )
}

describe('a room imports from the rooms below it', () => {
  test('and from nothing above, not even a type', () => {
    expect(
      lint({
        'text/a.ts': 'export const a = 1\n',
        'verdict/b.ts': "import { a } from '../text/a.js'\nexport const b = a\n",
        'results/c.ts': "import type { d } from '../system/d.js'\nexport const c = (x: typeof d) => x\n",
        'system/d.ts': "export { b as d } from '../verdict/b.js'\n",
      }),
    ).toEqual(['results/c.ts:1 The room results may not import system (scripts/lint/house.js).'])
  })
  test('the rooms beside one another do not meet', () => {
    expect(
      lint({
        'environment/a.ts': "import '../evaluation/b.js'\n",
        'evaluation/b.ts': "import '../data/c.js'\n",
        'data/c.ts': "import('../provenance/d.js')\n",
        'provenance/d.ts': "export * from '../policy/e.js'\n",
        'policy/e.ts': "import '../gate.js'\n",
        'gate.ts': "import './main.js'\n",
        'main.ts': '',
      }),
    ).toEqual([
      'environment/a.ts:1 The room environment may not import evaluation (scripts/lint/house.js).',
      'evaluation/b.ts:1 The room evaluation may not import data (scripts/lint/house.js).',
      'data/c.ts:1 The room data may not import provenance (scripts/lint/house.js).',
      'provenance/d.ts:1 The room provenance may not import policy (scripts/lint/house.js).',
      'policy/e.ts:1 The room policy may not import gate.ts (scripts/lint/house.js).',
      'gate.ts:1 The room gate.ts may not import main.ts (scripts/lint/house.js).',
    ])
  })
  test('and every file is in a room', () => {
    expect(lint({ 'loose.ts': 'export {}\n', 'attic/a.ts': 'export {}\n' })).toEqual([
      'loose.ts:1 loose.ts is not a room of the house (scripts/lint/house.js).',
      'attic/a.ts:1 attic is not a room of the house (scripts/lint/house.js).',
    ])
  })
  test('what only a runner has stays with the runner', () => {
    const text = "import '@actions/core'\nimport '@octokit/plugin-retry'\n"
    expect(lint({ 'action/a.ts': text, 'main.ts': text, 'stages/b.ts': text })).toEqual([
      'stages/b.ts:1 Only action and main.ts may import what only a runner has.',
      'stages/b.ts:2 Only action and main.ts may import what only a runner has.',
    ])
  })
})

test('a circle is named, also one of types', () => {
  expect(
    lint({
      'text/a.ts': "import type { B } from './b.js'\nexport type A = B\n",
      'text/b.ts': "import type { C } from './c.js'\nexport type B = C\n",
      'text/c.ts': "import type { A } from './a.js'\nexport type C = A | 1\n",
      'text/d.ts': "import type { A } from './a.js'\nexport type D = A\n",
    }),
  ).toEqual([
    'text/a.ts:1 These files import one another in a circle: text/a.ts → text/b.ts → text/c.ts → text/a.ts',
    'text/b.ts:1 These files import one another in a circle: text/b.ts → text/c.ts → text/a.ts → text/b.ts',
    'text/c.ts:1 These files import one another in a circle: text/c.ts → text/a.ts → text/b.ts → text/c.ts',
  ])
})

test('two exported things never share a name', () => {
  expect(
    lint({
      'text/a.ts': 'export const count = 1\nexport interface Level {}\n',
      'system/b.ts': 'export function count() {}\nconst Level = 1\n',
    }),
  ).toEqual([
    'text/a.ts:1 system/b.ts exports `count` too: give one another name.',
    'system/b.ts:1 text/a.ts exports `count` too: give one another name.',
  ])
})

test('the table has no circle, and CONTRIBUTING shows every room of it', () => {
  const rooms: Record<string, readonly string[]> = ROOMS
  const below = (room: string): string[] => (rooms[room] ?? []).flatMap((one) => [one, ...below(one)])
  for (const room of Object.keys(rooms)) expect(below(room)).not.toContain(room)
  const shown = [...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^\| `([\w.]+)\/?` \|/gm)].map(
    ([, room]) => room,
  )
  expect(shown).toEqual(Object.keys(rooms))
})
