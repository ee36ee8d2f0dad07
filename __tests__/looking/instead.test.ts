import { describe, expect, test } from '@jest/globals'
import { look } from '../../src/looking/look.js'
import { treeOf } from './tree.js'

const EVALUATES = 'from sklearn.metrics import accuracy_score\nprint(accuracy_score([1], [1]))\n'
const TRAINS = 'import torch\nif __name__ == "__main__":\n    fit()\n'
const seen = async (files: Record<string, string>, name = 'repo') => {
  const { models, instead } = await look(treeOf(files), name)
  return {
    models: models.length,
    why: instead?.why,
    results: instead?.results.map(({ value }) => value.path),
  }
}
const many = (names: readonly string[], text: string) => Object.fromEntries(names.map((name) => [name, text]))

describe('no model of its own', () => {
  test.each([
    [
      'a library that is installed by its name',
      { 'README.md': 'pip install fine-lib', 'setup.py': 'setup(name="fine_lib")', 'train_x.py': TRAINS },
      /the library `fine_lib`/,
    ],
    [
      'a library by its classifiers',
      {
        'pyproject.toml':
          '[project]\nname = "lib"\nclassifiers = ["Topic :: Software Development :: Libraries"]\n',
        'train.py': TRAINS,
      },
      /the library `lib`/,
    ],
    [
      'a package of R',
      { DESCRIPTION: 'Package: x\n', NAMESPACE: '', 'train.R': 'library(caret)\n' },
      /package of R/,
    ],
    [
      'lessons by what their page says',
      {
        'README.md': 'Material for this course',
        ...many(['a/train.py', 'b/train.py', 'c/train.py'], EVALUATES),
      },
      /calls itself/,
    ],
    [
      'a collection by its title',
      { 'README.md': '# Model zoo', ...many(['a/train.py', 'b/train.py', 'c/train.py'], EVALUATES) },
      /calls itself "Model zoo"/i,
    ],
    [
      'chapters',
      many(
        ['01-a.ipynb', '02-b.ipynb', '03-c.ipynb', '04-d.ipynb', '05-e.ipynb'],
        '{"cells": [{"cell_type": "code", "source": "from sklearn.metrics import f1_score\\nf1_score(a, b)"}]}',
      ),
      /5 numbered notebooks/,
    ],
    [
      'the commands of a tool',
      {
        'pyproject.toml': '[project]\nname = "tool"\n[project.scripts]\neval-tool = "tool.cli:main"\n',
        'tool/cli.py': 'import openai\nparser.add_subparsers()\n',
      },
      /those of a tool/,
    ],
    [
      'a submission to MLPerf',
      {
        'closed/Org/results/board/ic/accuracy/results.txt': 'm: Top-1: 77.8%\n',
        'closed/Org/results/board/kws/accuracy/results.txt': 'm: Top-1: 80.1%\n',
        'closed/Org/code/train.py': EVALUATES,
      },
      /submission of results to MLPerf, of 2 systems/,
    ],
    ['results without a program', { 'eval_results.json': '{"eval_loss": 1.5}' }, /holds results/],
  ])('%s', async (_, files, why) => {
    const found = await seen(files as unknown as Record<string, string>)
    expect(found).toMatchObject({ models: 0, why: expect.stringMatching(why) })
  })
  test('results are named all the same', async () => {
    const files = {
      'open/Org/results/a/ic/accuracy/results.txt': 'ulp-mlperf: Top-1: 77.8%\n',
      'open/Org/results/a/ic/accuracy/notes.txt': 'Top-1: 1\n',
    }
    expect((await seen(files)).results).toEqual(['open/Org/results/a/ic/accuracy/results.txt'])
  })
  test('a page that evaluates with it, a declared stage, and a runner speak against it', async () => {
    const page = 'pip install lib\n```sh\npython eval.py\n```\n'
    const setup = { 'setup.py': 'setup(name="lib")', 'eval.py': EVALUATES }
    expect((await seen({ ...setup, 'README.md': page })).models).toBe(1)
    const dvc = 'stages:\n  train:\n    cmd: python eval.py\n'
    expect((await seen({ ...setup, 'README.md': 'pip install lib', 'dvc.yaml': dvc })).models).toBe(1)
    const chapters = many(['1-a.ipynb', '2-b.ipynb', '3-c.ipynb', '4-d.ipynb', '5-e.ipynb'], '{"cells": []}')
    const kedro = { 'pyproject.toml': '[tool.kedro]\n', 'src/p.py': EVALUATES }
    expect((await seen({ ...chapters, ...kedro })).models).toBe(1)
  })
})
