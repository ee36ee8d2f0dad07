import { describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import {
  globSource,
  NORMALISATION,
  RULESET,
  treatmentOf,
} from '../../../src/environment/manifest/normalise.js'
import { maskContent } from '../../../src/environment/manifest/masks.js'
import { manifestOf } from '../tree.js'

const tree = async (files: Parameters<typeof manifestOf>[0]) => (await manifestOf(files)).hashes.tree

describe('the table', () => {
  test('is the one that the ruleset names: a change of it needs another name', () => {
    const digest = createHash('sha256')
      .update(JSON.stringify(NORMALISATION.map(({ treatment, paths }) => [treatment, paths])))
      .digest('hex')
    expect([RULESET, digest]).toEqual([
      'env-v1',
      '99bbe32674c5755747cfd34646d278205447880a52d93a3a35c1b0551cd8ab53',
    ])
  })

  test.each([
    'etc/hosts',
    'etc/hostname',
    'etc/resolv.conf',
    'etc/mtab',
    '.dockerenv',
    'dev/console',
    'proc/1',
    'tmp/x',
    'run/a/b',
    'var/log/dpkg.log',
    'var/log/alternatives.log',
    'var/log/apt/history.log',
    'var/lib/apt/lists/a/b',
    'var/cache/apt/pkgcache.bin',
    'var/cache/apt/srcpkgcache.bin',
    'var/cache/ldconfig/aux-cache',
    'var/cache/fontconfig/a.cache-7',
    'var/cache/man/index.db',
    'var/cache/debconf/config.dat',
    'var/cache/dnf/a',
    'var/cache/yum/a/b',
    'var/lib/dpkg/status-old',
    'etc/passwd-',
    'etc/subgid-',
    'lib/apk/db/scripts.tar',
    'var/lib/dnf/history.sqlite',
    'opt/conda/conda-meta/history',
    'usr/lib/R/library/x/Meta/package.rds',
    'srv/repo/.git/index',
    '.git/logs/refs/heads/main',
    'root/.npm/_logs/a',
    'home/ada/.npm/_cacache/a/b',
    'app/node_modules/.cache/a',
    'root/.cache/pip/a',
    'home/ada/.cache/x',
    'etc/ssh/ssh_host_rsa_key',
    'etc/ssl/private/ssl-cert-snakeoil.key',
  ])('ignores %s', async (path) => {
    expect(treatmentOf(path)).toBe('ignore')
    expect(await tree({ [path]: 'one', other: 'x' })).toBe(await tree({ other: 'x' }))
  })

  test.each([
    'etc/passwd',
    'etc/hosts.allow',
    'var/log/dpkg.log.txt',
    'var/log/app.log',
    'var/lib/dpkg/status',
    'tmp',
    'run',
    'srv/tmp/x',
    'opt/etc/hosts',
    'root/.cachet/x',
    'srv/.cache/x',
    'root/.cache/huggingface/hub/model.bin',
    'home/ada/.cache/torch/x',
    'etc/ssh/sshd_config',
    'srv/.git/config',
    'usr/lib/x.py',
    'a/dev/null',
  ])('does not ignore %s', async (path) => {
    expect(treatmentOf(path)).toBeNull()
    expect(await tree({ [path]: 'one' })).not.toBe(await tree({ [path]: 'two' }))
  })

  test.each(['etc/machine-id', 'var/lib/dbus/machine-id', 'usr/lib/sysimage/rpm/rpmdb.sqlite'])(
    'of %s only its presence counts',
    async (path) => {
      expect(await tree({ [path]: 'one' })).toBe(await tree({ [path]: 'two' }))
      expect(await tree({ [path]: 'one' })).not.toBe(await tree({}))
      expect(await tree({ [path]: { mode: 0o600 } })).not.toBe(await tree({ [path]: 'one' }))
    },
  )

  test('globs', () => {
    expect(globSource('{root,home/*}/.cache/**')).toBe('(?:root|home/[^/]*)/\\.cache/.*')
  })
})

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const text = (value: string) => Buffer.concat([u32(value.length).subarray(2), Buffer.from(value)])
/** One certificate in a Java key store. */
const keystore = (alias: string, certificate: string) =>
  Buffer.concat([
    ...[u32(0xfeedfeed), u32(2), u32(1), u32(2), text(alias), u32(0), u32(0), text('X.509')],
    ...[u32(certificate.length), Buffer.from(certificate), Buffer.alloc(20)],
  ])

describe('masks', () => {
  const pyc = (header: string, body: string) => Buffer.from(`${header.padEnd(16, '.')}${body}`)

  test('.pyc: bytes 4 to 15, and no other', async () => {
    const path = 'usr/lib/__pycache__/a.cpython-311.pyc'
    const one = await tree({ [path]: pyc('MAGCaaaaaaaaaaaa', 'body') })
    expect(await tree({ [path]: pyc('MAGCbbbbbbbbbbbb', 'body') })).toBe(one)
    expect(await tree({ [path]: pyc('MAGDaaaaaaaaaaaa', 'body') })).not.toBe(one)
    expect(await tree({ [path]: pyc('MAGCaaaaaaaaaaaa', 'bodx') })).not.toBe(one)
    expect(await tree({ [path]: 'short' })).not.toBe(await tree({ [path]: 'shorx' }))
  })

  test('shadow: the salt of a password and the date, not whether there is one', async () => {
    const of = (line: string) => tree({ 'etc/shadow': `daemon:*:19000:0:99999:7:::\n${line}\n` })
    expect(await of('ada:$6$salt$hash:19700:0:::::')).toBe(await of('ada:$y$other:19800:0:::::'))
    expect(await of('ada:$6$salt$hash:19700:0:::::')).not.toBe(await of('ada::19700:0:::::'))
    expect(await of('ada:!:19700:0:::::')).not.toBe(await of('ada:*:19700:0:::::'))
    expect(await of('ada:!:19700:0:::::')).not.toBe(await of('bob:!:19700:0:::::'))
  })

  test('Java key stores: the certificates, in any order and of any date', () => {
    const store = (date: number, ...certificates: string[]) =>
      Buffer.concat([
        u32(0xfeedfeed),
        u32(2),
        u32(certificates.length),
        ...certificates.flatMap((certificate) => [
          u32(2),
          text(`debian:${certificate}`),
          u32(0),
          u32(date),
          text('X.509'),
          u32(certificate.length),
          Buffer.from(certificate),
        ]),
        Buffer.alloc(20, date),
      ])
    const of = (content: Buffer) => maskContent('keystore', content).toString()
    expect(of(store(1, 'one', 'two'))).toBe(of(store(2, 'two', 'one')))
    expect(of(store(1, 'one', 'two'))).not.toBe(of(store(1, 'one', 'twx')))
    const broken = store(1, 'one').subarray(0, 20)
    expect(of(broken)).toBe(broken.toString())
    expect(of(Buffer.from('PKCS'))).toBe('PKCS')
  })

  test('R packages: the date and the builder, not the version', async () => {
    const of = (version: string, built: string) =>
      tree({
        'usr/lib/R/library/a/DESCRIPTION': `Package: a\nVersion: ${version}\nPackaged: ${built}; bob\nBuilt: R 4.2.2; ; ${built}; unix\n`,
      })
    expect(await of('1', '2026-11-18 09:12:03 UTC')).toBe(await of('1', '2026-11-19 10:00:00 UTC'))
    expect(await of('1', 'x')).not.toBe(await of('2', 'x'))
  })

  test('conda: where a package was linked from', async () => {
    const of = (version: string, source: string) =>
      tree({ 'opt/conda/conda-meta/a.json': JSON.stringify({ version, link: { source, type: 1 } }) })
    expect(await of('1', '/a')).toBe(await of('1', '/b'))
    expect(await of('1', '/a')).not.toBe(await of('2', '/a'))
  })

  const conda = (source: string, layout?: number) =>
    JSON.stringify({ version: '1', link: { source, type: 1 } }, null, layout)
  test('conda: a layout as conda and mamba write it, and numbers as Python does', async () => {
    const path = 'opt/conda/conda-meta/a.json'
    const one = await tree({ [path]: conda('/opt/conda/pkgs/a-1-0') })
    for (const text of [conda('/b', 2), `${conda('C:\\pkgs', 4)}\n`])
      expect(await tree({ [path]: text })).toBe(one)
  })

  /** What somebody could write where nobody compares. */
  const SECRET = 's1;0 s2;1 s3;1'
  test.each([
    ['a password', 'etc/shadow', (text: string) => `ada:$${text}:19700:0:::::\n`],
    ['the day of a password', 'etc/shadow', (text: string) => `ada:*:${text}:0:::::\n`],
    [
      'the builder of an R package',
      'a/DESCRIPTION',
      (text: string) => `Packaged: 2026-11-18 09:12:03 UTC; ${text}\n`,
    ],
    ['the date of an R package', 'a/DESCRIPTION', (text: string) => `Built: R 4.2.2; ; ${text}; unix\n`],
    ['the source of a conda package', 'conda-meta/a.json', (text: string) => conda(text)],
    [
      'a key that is there twice',
      'conda-meta/a.json',
      (text: string) => conda('/a').replace('{', `{"version": "${text}", `),
    ],
    [
      'white space',
      'conda-meta/a.json',
      (text: string) => conda('/a').replace('{', `{${[...text].map((c) => (c < 'a' ? ' ' : '\t')).join('')}`),
    ],
    ['white space at the end', 'conda-meta/a.json', (text: string) => conda('/a') + '\n'.repeat(text.length)],
    [
      'the name of a certificate',
      'etc/ssl/certs/java/cacerts',
      (text: string) => keystore(text.repeat(99), 'c'),
    ],
    [
      'what follows the certificates',
      'etc/ssl/certs/java/cacerts',
      (text: string) => Buffer.concat([keystore('a', 'c'), Buffer.from(text)]),
    ],
  ])('text of somebody’s own is compared: %s', async (_, path, of) => {
    expect(await tree({ [path]: of(SECRET) })).not.toBe(await tree({ [path]: of(`${SECRET}-other`) }))
  })
})
