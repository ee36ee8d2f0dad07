import { expect, test } from '@jest/globals'
import { filesThatCount, vendoredFolders } from '../../src/looking/files.js'
import { viewIn } from './tree.js'

test('foreign trees and committed environments do not count, under any name', () => {
  const own = ['src/train.py', 'environment.yml', 'lib/model.py', 'bin/run.sh']
  const foreign = [
    'node_modules/x/package.json',
    'venv/lib/x.py',
    'a/.ipynb_checkpoints/x.ipynb',
    'pkg.egg-info/requires.txt',
    'third_party/x/train.py',
    'ml/pyvenv.cfg',
    'ml/Lib/site.py',
    'c/conda-meta/history',
    'c/anything/train.py',
    'w/Scripts/activate',
    'w/train.py',
    'e/lib/python3.9/site-packages/sklearn/x.py',
    'e/share/x.py',
  ]
  expect(filesThatCount([...own, ...foreign])).toEqual([...own].sort())
})

test('a folder below the top with a licence and a build of its own is vendored', () => {
  expect([
    ...vendoredFolders([
      'LICENSE',
      'setup.py',
      'x/LICENSE.md',
      'x/setup.py',
      'y/LICENSE',
      'z/pyproject.toml',
    ]),
  ]).toEqual(['x'])
})

test('what is larger than its kind may be is not read, and neither is what does not count', async () => {
  const view = await viewIn({ 'a.py': 'x'.repeat(400 * 1024 + 1), 'b.py': 'x', 'venv/c.py': 'x' })
  expect(await Promise.all(['a.py', 'b.py', 'venv/c.py', '../b.py'].map((path) => view.text(path)))).toEqual([
    undefined,
    'x',
    undefined,
    undefined,
  ])
  expect(view.total).toBe(3)
})
