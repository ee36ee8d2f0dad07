import { describe, expect, test } from '@jest/globals'
import { lockCandidates } from '../../../src/provenance/lockfiles/choose.js'
import { lockReadingOf } from '../../../src/provenance/lockfiles/reading.js'
import { RULES } from '../../../src/verdict/rules/index.js'
import { memoryTree } from '../../support/memory-tree.js'

const said = (
  files: Record<string, string>,
  { folder = '.', installed = [] as string[], prefix = '' } = {},
) => lockReadingOf({ files: memoryTree(files), prefix }, { folder, installed })

describe('which file is the model’s', () => {
  test.each([
    [['requirements.txt', 'uv.lock'], '.', [], 'uv.lock'],
    [['requirements.txt', 'eval-requirements.txt'], '.', ['eval-requirements.txt'], 'eval-requirements.txt'],
    [['requirements.txt', 'm/requirements.txt'], 'm', [], 'm/requirements.txt'],
    [['requirements.txt', 'other/requirements.txt'], 'm', [], 'requirements.txt'],
    [['app/requirements.txt', 'environment.yml'], '.', [], 'environment.yml'],
    [['requirements-dev.txt', 'docs/requirements.txt'], '.', [], undefined],
    [['node_modules/x/requirements.txt'], '.', [], undefined],
    [['models/a/requirements.txt', 'requirements.txt'], 'models/a/b', [], 'requirements.txt'],
  ])('of %j for %s, installed %j', (files, folder, installed, expected) => {
    expect(lockCandidates(files, { folder, installed })[0]).toBe(expected)
  })
})

test('what is open is one finding, with the lines; the level is a remark; no field is filled in', async () => {
  const reading = await said(
    { 'm/requirements.txt': '# a\nsix==1\nnumpy>=1\ntorch\n' },
    { folder: 'm', prefix: 'top/' },
  )
  expect(reading).toMatchObject({
    record: null,
    file: 'top/m/requirements.txt',
    problems: [
      {
        rule: 'environment/unpinned',
        file: 'top/m/requirements.txt',
        line: 3,
        message:
          '2 of 3 entries may be another version tomorrow: numpy (line 3: `>=1` is a range), torch (line 4: names no version)',
      },
    ],
    remarks: [
      {
        text: 'environment L1: some versions are open, 1 of 3 entries by version',
        file: 'top/m/requirements.txt',
      },
    ],
  })
  expect(RULES['environment/unpinned']).toMatchObject({ production: 'warn', kind: 'risk' })
})

test('a lock that pins everything has a remark and no finding', async () => {
  const text = `six==1 --hash=sha256:${'a'.repeat(64)}\n`
  expect(await said({ 'requirements.txt': text })).toMatchObject({
    problems: [],
    remarks: [{ text: 'environment L4: all bytes are pinned, 1 of 1 entry by version' }],
  })
})

test('one that cannot be read is named if no other can', async () => {
  expect(await said({ 'uv.lock': '[[package' })).toMatchObject({
    problems: [{ rule: 'environment/lock-unreadable', file: 'uv.lock' }],
  })
  expect(await said({ 'requirements.txt': 'six==1\0\n' })).toMatchObject({
    problems: [{ rule: 'environment/lock-unreadable', message: expect.stringContaining('binary') }],
  })
  expect(await said({ 'uv.lock': '[[package', 'requirements.txt': 'six==1\n' })).toMatchObject({
    file: 'requirements.txt',
    problems: [],
  })
  expect(await said({ 'README.md': 'x' })).toBeUndefined()
})
