import { expect, test } from '@jest/globals'
import { dvcFolderDigest, md5Forms, md5Of } from '../../src/system/dvc-digest.js'

const folder = (files: Record<string, string>) =>
  dvcFolderDigest(new Map(Object.entries(files).map(([path, text]) => [path, md5Of(text)])))

test('the digest of a folder is the one that DVC publishes', () => {
  expect(folder({ foo: 'foo', bar: 'bar' })).toBe('5ea40360f5b4ec688df672a4db9c17d1.dir')
  expect(folder({ bar: 'bar\n', baz: 'baz\n' })).toBe('1f69c66028c35037e8bf67e5bc4ceb6a.dir')
  expect(folder({})).toBe('d751713988987e9331980363e24189ce.dir')
})

test('names are sorted by code point and escaped as Python does', () => {
  // python3 -c 'import hashlib, json; …' of the same list
  const one = md5Of(
    '[{"md5": "0", "relpath": "\\uff5e"}, {"md5": "1", "relpath": "\\ud83d\\ude00\\u007f\\n\\""}]',
  )
  expect(
    dvcFolderDigest(
      new Map([
        ['😀\u007f\n"', '1'],
        ['\uff5e', '0'],
      ]),
    ),
  ).toBe(`${one}.dir`)
})

test('a text has a form for each end of lines; other bytes have one', () => {
  const [raw, unix, windows] = md5Forms(Buffer.from('a\r\nb\n'))
  expect([raw, unix, windows]).toEqual([md5Of('a\r\nb\n'), md5Of('a\nb\n'), md5Of('a\r\nb\r\n')])
  expect(new Set(md5Forms(Buffer.from('a\0\n')))).toEqual(new Set([md5Of('a\0\n')]))
})
