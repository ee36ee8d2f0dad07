import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { judgementSchema, summary, type Judgement } from '../../scripts/repositories.js'

const read = judgementSchema.array().parse(JSON.parse(readFileSync('docs/repositories.json', 'utf8')))

test('every repository is judged once, at a commit, and stands in the table', () => {
  const table = readFileSync('docs/repositories.md', 'utf8')
  expect(read.length).toBeGreaterThanOrEqual(25)
  expect(new Set(read.map(({ repository }) => repository)).size).toBe(read.length)
  for (const { repository, commit } of read)
    expect(table).toContain(`| ${repository} | \`${commit.slice(0, 7)}\` |`)
})

test('the figures of the page are those of the judgements', () => {
  const page = readFileSync('docs/repositories.md', 'utf8')
  for (const row of summary(read).slice(2)) expect(page).toContain(row)
})

test('what has nothing to find is not counted, and every other grade is', () => {
  const one = (command: Judgement['command']): Judgement => ({ ...read[0]!, command })
  expect(summary((['right', 'right', 'odd', 'wrong', 'none'] as const).map(one))[2]).toContain(
    '2 of 4 (question 0, odd 1, wrong 1, missed 0)',
  )
})
