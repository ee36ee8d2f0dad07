import { describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { imageConfig } from '../../../src/environment/manifest/hash.js'
import type { ImageConfig } from '../../../src/environment/manifest/manifest.js'
import { readManifest } from '../../../src/environment/manifest/read.js'
import type { Image } from '../../../src/engine/image.js'
import { CONFIG, manifestOf, streamOf, tarOf, wheel } from '../tree.js'

const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex')

describe('env-v1', () => {
  test('is what its definition says', async () => {
    const manifest = await manifestOf({
      'opt/': { mode: 0o755 },
      'opt/b': { type: 'symlink', linkname: 'a' },
      'opt/a': 'hello',
      ...{ 'var/lib/dpkg/status': 'Package: x\nVersion: 1\nArchitecture: amd64\n' },
    })
    const status = 'Package: x\nVersion: 1\nArchitecture: amd64\n'
    const tree = sha256(
      'opt\0d\x00755\x000\x000\0\0\0\0' +
        `opt/a\0f\x00644\x000\x000\0\0${sha256('hello')}\0\0` +
        'opt/b\0l\x00644\x000\x000\0a\0\0\0' +
        `var/lib/dpkg/status\0f\x00644\x000\x000\0\0${sha256(status)}\0\0`,
    )
    const packages = sha256('deb\0x\x001\0amd64\0\0')
    const config = sha256(
      JSON.stringify([
        'linux',
        'amd64',
        '',
        ['OMP_NUM_THREADS=4', 'PATH=/usr/bin'],
        [],
        ['python3'],
        '',
        '/',
        [],
        [],
        [],
        '',
      ]),
    )
    expect(manifest.hashes).toEqual({
      tree: `sha256:${tree}`,
      config: `sha256:${config}`,
      packages: `sha256:${packages}`,
      environment: `env-v1:sha256:${sha256(`env-v1\0sha256:${tree}\0sha256:${config}\0sha256:${packages}\0`)}`,
    })
  })

  test('does not depend on times, user names, the order of the tar or its chunks', async () => {
    const files = { 'a/': {}, 'a/x': 'one', 'a/é': 'two', b: { type: 'symlink' as const, linkname: 'a/x' } }
    const one = await manifestOf(files)
    const later = await tarOf(Object.fromEntries(Object.entries(files).reverse()), {
      mtime: new Date(86_400_000),
      uname: 'ada',
      gname: 'staff',
    })
    expect((await readManifest(streamOf(later, 13), CONFIG)).hashes).toEqual(one.hashes)
  })

  test.each([
    ['content', { f: 'b' }],
    ['a mode', { f: { mode: 0o755 } }],
    ['the setuid bit', { f: { mode: 0o4644 } }],
    ['the owner', { f: { uid: 1 } }],
    ['the group', { f: { gid: 1 } }],
    ['a type', { f: { type: 'symlink' as const, linkname: 'a' } }],
    ['a name', { g: '' }],
    ['presence', {}],
    ['a capability', { f: { pax: { 'SCHILY.xattr.security.capability': 'x' } } }],
  ])('depends on %s', async (_, files) => {
    expect((await manifestOf(files)).hashes.tree).not.toBe((await manifestOf({ f: '' })).hashes.tree)
  })

  test('attributes other than security.* do not count', async () => {
    const pax = { 'SCHILY.xattr.user.note': 'x' }
    expect((await manifestOf({ f: { pax } })).hashes.tree).toBe((await manifestOf({ f: '' })).hashes.tree)
  })

  test.each<[string, Partial<ImageConfig>]>([
    ['environment', { env: ['OMP_NUM_THREADS=1', 'PATH=/usr/bin'] }],
    ['entry point', { entrypoint: ['python3'], cmd: [] }],
    ['user', { user: 'ada' }],
    ['working directory', { workingDir: '/srv' }],
    ['shell', { shell: ['/bin/bash'] }],
    ['volumes', { volumes: ['/data'] }],
    ['ports', { exposedPorts: ['80/tcp'] }],
    ['stop signal', { stopSignal: 'SIGKILL' }],
    ['architecture', { arch: 'arm64' }],
    ['variant', { variant: 'v8' }],
  ])('the config hash depends on the %s', async (_, change) => {
    const [one, other] = [await manifestOf({}), await manifestOf({}, change)]
    expect(other.hashes.config).not.toBe(one.hashes.config)
    expect(other.hashes.tree).toBe(one.hashes.tree)
    expect(other.hashes.environment).not.toBe(one.hashes.environment)
  })

  test('the packages hash depends on where a package lies', async () => {
    const [one, other] = [
      await manifestOf(wheel('a', 'six', '1', '')),
      await manifestOf(wheel('b', 'six', '1', '')),
    ]
    expect(other.hashes.packages).not.toBe(one.hashes.packages)
  })
})

describe('hard links', () => {
  test('are their target’s content, whichever of the two comes first', async () => {
    const link = (linkname: string) => ({ type: 'link' as const, linkname })
    const one = await manifestOf({ a: 'x', b: link('a') })
    expect((await manifestOf({ b: 'x', a: link('b') })).hashes.tree).toBe(one.hashes.tree)
    expect((await manifestOf({ a: 'x', b: 'x' })).hashes.tree).toBe(one.hashes.tree)
    expect((await manifestOf({ a: 'y', b: link('a') })).hashes.tree).not.toBe(one.hashes.tree)
  })

  test('do not hide content behind a name that is ignored or masked', async () => {
    const of = (target: string, content: string) =>
      manifestOf({ [target]: content, 'usr/code.py': { type: 'link', linkname: target } })
    for (const target of ['tmp/x', 'etc/machine-id', 'etc/a.pyc'])
      expect((await of(target, 'MAGC0123456789abone')).entries.get('usr/code.py')).not.toEqual(
        (await of(target, 'MAGCx123456789abone')).entries.get('usr/code.py'),
      )
  })

  test('between compiled files are normalised as both', async () => {
    const of = (content: string) =>
      manifestOf({ 'a.pyc': content, 'b.pyc': { type: 'link', linkname: 'a.pyc' } })
    expect((await of('MAGC0123456789abone')).hashes.tree).toBe((await of('MAGCx123456789abone')).hashes.tree)
  })
})

describe('hostile trees', () => {
  test('names that lead out are names, and nothing else', async () => {
    const { entries } = await manifestOf({ '../../etc/cron.d/x': 'a', '/abs': 'b', './c': 'd' })
    expect([...entries].map(([path]) => path)).toEqual(['../../etc/cron.d/x', 'abs', 'c'])
  })

  test('two names that are not UTF-8 stay two', async () => {
    const bytes = Buffer.concat([await tarOf({ XXXX: 'a' }), await tarOf({ XXXX: 'a' })])
    const rename = (buffer: Buffer, name: number[]) => {
      buffer.set(name, 0)
      buffer.fill(' ', 148, 156)
      buffer.write(
        buffer
          .subarray(0, 512)
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0') + '\0 ',
        148,
      )
      return buffer
    }
    const half = bytes.length / 2
    const tar = Buffer.concat([
      rename(bytes.subarray(0, half), [0xff, 0x41, 0x41, 0x41]).subarray(0, 1024),
      rename(bytes.subarray(half), [0xfe, 0x41, 0x41, 0x41]),
    ])
    expect((await readManifest(streamOf(tar), CONFIG)).entries.size).toBe(2)
  })

  test('a package database of any size is refused, not swallowed', async () => {
    const tar = await tarOf({ 'var/lib/dpkg/status': 'x' })
    tar.write((65 * 1024 * 1024).toString(8).padStart(11, '0'), 124)
    tar.fill(' ', 148, 156)
    tar.write(
      tar
        .subarray(0, 512)
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0') + '\0 ',
      148,
    )
    await expect(readManifest(streamOf(tar), CONFIG)).rejects.toMatchObject({
      code: 'image/too-large',
    })
  })
})

test('private keys that a build generates are listed', async () => {
  const { privateKeys } = await manifestOf({
    'etc/ssh/ssh_host_rsa_key': 'x',
    'etc/ssh/ssh_host_rsa_key.pub': 'x',
    'etc/ssl/private/ssl-cert-snakeoil.key': 'x',
    'etc/ssl/certs/ssl-cert-snakeoil.pem': 'x',
  })
  expect(privateKeys).toEqual(['etc/ssh/ssh_host_rsa_key', 'etc/ssl/private/ssl-cert-snakeoil.key'])
})

describe('imageConfig', () => {
  const image = (config: Partial<Image['Config']>): Image => ({
    Id: 'sha256:x',
    Os: 'linux',
    Architecture: 'amd64',
    Variant: '',
    RepoTags: [],
    RepoDigests: [],
    RootFS: { Layers: [] },
    Config: {
      Env: [],
      Entrypoint: [],
      Cmd: [],
      User: '',
      WorkingDir: '',
      Shell: [],
      Volumes: [],
      ExposedPorts: [],
      StopSignal: '',
      OnBuild: [],
      Labels: {},
      ...config,
    },
  })

  test('the last of two settings wins, in any order', () => {
    expect(imageConfig(image({ Env: ['B=1', 'A=x=y', 'B=2'] })).env).toEqual([
      'A=x=y',
      'B=2',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ])
  })

  test('what one builder writes down and another leaves to the engine is the same', () => {
    const written = image({
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      WorkingDir: '/',
    })
    expect(imageConfig(written)).toEqual(imageConfig(image({})))
  })
})
