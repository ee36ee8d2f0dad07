import { describe, expect, test } from '@jest/globals'
import { annotations } from '../../src/report/annotations.js'
import {
  couldNotCheck,
  hostile,
  incomplete,
  incompleteModel,
  reportOf,
  reproduced,
  several,
} from './fixtures.js'

/** What is wrong with the data: with a place, a field, and what was expected and found. */
const finding = incompleteModel.findings.find(({ rule }) => rule === 'data/digest-mismatch')!
const findings = (errors: number, warnings: number) =>
  reportOf([
    {
      ...incompleteModel,
      findings: [
        ...Array.from({ length: warnings }, (_, i) => ({
          ...finding,
          level: 'warn' as const,
          message: `w${i}`,
        })),
        ...Array.from({ length: errors }, (_, i) => ({ ...finding, message: `e${i}` })),
        { ...finding, level: 'off' as const, message: 'off' },
      ],
    },
  ])

describe('annotations', () => {
  test('stand on the line, with rule and remedy', () => {
    expect(annotations(couldNotCheck)).toEqual([
      {
        level: 'error',
        file: 'Dockerfile',
        line: 3,
        title: 'digits: Image did not build',
        message:
          'the build failed at step 3 of 5: RUN apt-get install -y libgomp1=12.2.0-14\nTo fix: Correct Dockerfile:3; pin what it installs.\nRule: environment/build-failed',
      },
    ])
    expect(annotations(incomplete)[2]).toMatchObject({ file: 'models/digits/provenance.yml', line: 15 })
    expect(annotations(incomplete)[2]?.message).toMatch(
      /\nField: data\[1\]\.digest\nExpected: sha256:9f2c1ab.*\nActual: sha256:1dea/,
    )
    expect(annotations(reproduced)).toEqual([])
  })
  test('errors first, and what is off nowhere', () => {
    expect(annotations(findings(2, 2)).map(({ message }) => message.split('\n')[0])).toEqual([
      'e0',
      'e1',
      'w0',
      'w1',
    ])
  })
  test('at most ten of a level, the last of which says how many more', () => {
    const all = annotations(findings(13, 11))
    expect(all.map(({ level }) => level)).toEqual([...Array(10).fill('error'), ...Array(10).fill('warning')])
    expect(all[9]?.message).toMatch(/^e9\n[\s\S]*\n\n3 more of this level are in the report\.$/)
    expect(all[19]?.message).toMatch(/\n\n1 more of this level is in the report\.$/)
    expect(all[8]?.message).not.toContain('more of this level')
    expect(annotations(findings(10, 0))[9]?.message).not.toContain('more of this level')
  })
  test('without a file they stand on the record', () => {
    const nowhere = { ...finding, file: undefined, line: 3 }
    const [only, ...others] = annotations(reportOf([{ ...incompleteModel, findings: [nowhere] }]))
    expect(only).toMatchObject({ file: 'models/digits/provenance.yml' })
    expect(only?.line).toBeUndefined()
    expect(others).toEqual([])
  })
  test('a policy that changes is said', () => {
    expect(annotations(several).at(-1)).toEqual({
      level: 'notice',
      file: 'reprogate.yml',
      title: 'The policy changes in this pull request',
      message: 'Judged by the policy of main; the change takes effect once it is merged.',
    })
  })
  test('hostile text stays within the limits, on its line', () => {
    for (const { title, message } of annotations(hostile)) {
      expect(title.length).toBeLessThanOrEqual(255)
      expect(message.length).toBeLessThanOrEqual(4096)
      expect(title).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/)
      expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/)
      expect(message).not.toMatch(/^# heading/m)
    }
  })
})
