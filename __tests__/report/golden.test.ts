import { describe, expect, test } from '@jest/globals'
import { goldenFiles, goldenReports, stale, steady } from '../../scripts/golden.js'
import { renderComment } from '../../src/report/comment.js'
import { SCENARIOS } from '../../scripts/demo/scenarios.js'
import { notReproduced, OPTIONS } from './fixtures.js'

test('the comments that are kept to be read are those that the code makes: `npm run golden`', async () => {
  expect(await stale(goldenFiles(await goldenReports()))).toEqual([])
})

test('a comment that nothing makes any more, and one that is not kept, are stale', async () => {
  const { reproduced, ...others } = await goldenReports()
  expect(await stale(goldenFiles({ ...others, another: reproduced! }))).toEqual([
    'another.md',
    'reproduced.md',
  ])
})

test('every scenario of the demo is among them, as it should end', async () => {
  const reports = await goldenReports()
  expect(
    SCENARIOS.map(({ name }) => {
      const file = name.replaceAll(/[^a-z0-9]+/gi, '-')
      return [name, reports[`demo-${file}`]?.verdict]
    }),
  ).toEqual(SCENARIOS.map(({ name, verdict }) => [name, verdict]))
})

describe('what varies from run to run', () => {
  const otherRun = (text: string) =>
    text
      .replaceAll('77ab03c', 'beef123')
      .replaceAll('a81c0de4f3b29d7706c1e5aa0b9d8c7f6e5d4c3b', 'b'.repeat(39) + '7')
      .replaceAll('a81c0de', 'bbbbbbb')
      .replaceAll('registry.example', '127.0.0.1:40123')
      .replace(/"seconds":[\d.]+/g, '"seconds":7.25')
      .replace(/"buildSeconds":[\d.]+/g, '"buildSeconds":9')
      .replace('2026-11-18T10:00:00Z', '2027-01-02T03:04:05.678Z')
  const withPort = (text: string) => text.replaceAll('registry.example', '127.0.0.1:50999')
  const run = (vary: (text: string) => string) =>
    steady(JSON.parse(vary(JSON.stringify(notReproduced))) as typeof notReproduced)

  test('is left out', () => {
    expect(run(otherRun)).toEqual(run(withPort))
    expect(renderComment(run(otherRun), OPTIONS)).not.toMatch(/77ab03c|beef123|40123|2 min/)
  })
  test('and nothing else', () => {
    expect(
      renderComment(
        run((text) => text),
        OPTIONS,
      ),
    ).toContain('scikit-learn 1.2.1 → 1.3.0')
    expect(run((text) => text.replaceAll('1.3.0', '1.3.1'))).not.toEqual(run((text) => text))
  })
})
