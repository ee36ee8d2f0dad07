import { describe, expect, test } from '@jest/globals'
import { selectModels, type Records } from '../../src/policy/models.js'

const records = (names: Record<string, string | undefined>, track?: 'production'): Records => ({
  files: Object.keys(names),
  of: async (path) => ({ name: names[path], track }),
  found: async () => [],
})
const select = async (names: Record<string, string | undefined>, wanted: string[] = [], policy = {}) =>
  (await selectModels(policy, records(names), undefined, wanted)).map(({ name, named, settings }) => [
    name,
    named,
    settings.record,
  ])

describe('without a policy every record is a model', () => {
  test('called as the record calls it, or after its folder', async () => {
    expect(
      await select({
        'README.md': undefined,
        'provenance.yml': 'toy',
        'a/digits/provenance.yaml': undefined,
        'b/digits/provenance.json': undefined,
        'c/provenance.yml': 'toy',
        'd/provenance.yml': '`x` | y',
        'e/my-provenance.yml': 'no record',
      }),
    ).toEqual([
      ['digits', false, 'a/digits/provenance.yaml'],
      ['b.digits.provenance.json', false, 'b/digits/provenance.json'],
      ['c', false, 'c/provenance.yml'],
      ['d', false, 'd/provenance.yml'],
      ['model', false, 'provenance.yml'],
    ])
    expect(await select({ 'provenance.yml': 'toy' })).toEqual([['toy', false, 'provenance.yml']])
    expect(await select({ 'provenance.yml': undefined })).toEqual([['model', false, 'provenance.yml']])
  })
  test('a copy does not take the name of the original', async () => {
    expect(await select({ 'a/new/provenance.yml': 'toy', 'models/toy/provenance.yml': 'toy' })).toEqual([
      ['new', false, 'a/new/provenance.yml'],
      ['toy', false, 'models/toy/provenance.yml'],
    ])
    expect(await select({ 'a/toy/provenance.yml': undefined, 'b/provenance.yml': 'toy' })).toEqual([
      ['a.toy.provenance.yml', false, 'a/toy/provenance.yml'],
      ['toy', false, 'b/provenance.yml'],
    ])
  })
  test('and there is at least one', async () => {
    await expect(select({ 'README.md': undefined })).rejects.toMatchObject({ code: 'models/none' })
  })
})

test('models are asked for by name, with a guess at what was meant', async () => {
  const names = { 'a/provenance.yml': 'digits', 'b/provenance.yml': 'letters' }
  expect(await select(names, ['letters'])).toEqual([['letters', false, 'b/provenance.yml']])
  await expect(select(names, ['leters'])).rejects.toMatchObject({ remedy: 'Did you mean letters?' })
  await expect(select(names, ['x-ray'])).rejects.toMatchObject({ remedy: 'Models here: digits, letters.' })
})

test('a policy that names models leaves the others alone', async () => {
  const policy = { models: { one: { record: 'a/provenance.yml' } } }
  expect(await select({ 'b/provenance.yml': 'two' }, [], policy)).toEqual([['one', true, 'a/provenance.yml']])
})

describe('what the base knows cannot vanish', () => {
  const against = async (
    before: Record<string, string | undefined>,
    now: Record<string, string | undefined>,
    policy = {},
  ) =>
    (await selectModels(policy, records(now), records(before, 'production'), [])).map(
      ({ name, settings, removed, uncovered, track }) => [name, settings.record, removed, uncovered, track],
    )
  const A = 'a/provenance.yml'
  const B = 'b/provenance.yml'
  test('a record that is removed is still a model, with the track that it had', async () => {
    expect(await against({ [A]: 'digits' }, {})).toEqual([['digits', A, true, undefined, 'production']])
  })
  test('a name stays with its record, whoever else claims it', async () => {
    expect(await against({ [A]: 'digits' }, { [A]: 'digits', [B]: 'digits' })).toEqual([
      ['digits', A, false, undefined, 'production'],
      ['b', B, undefined, false, undefined],
    ])
    expect(await against({ [A]: 'digits' }, { [A]: 'letters', [B]: 'digits' })).toEqual([
      ['digits', A, false, undefined, 'production'],
      ['b', B, undefined, false, undefined],
    ])
  })
  test('a model that the policy does not name is checked, and not covered by it', async () => {
    const policy = { models: { one: { record: A } } }
    expect(await against({ [A]: 'one' }, { [A]: 'one', [B]: 'two' }, policy)).toEqual([
      ['one', A, false, undefined, 'production'],
      ['two', B, undefined, true, undefined],
    ])
    // A record that was there before the policy named models is nobody's news.
    expect(await against({ [A]: 'one', [B]: 'two' }, { [A]: 'one', [B]: 'two' }, policy)).toEqual([
      ['one', A, false, undefined, 'production'],
    ])
  })
})
