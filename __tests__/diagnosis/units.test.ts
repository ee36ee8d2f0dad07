import { describe, expect, it } from '@jest/globals'
import { loadedLines, loadedUnits } from '../../src/diagnosis/loaded.js'
import { unitsOf, type Unit } from '../../src/diagnosis/units.js'
import { CONFIG, manifestOf, noPause, wheel, type Files } from '../environment/tree.js'

const SITE = 'usr/lib/python3/dist-packages'

async function units(pinned: Files, rebuilt: Files, env: { pinned?: string[]; rebuilt?: string[] } = {}) {
  const pair = {
    pinned: await manifestOf(pinned, { env: env.pinned ?? CONFIG.env }),
    rebuilt: await manifestOf(rebuilt, { env: env.rebuilt ?? CONFIG.env }),
  }
  return (await unitsOf(pair, noPause)).units
}
const named = (all: readonly Unit[]) => all.map(({ difference }) => difference.name)

describe('the units of a difference', () => {
  it('are whole packages, the files that did not change included', async () => {
    const [unit, ...others] = await units(
      { ...wheel(SITE, 'numpy', '1.0', 'a'), ...wheel(SITE, 'same', '1.0', 'a') },
      { ...wheel(SITE, 'numpy', '2.0', 'a'), ...wheel(SITE, 'same', '1.0', 'a') },
    )
    expect(others).toEqual([])
    expect(unit?.difference).toMatchObject({ name: 'pkg:pypi/numpy', pinned: '1.0', rebuilt: '2.0' })
    expect(unit?.paths).toEqual(
      expect.arrayContaining([
        `${SITE}/numpy/__init__.py`,
        `${SITE}/numpy-1.0.dist-info/METADATA`,
        `${SITE}/numpy-2.0.dist-info/METADATA`,
      ]),
    )
  })

  it('name a package of which only the files changed', async () => {
    const [unit] = await units(wheel(SITE, 'numpy', '1.0', 'a'), wheel(SITE, 'numpy', '1.0', 'b'))
    expect(unit?.difference).toMatchObject({ kind: 'package-file', owner: 'pkg:pypi/numpy' })
  })

  it('are variables and files that no package owns, one by one', async () => {
    const all = await units(
      { 'opt/a': '1', 'opt/b': '1', 'opt/c': '1' },
      { 'opt/a': '2', 'opt/b': '2', 'opt/c': '1' },
      { pinned: ['A=1', 'B=1'], rebuilt: ['A=2', 'B=1', 'C=3'] },
    )
    expect(named(all)).toEqual(['Env.A', 'Env.C', '/opt/a', '/opt/b'])
    expect(all.map(({ variable }) => variable)).toEqual(['A', 'C', undefined, undefined])
  })

  it('gather loose files by folder if there are too many of them', async () => {
    const files = (text: string) =>
      Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`opt/app/lib/part${n % 3}/file${n}`, text]))
    expect(named(await units(files('1'), files('2')))).toHaveLength(3)
  })

  it('leave out the package databases, which go along with everything', async () => {
    const status = (text: string) => ({ 'var/lib/dpkg/status': text })
    const pair = {
      pinned: await manifestOf(status('Package: a\nVersion: 1\n')),
      rebuilt: await manifestOf(status('Package: a\nVersion: 2\n')),
    }
    const { units: all, traces } = await unitsOf(pair, noPause)
    expect(all).toEqual([])
    expect(traces).toEqual(['var/lib/dpkg/status'])
  })

  it('are not expected to be seen if the pinned image does not have them, or before Python looks', async () => {
    const all = await units(
      { 'opt/a': '1', 'usr/lib/python3/dist-packages/x.pth': '1' },
      { 'opt/b': '1', 'usr/lib/python3/dist-packages/x.pth': '2' },
      { pinned: [], rebuilt: ['A=2'] },
    )
    expect(Object.fromEntries(all.map(({ difference, unseen }) => [difference.name, unseen]))).toEqual({
      'Env.A': true,
      '/opt/a': false,
      '/opt/b': true,
      '/usr/lib/python3/dist-packages/x.pth': true,
    })
  })
})

describe('what a watched replay tells', () => {
  const lines = [
    'reprogate-loaded:/usr/lib/python3/dist-packages/numpy/__init__.py',
    '    29430:\tcalling init: /lib/x86_64-linux-gnu/libz.so.1',
    '    29430:\tinitialize program: tool',
    '    29430:\tfile=libz.so.1 [0];  needed by tool [0]',
    'accuracy: 0.5',
  ]

  it('takes the hosts that are asked for and the kernels that OpenBLAS took, and no more of them than is sane', () => {
    const { take, hosts, kernels } = loadedLines()
    expect(take('reprogate-asked:labels.example.org')).toBe(true)
    expect(take('Core: Haswell')).toBe(true)
    for (const line of ['reprogate-asked:a b](http://x)', 'Core: two words', `Core: ${'x'.repeat(50)}`])
      expect(take(line)).toBe(false)
    for (let n = 0; n < 500; n++) take(`reprogate-asked:h${n}`)
    for (let n = 0; n < 500; n++) take(`Core: K${n}`)
    expect([hosts.size, kernels.size]).toEqual([100, 4])
  })

  it('is taken out of what the evaluation prints', () => {
    const { take, paths } = loadedLines()
    expect(lines.map(take)).toEqual([true, true, true, true, false])
    expect([...paths]).toEqual([
      '/usr/lib/python3/dist-packages/numpy/__init__.py',
      '/lib/x86_64-linux-gnu/libz.so.1',
      'tool',
    ])
  })

  it('is kept up to a limit', () => {
    const { take, paths } = loadedLines()
    for (let n = 0; n < 20_000; n++) expect(take(`reprogate-loaded:/${n}${'x'.repeat(4000)}`)).toBe(true)
    expect(paths.size).toBeLessThan(9000)
  })

  it('names the units that have one of the paths', () => {
    const unit = (id: string, ...paths: string[]): Unit => ({
      id,
      paths,
      difference: { kind: 'file', name: id },
      unseen: false,
    })
    const { take, paths } = loadedLines()
    for (const line of lines) take(line)
    const all = [
      unit('numpy', 'x', `${SITE}/numpy/__init__.py`),
      unit('other', 'y'),
      unit('tool', 'usr/bin/tool'),
    ]
    expect(loadedUnits(all, paths)).toEqual(['numpy', 'tool'])
  })
})
