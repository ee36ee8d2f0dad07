import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { recordedPredictions } from '../../src/data/answers.js'
import { verifyData, type ClaimedBytes } from '../../src/data/verify.js'
import { contextOf } from '../support/git.js'
import { createRepository, sha256, TEST, TRAIN, type Repository } from '../support/gate.js'

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

const NOTHING = { paths: [], digests: [] }
const TRAINING: ClaimedBytes = {
  field: 'data[0]',
  name: 'digits',
  path: 'data/train.csv',
  digest: sha256(TRAIN),
  rules: { missing: 'data/file-missing', mismatch: 'data/digest-mismatch' },
}
const verify = async (
  claimed: Partial<ClaimedBytes> = {},
  answers: { paths: string[]; digests: string[] } = NOTHING,
) =>
  verifyData(await contextOf(repository.root), {
    claimed: [{ ...TRAINING, ...claimed }],
    answers,
    commit: repository.commit,
    judged: 'HEAD',
  })

test('bytes as recorded are verified, and may be mounted', async () => {
  expect(await verify()).toEqual({
    findings: [],
    data: [{ path: 'data/train.csv', files: 1, bytes: TRAIN.length, verified: true }],
    mounts: [{ source: join(repository.root, 'data/train.csv'), target: 'data/train.csv' }],
  })
})

test('without a digest nothing is verified, and nothing is mounted', async () => {
  expect(await verify({ digest: undefined })).toMatchObject({
    findings: [],
    data: [{ verified: false }],
    mounts: [],
  })
})

describe('a path that is not data', () => {
  const outside = async (path: string, message: RegExp) =>
    expect(await verify({ path })).toEqual({
      findings: [
        { rule: 'record/path-outside', field: 'data[0].path', message: expect.stringMatching(message) },
      ],
      data: [],
      mounts: [],
    })
  test.each([
    ['../train.csv', /leaves the repository/],
    ['/etc/passwd', /leaves the repository/],
    ['.git/config', /\.git/],
  ])('%s', outside)
  test('a link that leads out, or a folder with one', async () => {
    symlinkSync('/etc', join(repository.root, 'data/out'))
    await outside('data/out/passwd', /through a link/)
    mkdirSync(join(repository.root, 'images'))
    symlinkSync('/etc/passwd', join(repository.root, 'images/a'))
    await outside('images', /a is a link/)
  })
  test('a pipe', async () => {
    execFileSync('mkfifo', [join(repository.root, 'data/pipe')])
    await outside('data/pipe', /not a regular file/)
  })
})

test('a file that is not there', async () => {
  rmSync(join(repository.root, 'data/train.csv'))
  expect((await verify()).findings).toEqual([
    { rule: 'data/file-missing', field: 'data[0].path', message: 'data/train.csv is not there' },
  ])
})

describe('bytes that are not the recorded ones', () => {
  test('of a table: the rows are named, and how to restore them', async () => {
    repository.edit('data/train.csv', '0.25', '0.26')
    repository.save()
    expect((await verify()).findings).toEqual([
      {
        rule: 'data/digest-mismatch',
        field: 'data[0].digest',
        message: 'data/train.csv does not match its recorded digest: 1 row differs; row 3: x 0.25 → 0.26',
        expected: sha256(TRAIN),
        actual: expect.stringMatching(/^sha256:/),
        remedy:
          'Restore data/train.csv as it was for this run, or record the run of digits again with the new bytes.',
      },
    ])
  })
  test('that git does not hold: nothing of them is quoted, as they may be a secret', async () => {
    repository.edit('data/train.csv', '0.25', 'hunter2')
    const [finding] = (await verify()).findings
    expect(finding).toMatchObject({
      message: 'data/train.csv does not match its recorded digest',
      remedy:
        'Restore data/train.csv with `git checkout data/train.csv`, or record the run of digits again with the new bytes.',
    })
    expect(JSON.stringify(finding)).not.toContain('hunter2')
  })
  test('of which the old ones are not known: no more is said', async () => {
    const [finding] = (await verify({ digest: `md5:${'0'.repeat(32)}` })).findings
    expect(finding).toMatchObject({
      message: 'data/train.csv does not match its recorded digest',
      remedy: expect.stringMatching(/^Restore data\/train.csv as it was for this run/),
    })
  })
  test('of a folder: by its list the files are named', async () => {
    const list = `${sha256('a').slice(7)}  a.bin\n${sha256('b').slice(7)}  deep/b.bin\n`
    repository.write('data/images/a.bin', 'a')
    repository.write('data/images/deep/b.bin', 'b')
    repository.write('models/digits/images.sha256', list)
    const claimed = { path: 'data/images', list: 'models/digits/images.sha256', digest: sha256(list) }
    expect((await verify(claimed)).findings).toEqual([])
    repository.write('data/images/deep/b.bin', 'c')
    repository.write('data/images/extra', 'c')
    rmSync(join(repository.root, 'data/images/a.bin'))
    expect((await verify(claimed)).findings).toMatchObject([
      { message: expect.stringMatching(/: deep\/b.bin changed, extra added, a.bin removed$/) },
    ])
  })
  test('of a folder without a list: what git saw change is named', async () => {
    repository.write('data/test.csv', 'other')
    const claimed = { path: 'data', digest: `sha256:${'0'.repeat(64)}` }
    expect((await verify(claimed)).findings).toMatchObject([
      { message: 'data does not match its recorded digest: data/test.csv' },
    ])
  })
})

describe('data may not hold the answers', () => {
  test('by their path', async () => {
    const list = `${sha256(TRAIN).slice(7)}  train.csv\n`
    const { findings, mounts } = await verify(
      { path: 'data', digest: sha256(list) },
      { paths: ['data/p.csv'], digests: [] },
    )
    expect(findings).toContainEqual({
      rule: 'data/exposes-answers',
      field: 'data[0].path',
      message: 'data holds the recorded answers (data/p.csv)',
    })
    expect(mounts).toEqual([])
  })
  test('by their content, whatever they are called', async () => {
    const { findings, mounts } = await verify({}, { paths: [], digests: [sha256(TRAIN)] })
    expect(findings).toMatchObject([
      { rule: 'data/exposes-answers', message: 'data/train.csv holds the recorded answers (data/train.csv)' },
    ])
    expect(mounts).toEqual([])
  })
})

describe('the recorded predictions', () => {
  const find = async (claim: { path?: string; digest?: string }) =>
    recordedPredictions(await contextOf(repository.root), claim)
  test('are found if their bytes are the recorded ones', async () => {
    expect(await find({ path: 'data/test.csv', digest: sha256(TEST) })).toEqual({
      findings: [],
      file: join(repository.root, 'data/test.csv'),
    })
  })
  test('need not be there', async () => {
    expect(await find({})).toEqual({ findings: [], file: undefined })
    expect(await find({ path: 'gone.csv', digest: sha256('') })).toEqual({ findings: [], file: undefined })
  })
  test.each([
    [
      'data/test.csv',
      'data/digest-mismatch',
      'evaluation.predictions.digest',
      /do not match their recorded digest/,
    ],
    ['../p.csv', 'record/path-outside', 'evaluation.predictions.path', /leaves/],
    ['data', 'record/malformed', 'evaluation.predictions.path', /not a regular file/],
  ])('are refused: %s', async (path, rule, field, message) => {
    expect(await find({ path, digest: sha256('other') })).toMatchObject({
      findings: [{ rule, field, message: expect.stringMatching(message) }],
      file: undefined,
    })
  })
})
