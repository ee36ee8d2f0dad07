import { describe, expect, test } from '@jest/globals'
import { commandsIn } from '../../src/looking/command/index.js'
import { viewIn } from './tree.js'

const LEARNS = 'from sklearn.metrics import accuracy_score\n'
const EVALUATES = `${LEARNS}print(accuracy_score([1], [1]))\n`
const FITS = 'import torch\nmodel = torch.nn.Linear(1, 1)\n'
const fence = (text: string, language = 'sh') => `\`\`\`${language}\n${text}\n\`\`\`\n`

const best = async (files: Record<string, string>, writers: string[] = []) => {
  const [first] = await commandsIn(await viewIn(files), { files: [], writers: new Set(writers) })
  return (
    first &&
    `${first.word} ${first.value.kind}: ${first.value.argv.join(' ')} (${first.place.file}:${first.place.line})`
  )
}

describe('where it is found', () => {
  test('a stage of dvc.yaml that has metrics, before everything else', async () => {
    const dvc =
      'stages:\n  train:\n    cmd: python train.py\n  evaluate:\n    cmd: >-\n      python eval.py\n      --fast\n    metrics: [m.json]\n'
    expect(
      await best({
        'dvc.yaml': dvc,
        'eval.py': EVALUATES,
        'train.py': FITS,
        'README.md': fence('python eval.py'),
      }),
    ).toBe('certain evaluate: python eval.py --fast (dvc.yaml:4)')
  })
  test('of a stage the folder in which it runs, and the command of a loop', async () => {
    const dvc =
      'stages:\n  evaluate:\n    foreach: [1]\n    do:\n      wdir: code\n      cmd: python eval.py\n'
    expect(await best({ 'p/dvc.yaml': dvc, 'p/code/eval.py': EVALUATES })).toBe(
      'certain evaluate: sh -c cd p/code && python eval.py (p/dvc.yaml:2)',
    )
  })
  test('a command over several lines is one, with or without a backslash at their ends', async () => {
    const dvc = 'stages:\n  evaluate:\n    cmd: |\n      python eval.py \\\n        --a 1\n\n        --b 2\n'
    expect(await best({ 'dvc.yaml': dvc, 'eval.py': EVALUATES })).toBe(
      'certain evaluate: python eval.py --a 1 --b 2 (dvc.yaml:2)',
    )
  })
  test.each(['bash', 'sh', 'shell', 'console', ''])(
    'a fence on one line, after the name of its language: %s',
    async (language) => {
      const page = `\`\`\`${language} python eval.py --a 1 \`\`\`\n`
      expect(await best({ 'README.md': page, 'eval.py': EVALUATES })).toMatch(
        /^\w+ evaluate: python eval\.py --a 1 \(README\.md:1\)/,
      )
    },
  )
  test('a line of a Makefile, whatever its signs before it are', async () => {
    const Makefile = 'evaluate:\n\t @-  python eval.py\n'
    expect(await best({ Makefile, 'eval.py': EVALUATES })).toMatch(/evaluate: python eval\.py \(Makefile:2\)/)
  })
  test('no stage evaluates by its name: the pipeline as a question', async () => {
    expect(await best({ 'dvc.yaml': 'stages:\n  a1:\n    cmd: ./a.out\n' })).toBe(
      'guess pipeline: dvc repro (dvc.yaml:1)',
    )
  })
  test('an entry point of MLproject, its parameters filled in; without a default it is a question', async () => {
    const project = (def: string) =>
      `entry_points:\n  evaluate:\n    parameters: {alpha: ${def}}\n    command: "python x.py {alpha}"\n`
    expect(await best({ MLproject: project('{type: float, default: 0.5}'), 'x.py': EVALUATES })).toBe(
      'certain evaluate: python x.py 0.5 (MLproject:2)',
    )
    expect(await best({ MLproject: project('float'), 'x.py': EVALUATES })).toMatch(/^guess .*<alpha>/)
  })
  test('an entry point whose program is not there does not win', async () => {
    const MLproject = 'entry_points:\n  main:\n    command: python train.py\n'
    expect(await best({ MLproject, 'eval.py': EVALUATES, 'README.md': fence('python eval.py') })).toMatch(
      /eval\.py \(README/,
    )
  })
  test('a result of lm-evaluation-harness, rebuilt from its own configuration', async () => {
    const result = JSON.stringify({
      results: { arc_easy: {} },
      versions: {},
      config: { model: 'hf', model_args: { pretrained: 'gpt2' }, limit: 0.01 },
      git_hash: 'x',
    })
    expect(
      await best({ 'out/results_2026.json': result, 'README.md': fence('lm_eval --model hf --tasks boolq') }),
    ).toBe(
      'likely evaluate: lm_eval --model hf --model_args pretrained=gpt2 --tasks arc_easy --limit 0.01 (out/results_2026.json:1)',
    )
  })
  test('a task of Inspect', async () => {
    expect(await best({ 'tasks/a.py': 'from inspect_ai import task\n\n@task\ndef a(): ...\n' })).toBe(
      'likely evaluate: inspect eval tasks/a.py (tasks/a.py:3)',
    )
  })
  test('the run of a tracker, its program found by the longest end of its path', async () => {
    expect(
      await best({
        'wandb/run-1/files/wandb-metadata.json': JSON.stringify({
          program: 'C:\\Users\\a\\Code\\eval.py',
          args: ['--x'],
        }),
        'code/eval.py': EVALUATES,
      }),
    ).toMatch(/python code\/eval\.py --x \(wandb\//)
    expect(
      await best({
        'mlruns/0/r/tags/mlflow.source.name': '/home/a/eval.py',
        'eval.py': EVALUATES,
        'conftest.py': '',
      }),
    ).toMatch(/evaluate: python eval\.py \(mlruns\//)
  })
  test('a Makefile, a script for a shell, and last a workflow', async () => {
    expect(await best({ Makefile: 'eval:\n\t@$(PYTHON) eval.py\n', 'eval.py': EVALUATES })).toBe(
      'likely evaluate: python eval.py (Makefile:2)',
    )
    expect(await best({ 'run.sh': '#!/bin/sh\npython eval.py \\\n  --all\n', 'eval.py': EVALUATES })).toBe(
      'likely evaluate: python eval.py --all (run.sh:2)',
    )
    expect(
      await best({
        '.github/workflows/ci.yml': 'jobs:\n  a:\n    steps:\n      - run: python eval.py\n',
        'eval.py': EVALUATES,
      }),
    ).toBe('likely evaluate: python eval.py (.github/workflows/ci.yml:4)')
  })
  test('a variable of a Makefile leaves a question', async () => {
    expect(await best({ Makefile: 'eval:\n\t$(RUN) python eval.py\n', 'eval.py': EVALUATES })).toMatch(
      /^guess/,
    )
  })
  test('a console script by the module that it starts', async () => {
    const toml = (module: string) =>
      `[project]\nname = "x"\n[project.scripts]\nevaluate-it = "${module}:main"\n`
    expect(await best({ 'pyproject.toml': toml('pkg.cli'), 'pkg/cli.py': EVALUATES })).toBe(
      'likely evaluate: evaluate-it (pyproject.toml:4)',
    )
    expect(await best({ 'pyproject.toml': toml('elsewhere'), 'a.py': 'x = 1' })).toBeUndefined()
  })
  test('an argument whose choices name an evaluation', async () => {
    const code = `${LEARNS}import argparse\np.add_argument("what", choices=["fit", "validate"])\nif __name__ == "__main__": main()\n`
    expect(await best({ 'pkg/__main__.py': code })).toBe(
      'likely evaluate: python -m pkg validate (pkg/__main__.py:1)',
    )
  })
  test('a line of a notebook only if it trains or evaluates', async () => {
    const cells = (line: string) => JSON.stringify({ cells: [{ cell_type: 'code', source: [line] }] })
    expect(await best({ 'a.ipynb': cells('!python eval.py'), 'eval.py': EVALUATES })).toMatch(
      /python eval\.py \(/,
    )
    expect(await best({ 'a.ipynb': cells('!docker run x'), 'b.py': 'x = 1' })).toBeUndefined()
  })
  test('a notebook itself, as a question, if its code evaluates', async () => {
    const cells = JSON.stringify({ cells: [{ cell_type: 'code', source: [EVALUATES] }] })
    expect(await best({ 'a b.ipynb': cells })).toBe(
      'guess train+evaluate: jupyter nbconvert --to notebook --execute a b.ipynb (a b.ipynb:1)',
    )
  })
  test('a program by its name alone is never more than a guess', async () => {
    expect(await best({ 'evaluate.py': EVALUATES }, ['evaluate.py'])).toBe(
      'guess evaluate: python evaluate.py (evaluate.py:1)',
    )
    expect(await best({ 'evaluate.R': 'library(caret)\nconfusionMatrix(a, b)\n' })).toBe(
      'guess evaluate: Rscript evaluate.R (evaluate.R:1)',
    )
  })
  test('without any name a program whose code evaluates', async () => {
    expect(await best({ '02_assignment.R': 'library(tidymodels)\ncollect_metrics(x)\n' })).toMatch(
      /^guess train\+evaluate: Rscript 02_assignment\.R/,
    )
  })
})

describe('a README', () => {
  const inReadme = (text: string, more: Record<string, string> = {}) =>
    best({ 'README.md': text, 'eval.py': EVALUATES, 'train.py': FITS, ...more })
  test('an option alone on a line belongs to the command above, also without its backslash', async () => {
    expect(
      await best({
        'README.md': fence('python eval.py \\\n-gpu 0\n-source a \\\n--save b\npython train.py'),
        'eval.py': EVALUATES,
        'train.py': FITS,
      }),
    ).toBe('likely evaluate: python eval.py -gpu 0 -source a --save b (README.md:2)')
  })
  test.each([
    ['a fence', fence('python eval.py')],
    ['a fence in one line', '\n```python eval.py```\n'],
    ['a prompt', '\n$ python eval.py\n'],
    ['an indented block', '\n    python eval.py\n'],
    ['<pre>', '\n<pre>python eval.py</pre>\n'],
    ['backquotes', 'Run `python eval.py` then.'],
    ['a continued line', fence('python \\\n  eval.py')],
  ])('%s', async (_, text) => {
    expect(await inReadme(text)).toMatch(/^likely evaluate: python eval\.py \(README\.md:\d+\)$/)
  })
  test.each([
    ['python', fence('import eval\neval.run("python eval.py")', 'python')],
    ['yaml', fence('python eval.py', 'yaml')],
  ])('code in %s is no command', async (_, text) => {
    expect(await inReadme(text)).not.toMatch(/README/)
  })
  test('the first of nearly equal ones', async () => {
    expect(await inReadme(fence('python eval.py --small\npython eval.py --large'))).toMatch(/--small/)
  })
  test('a placeholder is a question', async () => {
    expect(await inReadme(fence('python eval.py --ckpt /path/to/x'))).toMatch(/^guess/)
  })
  test('what follows the clone of another repository is that one’s', async () => {
    const text = `# mine\n## A\n${fence('git clone https://x/mine.git\npython train.py')}## B\n${fence('git clone https://x/other\npython eval.py')}`
    expect(await inReadme(text)).not.toMatch(/eval\.py \(README/)
  })
  test('cd is followed below one heading', async () => {
    const text = `## A\n${fence('cd code\npython e.py --eval')}\n`
    expect(await inReadme(text, { 'code/e.py': EVALUATES })).toBe(
      'likely evaluate: sh -c cd code && python e.py --eval (README.md:4)',
    )
  })
  test('a program that is elsewhere than the command says is a question', async () => {
    expect(await best({ 'README.md': fence('python evaluate.py'), 'src/evaluate.py': EVALUATES })).toMatch(
      /^guess/,
    )
  })
})

describe('none, readily', () => {
  test.each([
    [
      'a library with tests',
      {
        'README.md': fence('make test\npytest'),
        'lib/a.py': 'def validate(): ...\n',
        Makefile: 'test:\n\tpytest\n',
      },
    ],
    [
      'a program that validates forms',
      { 'README.md': fence('python validate.py'), 'validate.py': 'import json\n' },
    ],
    [
      'a server',
      {
        'README.md': fence('python main.py'),
        'main.py': 'from fastapi import FastAPI\nimport torch\napp = FastAPI()\n',
      },
    ],
    [
      'tests that are called test.py',
      { 'README.md': fence('python test.py'), 'test.py': 'import unittest\nimport torch\n' },
    ],
    ['installation', { 'README.md': fence('pip install -e .\ngit clone x\ndocker build .'), 'a.py': FITS }],
  ])('%s', async (_, files) => {
    expect(await best(files as unknown as Record<string, string>)).toBeUndefined()
  })
  test('one program behind three stages says nothing of one of them', async () => {
    const dvc =
      'stages:\n' + ['a', 'b', 'c'].map((name) => `  ${name}1:\n    cmd: python x.py ${name}1\n`).join('')
    expect(await best({ 'dvc.yaml': dvc, 'x.py': EVALUATES })).toMatch(/^guess pipeline: dvc repro/)
  })
})

test('by content: a program that computes metrics evaluates, also through what it imports', async () => {
  const files = {
    'README.md': fence('python main.py'),
    'main.py': 'from pkg.a import run\n',
    'pkg/a.py': 'from . import b\n',
    'pkg/b.py': EVALUATES,
  }
  expect(await best(files)).toBe('likely train+evaluate: python main.py (README.md:2)')
})
