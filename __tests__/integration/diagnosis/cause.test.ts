import { afterAll, describe, expect, test } from '@jest/globals'
import { useLab } from '../evaluation/lab.js'
import { removeImages, searchPlanted, wheels } from './pairs.js'

const lab = useLab()
afterAll(removeImages)

const metric = (lines: string, value: string) =>
  `import json\n${lines}\nopen('metrics.json', 'w').write(json.dumps({'accuracy': ${value}}))\n`

const SUM = metric(
  'import importlib\nparts = [importlib.import_module(f"part{n}").VALUE for n in range(1, 11)]',
  'sum(parts)',
)

describe('a difference of the images', () => {
  test('one package among twenty', async () => {
    const found = await searchPlanted(lab, {
      script: SUM,
      pinned: { files: wheels('1.0', {}) },
      rebuilt: { files: wheels('2.0', { part7: '1' }) },
    })
    console.log(JSON.stringify(found, null, 1))
    expect(found).toMatchObject({ shown: 'alone', names: ['pkg:pypi/part7'], differences: 20 })
    expect(found.replays.length).toBeLessThanOrEqual(12)
  }, 120_000)
})
