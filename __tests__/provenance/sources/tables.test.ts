import { describe, expect, test } from '@jest/globals'
import { croissant } from '../../../src/provenance/sources/tables/croissant.js'
import { delta, iceberg, lakefs } from '../../../src/provenance/sources/tables/lake.js'
import { lfs } from '../../../src/provenance/sources/tables/lfs.js'
import type { Source } from '../../../src/provenance/sources/source.js'
import { expectHarmless } from '../../support/hostile.js'
import { treeOf } from '../../support/tree.js'

const read = (source: Source, files: Record<string, string>, path = Object.keys(files)[0]!) =>
  source.read(treeOf(files), path)
const hex = (digit: string, length = 64) => digit.repeat(length)

describe('Delta', () => {
  const commit = (version: number) => `data/churn/_delta_log/${String(version).padStart(20, '0')}.json`
  const FILES = {
    [commit(12)]: '{"commitInfo":{"operation":"WRITE"}}\n{"add":{"path":"p1"}}\n',
    [commit(11)]: '{"add":{"path":"metaData"}}\n{broken "metaData"\n',
    [commit(0)]: '{"protocol":{"minReaderVersion":1}}\n{"metaData":{"id":"f3c1-ab","name":"churn"}}\n',
  }

  test('the identity of the table and its last version', async () => {
    expect(delta.detect([...Object.keys(FILES), 'data/churn/_delta_log/_last_checkpoint'])).toEqual([
      commit(12),
    ])
    const { record, problems, placeOf, reservations } = await read(delta, FILES)
    expect(problems).toEqual([])
    expect(record).toEqual({ data: [{ name: 'churn', path: 'data/churn', version: 'f3c1-ab@12' }] })
    expect(placeOf('data[0].name')).toEqual({ file: commit(0), line: 2 })
    expect(reservations?.get('data[0].version')?.kind).toBe('opaque')
  })

  test('without an identity nothing is said', async () => {
    expect(await read(delta, { [commit(3)]: '{"add":{}}\n' })).toMatchObject({ record: null, problems: [] })
  })

  test('whatever it says, nothing is thrown', () => expectHarmless(delta, FILES, commit(12)))
})

describe('Iceberg', () => {
  const path = 'warehouse/churn/metadata/v3.metadata.json'
  const text =
    '{\n"format-version": 2,\n"table-uuid": "9c12d441",\n"current-snapshot-id": 3051729675574597004\n}'

  test('the snapshot keeps all its digits', async () => {
    expect(iceberg.detect(['warehouse/churn/metadata/v2.metadata.json', path, 'metadata/v1.json'])).toEqual([
      path,
    ])
    const { record, placeOf, reservations } = await read(iceberg, { [path]: text })
    expect(record).toEqual({
      data: [{ name: 'churn', path: 'warehouse/churn', version: '9c12d441@3051729675574597004' }],
    })
    expect(placeOf('data[0].version')).toEqual({ file: path, line: 4 })
    expect(reservations?.get('data[0].version')?.kind).toBe('opaque')
  })

  test('an empty table has no version', async () => {
    const { record, remarks } = await read(iceberg, { [path]: text.replace('3051729675574597004', '-1') })
    expect(record?.data?.[0]?.version).toBeUndefined()
    expect(remarks?.map((remark) => remark.text)).toEqual(['the table has no snapshot: it is empty'])
  })

  test('whatever it says, nothing is thrown', () => expectHarmless(iceberg, { [path]: text }, path))
})

describe('lakeFS', () => {
  const path = 'data/images/.lakefs_ref.yaml'

  test('a commit is a pin', async () => {
    const { record, reservations, placeOf } = await read(lakefs, {
      [path]: `src: lakefs://vision/main/images/\nat_head: ${hex('a')}\n`,
    })
    expect(record).toEqual({
      data: [
        { name: 'vision', source: 'lakefs://vision/main/images/', path: 'data/images', version: hex('a') },
      ],
    })
    expect(reservations?.size).toBe(0)
    expect(placeOf('data[0].version').line).toBe(2)
  })

  test('a branch is not', async () => {
    const { record, reservations } = await read(lakefs, { [path]: 'src: lakefs://vision/main/\n' })
    expect(record?.data?.[0]?.version).toBe('main')
    expect(reservations?.get('data[0].version')?.kind).toBe('opaque')
  })

  test('whatever it says, nothing is thrown', () =>
    expectHarmless(lakefs, { [path]: `{"src": "lakefs://a/b/c", "at_head": "${hex('a')}"}` }, path))
})

describe('Git LFS', () => {
  const pointer = (digit: string) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${hex(digit)}\nsize 12345\n`
  const FILES = {
    '.gitattributes':
      '# big files\n*.csv filter=lfs diff=lfs merge=lfs -text\n/models/*.pt filter=lfs\n*.md text\n',
    'data/train.csv': pointer('a'),
    'data/deep/test.csv': pointer('b'),
    'data/here.csv': `${'1,2\n'.repeat(1000)}`,
    'models/net.pt': pointer('c'),
    'other/net.pt': pointer('d'),
    'README.md': '# x',
  }

  test('pointers are digests of bytes that are not here', async () => {
    const { record, problems, placeOf, remarks } = await read(lfs, FILES)
    expect(problems).toEqual([])
    expect(record).toEqual({
      data: [
        { path: 'data/train.csv', digest: `sha256:${hex('a')}` },
        { path: 'data/deep/test.csv', digest: `sha256:${hex('b')}` },
      ],
      model: { path: 'models/net.pt', digest: `sha256:${hex('c')}` },
    })
    expect(placeOf('data[1].digest')).toEqual({ file: 'data/deep/test.csv', line: 2 })
    expect(remarks?.[0]).toEqual({
      file: 'data/train.csv',
      line: 2,
      text: 'the bytes of data/train.csv are not here: `git lfs pull` brings them',
    })
  })

  test.each([
    ['*.csv', ['a.csv', 'd/e/a.csv'], ['a.csv.gz', 'csv']],
    ['/data/*.csv', ['data/a.csv'], ['data/d/a.csv', 'x/data/a.csv']],
    ['data/**', ['data/a', 'data/d/e'], ['other/a']],
    ['data/**/x?.txt', ['data/x1.txt', 'data/d/e/x2.txt'], ['data/x.txt', 'x1.txt']],
    ['big.*', ['big.tar.gz', 'd/big.a'], ['bigger.a']],
  ])('the pattern %s', async (pattern, kept, others) => {
    const files = [...kept, ...others].map((file) => [file, pointer('a')])
    const { remarks } = await read(lfs, {
      '.gitattributes': `${pattern} filter=lfs\n`,
      ...(Object.fromEntries(files) as Record<string, string>),
    })
    expect(remarks?.map(({ file }) => file)).toEqual(kept)
  })

  test('attributes without LFS are left alone', async () => {
    expect(await read(lfs, { '.gitattributes': '* text=auto\n' })).toMatchObject({
      record: null,
      problems: [],
    })
  })

  test('patterns that cost much, and whatever else it says, throw nothing', async () => {
    const evil = `${'*a'.repeat(200)}b filter=lfs\n`
    const { record } = await read(lfs, { '.gitattributes': evil, ['a'.repeat(2000)]: pointer('a') })
    expect(record).toBeNull()
    await expectHarmless(lfs, FILES, '.gitattributes')
  })
})

describe('Croissant', () => {
  const set = {
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: 'churn',
    version: '1.2.0',
    license: ['https://spdx.org/licenses/CC-BY-4.0', { name: 'ODbL' }],
    isLiveDataset: true,
    distribution: [
      {
        '@type': 'cr:FileObject',
        name: 'train.csv',
        contentUrl: 'https://example.org/t.csv',
        sha256: hex('A'),
      },
      { '@type': 'cr:FileObject', name: 'old.csv', contentUrl: 'old.csv', sha256: hex('b', 40) },
      { '@type': 'cr:FileSet', name: 'images' },
    ],
  }
  const text = JSON.stringify(set, null, 1)
  const path = 'data/croissant.json'

  test('files with digest, version and licence; a digest that is not one is a finding', async () => {
    const { record, problems, placeOf, remarks } = await read(croissant, { [path]: text })
    const both = { version: '1.2.0', licence: 'https://spdx.org/licenses/CC-BY-4.0, ODbL' }
    expect(record).toEqual({
      data: [
        {
          name: 'churn/train.csv',
          source: 'https://example.org/t.csv',
          digest: `sha256:${hex('a')}`,
          ...both,
        },
        { name: 'churn/old.csv', source: 'old.csv', ...both },
      ],
    })
    const line = text.split('\n').findIndex((one) => one.includes(hex('b', 40))) + 1
    expect(problems).toEqual([
      { rule: 'data/digest-malformed', message: 'sha256 of old.csv is not 64 hex digits', file: path, line },
    ])
    expect(placeOf('data[1].digest').file).toBe(path)
    expect(remarks?.map((remark) => remark.text)).toEqual([
      'the data set is live: it changes under the same name',
    ])
  })

  test.each(['{}', '{"@type": "Dataset"}', '[]', 'x'])(
    'metadata.json with %s is left alone',
    async (other) => {
      expect(await read(croissant, { 'metadata.json': other })).toMatchObject({ record: null, problems: [] })
    },
  )

  test('whatever it says, nothing is thrown', () => expectHarmless(croissant, { [path]: text }, path))
})
