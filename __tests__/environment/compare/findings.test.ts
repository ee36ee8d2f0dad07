import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareManifests } from '../../../src/environment/compare/differences.js'
import { changesText, differenceFindings } from '../../../src/environment/compare/findings.js'
import { parityOf } from '../../../src/environment/compare/parity.js'
import type { ImageConfig } from '../../../src/environment/manifest/manifest.js'
import { buildSources, findMention } from '../../../src/environment/compare/sources.js'
import { debs, manifestOf, noPause, wheel, type Files } from '../tree.js'

const SITE = 'opt/venv/lib/python3.11/site-packages'
const DOCKERFILE = 'FROM x\nRUN pip install scikit-learn==1.2.1 scikit_learn_extra\nENV OMP_NUM_THREADS=4\n'
const sources = [{ file: 'a/Dockerfile', text: DOCKERFILE }]

async function findings(was: Files, is: Files, config: Partial<ImageConfig> = {}) {
  const comparison = await compareManifests(await manifestOf(was), await manifestOf(is, config), noPause)
  return {
    found: differenceFindings(comparison, 'a/Dockerfile', sources),
    summary: changesText(comparison, 214),
  }
}

describe('one finding for each difference', () => {
  test('a package: versions, line and what to pin', async () => {
    const { found, summary } = await findings(
      wheel(SITE, 'scikit-learn', '1.2.1', 'a'),
      wheel(SITE, 'scikit-learn', '1.3.0', 'b'),
    )
    expect(found).toEqual([
      {
        rule: 'environment/package-differs',
        message: 'scikit-learn 1.2.1 → 1.3.0',
        file: 'a/Dockerfile',
        line: 2,
        expected: '1.2.1',
        actual: '1.3.0',
        remedy: 'Pin scikit-learn==1.2.1 in a/Dockerfile:2, or record the run again.',
      },
    ])
    expect(summary).toBe('1 of 214 packages changed')
  })

  test('a Debian package, one that came and one that went', async () => {
    const of = (name: string, version: string) => debs({ name, version, files: [] })
    expect((await findings(of('libgomp1', '1'), of('libgomp1', '2'))).found).toMatchObject([
      { message: 'libgomp1 1 → 2', remedy: 'Pin libgomp1=1 in a/Dockerfile, or record the run again.' },
    ])
    const { found } = await findings(of('a', '1'), of('b', '2'))
    expect(found.map(({ message, remedy }) => [message, remedy])).toEqual([
      ['a 1 is missing in the rebuild', 'Install a=1 in a/Dockerfile, or record the run again.'],
      ['b 2 is only in the rebuild', 'Keep b out of the image (a/Dockerfile), or record the run again.'],
    ])
  })

  test('settings', async () => {
    const { found, summary } = await findings({}, {}, { env: ['PATH=/usr/bin', 'A=1'], user: 'ada' })
    expect(found).toMatchObject([
      {
        message: 'environment variable A added: 1',
        rule: 'environment/config-differs',
        remedy: expect.stringContaining('Remove A from a/Dockerfile'),
      },
      {
        message: 'environment variable OMP_NUM_THREADS removed, it was 4',
        line: 3,
        remedy: 'Set `ENV OMP_NUM_THREADS=4` in a/Dockerfile:3, or record the run again.',
      },
      { message: 'setting User added: ada' },
    ])
    expect(summary).toBe('3 settings changed')
  })

  test('a file of a package', async () => {
    const { found, summary } = await findings(wheel(SITE, 'six', '1', 'a'), wheel(SITE, 'six', '1', 'b'))
    expect(found).toMatchObject([
      {
        rule: 'environment/package-file-differs',
        message: `/${SITE}/six/__init__.py of six edited`,
        file: 'a/Dockerfile',
        remedy: expect.stringContaining('Make the edit of six a step of a/Dockerfile'),
      },
    ])
    expect(summary).toBe('1 file of packages changed')
  })

  test('where a list of requirements names the package, it is pinned there, and its edit made in the Dockerfile', async () => {
    const sources = [{ file: 'a/requirements.txt', text: 'numpy==2\nsix==1\n' }]
    const remedies = async (is: Files) => {
      const comparison = await compareManifests(
        await manifestOf(wheel(SITE, 'six', '1', 'a')),
        await manifestOf(is),
        noPause,
      )
      return differenceFindings(comparison, 'a/Dockerfile', sources)[0]
    }
    expect(await remedies(wheel(SITE, 'six', '2', 'a'))).toMatchObject({
      file: 'a/requirements.txt',
      line: 2,
      remedy: 'Pin six==1 in a/requirements.txt:2, or record the run again.',
    })
    expect(await remedies(wheel(SITE, 'six', '1', 'b'))).toMatchObject({
      file: 'a/Dockerfile',
      remedy: expect.stringContaining('a step of a/Dockerfile'),
    })
  })

  test('files of no package: one finding for all of them', async () => {
    const many = (content: string) =>
      Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`srv/${i}`, content]))
    const { found, summary } = await findings(many('a'), many('b'))
    expect(found).toMatchObject([
      {
        rule: 'environment/file-differs',
        message: '5 files that belong to no package differ: /srv/0, /srv/1, /srv/2 and 2 more',
        file: 'a/Dockerfile',
        remedy: expect.stringContaining('SOURCE_DATE_EPOCH'),
      },
    ])
    expect(summary).toBe('5 files outside packages changed')
    expect((await findings({ 'srv/a': 'a' }, { 'srv/a': 'b' })).found).toMatchObject([
      { message: '/srv/a edited, and belongs to no package' },
    ])
  })

  test('twenty, and the rest in one more', async () => {
    const many = (version: string) =>
      Object.assign({}, ...Array.from({ length: 30 }, (_, i) => wheel(SITE, `p${i}`, version, '')))
    const { found } = await findings(many('1'), many('2'))
    expect(found).toHaveLength(21)
    expect(found[20]!.message).toBe('and 10 more packages, listed in the report')
  })
})

describe('where a package is mentioned', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprogate-sources-'))
    await mkdir(join(folder, 'a/deps'), { recursive: true })
    await writeFile(join(folder, 'secret.txt'), 'six==1\n')
    await mkdir(join(folder, 'a/inner'))
    await writeFile(
      join(folder, 'a/inner/Dockerfile'),
      'RUN pip install -r /tmp/requirements.txt -c deps/c.txt --requirement=out.txt -r gone\n',
    )
    await writeFile(join(folder, 'a/requirements.txt'), '# six\nnumpy\nsix==1.16.0\n')
    await writeFile(join(folder, 'a/deps/c.txt'), 'pandas==2\n')
    await symlink(join(folder, 'secret.txt'), join(folder, 'a/out.txt'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('the requirement file before the step that installs it, never through a link that leads out', async () => {
    const found = await buildSources(
      { directory: join(folder, 'a'), dockerfile: 'inner/Dockerfile', context: '.' },
      'top/a/',
    )
    expect(found.map(({ file }) => file)).toEqual([
      'top/a/requirements.txt',
      'top/a/deps/c.txt',
      'top/a/inner/Dockerfile',
    ])
    expect(findMention(found, ['six'])).toEqual({ file: 'top/a/requirements.txt', line: 3 })
    expect(findMention(found, ['pip'])).toEqual({ file: 'top/a/inner/Dockerfile', line: 1 })
  })

  test.each([
    ['scikit-learn', 'RUN pip install scikit_learn', 1],
    ['learn', 'RUN pip install scikit-learn', undefined],
    ['scikit', 'RUN pip install scikit-learn', undefined],
    ['six', 'RUN pip install "six"', 1],
    ['six', 'six>=1.0', 1],
    ['six', 'six.moves', undefined],
    ['ruamel-yaml', 'x\nruamel.yaml==1', 2],
    ['A+(', 'RUN A+(', 1],
    ['', 'x', undefined],
  ])('%s in %j', (name, text, line) => {
    expect(findMention([{ file: 'f', text }], [name])).toEqual(line && { file: 'f', line })
  })
})

test.each([
  ['identical', true, 'identical'],
  ['content', true, 'content'],
  ['packages', true, 'packages'],
  ['drift', true, 'drift'],
  ['identical', false, 'unverifiable'],
  ['content', false, 'unverifiable'],
  ['packages', false, 'unverifiable'],
  ['drift', false, 'drift'],
] as const)('%s, fresh %s: %s', (level, fresh, parity) => expect(parityOf(level, fresh)).toBe(parity))
