import { describe, expect, test } from '@jest/globals'
import { dataIn } from '../../src/looking/data.js'
import { dockerfileOf, environmentOf, pythonOf } from '../../src/looking/environment.js'
import { metricsIn } from '../../src/looking/metrics/index.js'
import { isMetric } from '../../src/looking/metrics/names.js'
import { needsOf } from '../../src/looking/needs.js'
import { parametersOf } from '../../src/looking/parameters.js'
import { predictionsIn } from '../../src/looking/predictions.js'
import { distinctSeeds } from '../../src/looking/reading.js'
import { seedsIn, unseededIn } from '../../src/looking/seeds.js'
import { viewIn } from './tree.js'

type Files = Record<string, string | Buffer>

describe('metrics', () => {
  const found = async (files: Files) =>
    (await metricsIn(await viewIn(files))).map(
      ({ word, value }) => `${word} ${value.path} ${JSON.stringify(value.metrics)}`,
    )
  test('names that claim something, and those that never reproduce', () => {
    const claims = [
      'accuracy',
      'test.f1_score',
      'eval_loss',
      'pass@1',
      'roc_auc',
      'test/mine',
      'results.arc.acc,none',
      'R2',
      'macro avg.precision',
    ]
    const others = [
      'train_loss',
      'train.accuracy',
      'eval_runtime',
      'epoch',
      'samples_per_second',
      'lr',
      'acc_stderr',
      'n_samples',
      'a'.repeat(300),
    ]
    expect(claims.filter((name) => !isMetric(name))).toEqual([])
    expect(others.filter(isMetric)).toEqual([])
  })
  test('declared in a stage and at the top; a declared file of parameters is none; one that is not committed has no numbers', async () => {
    const dvc =
      'metrics: [top.json]\nstages:\n  a:\n    cmd: x\n    metrics:\n      - m.json: {cache: false}\n      - params.json\n      - gone.json\n'
    expect(
      await found({
        'dvc.yaml': dvc,
        'top.json': '{"acc": 1}',
        'm.json': '{"f1": 0.5, "epoch": 3}',
        'params.json': '{"lr": 1}',
      }),
    ).toEqual(['certain top.json {"acc":1}', 'certain m.json {"f1":0.5}', 'certain gone.json {}'])
  })
  test('formats of tools', async () => {
    const harness = {
      results: { arc: { 'acc,none': 0.5, 'acc_stderr,none': 0.1 } },
      versions: {},
      config: { model_args: '' },
    }
    expect(
      await found({
        'out/results_x.json': JSON.stringify(harness),
        'eval_results.json': '{"eval_accuracy": 0.9, "eval_runtime": 3}',
      }),
    ).toEqual([
      'certain eval_results.json {"eval_accuracy":0.9}',
      'certain out/results_x.json {"results.arc.acc,none":0.5}',
    ])
  })
  test('by name and content, by content alone, and what neither makes a result', async () => {
    expect(
      await found({
        'report.json': '{"accuracy": 0.9, "a": 1, "b": 2}',
        'x.json': '{"auc": 0.9, "n": 5}',
        'configs/metrics.json': '{"accuracy": 1}',
        'package.json': '{"score": 1}',
        'drift_report.json': '{"accuracy": 1}',
        'history.json': '{"loss": 1}',
        'metrics_series.json': '{"loss": {"0": 1, "1": 2}}',
        'cut.json': '{"accuracy": 0.9',
        'lfs_metrics.json': 'version https://git-lfs.github.com/spec/v1\n',
      }),
    ).toEqual(['likely report.json {"accuracy":0.9}', 'guess x.json {"auc":0.9}'])
  })
  test('a report of scikit-learn; a table only with a program that writes it', async () => {
    const report =
      '              precision    recall  f1-score   support\n\n    accuracy                           0.91       100\n   macro avg       0.90      0.89      0.88       100\n'
    const table = 'model,accuracy\na,0.5\nb,0.6\n'
    expect(
      await found({
        'report.txt': report,
        'results.csv': table,
        'data/results.csv': table,
        'run.py': 'df.to_csv("results.csv")',
      }),
    ).toEqual([
      'likely results.csv {}',
      'likely report.txt {"accuracy":0.91,"macro precision":0.9,"macro recall":0.89,"macro f1":0.88}',
      'guess data/results.csv {}',
    ])
  })
  test('who writes a file, the one of its own folder first', async () => {
    const [first] = await metricsIn(
      await viewIn({
        'a/metrics.json': '{"acc": 1}',
        'a/e.py': 'json.dump(x, open("metrics.json"))',
        'b/e.py': 'json.dump(x, open("metrics.json"))',
        'plot.py': 'open("metrics.json")',
      }),
    )
    expect(first?.value.writers).toEqual(['a/e.py'])
  })
  test('the line of a metric', async () => {
    const [first] = await metricsIn(await viewIn({ 'metrics.json': '{\n "n": 1,\n "f1": 0.5\n}' }))
    expect(first?.value.lines.get('f1')).toBe(3)
  })
})

describe('predictions', () => {
  test.each([
    ['y_true,y_pred\n1,1\n', 'p.csv', undefined],
    ['id,prediction\n1,1\n', 'p.csv', 'id'],
    ['anomaly,anomaly_pred\n1,1\n', 'p.csv', undefined],
    ['{"doc_id": 1, "resps": []}\n', 'samples.jsonl', 'doc_id'],
    ['{"id": 1, "output": "x"}\n', 'o.jsonl', 'id'],
  ])('%j', async (text, path, key) => {
    expect(await predictionsIn(await viewIn({ [path]: text }))).toMatchObject([
      { word: 'likely', value: { path, key } },
    ])
  })
  test.each([
    ['id,name\n', 'p.csv'],
    ['{"instruction": "x", "output": "y"}\n', 'train.jsonl'],
    ['id,prediction\n1,1\n', 'tests/p.csv'],
    ['[', 'x.jsonl'],
  ])('%j is none', async (text, path) => {
    expect(await predictionsIn(await viewIn({ [path]: text }))).toEqual([])
  })
})

describe('seeds', () => {
  const found = async (files: Files, reached: string[]) =>
    (await seedsIn(await viewIn(files), reached)).map(
      ({ value, place }) => `${value.component} ${value.value} ${value.how} ${place.file}:${place.line}`,
    )
  test('of settings, defaults and literals, with their component and line', async () => {
    const code = `"""A docstring,
seed = 99
"""
# np.random.seed(1)
import argparse
parser.add_argument(
    "--seed",
    type=int,
    default=42)
np.random.seed(7)
torch.manual_seed(args.seed)
a, b = train_test_split(x, random_state=3)
m = RandomForestClassifier(n_estimators=10,
    random_state=5)
t = TSNE(random_state=6)
SEED = 8
`
    expect(
      await found(
        { 'params.yaml': 'train:\n  seed: 11\n  lr: 2\n', 'a.py': code, 'elsewhere.py': 'SEED = 1' },
        ['a.py'],
      ),
    ).toEqual([
      'seed 11 setting params.yaml:2',
      'seed 42 default a.py:9',
      'data split 3 literal a.py:12',
      'model 5 literal a.py:14',
      'figure 6 literal a.py:15',
      'seed 8 literal a.py:16',
      'numpy 7 literal a.py:10',
    ])
  })
  test('code of a notebook counts, its outputs do not', async () => {
    const notebook = JSON.stringify({
      cells: [{ cell_type: 'code', source: ['SEED = 4\n'], outputs: [{ text: 'random_state=42' }] }],
    })
    expect(await found({ 'a.ipynb': notebook }, ['a.ipynb'])).toEqual(['seed 4 literal a.ipynb:undefined'])
  })
  test.each(['seed=4', 'seed : int = 4', 'seed: Union[int |  None] =4', 'seed: = 4'])(
    'a default with or without a type: %s',
    async (parameter) => {
      expect(await found({ 'a.py': `def f(a, ${parameter}):\n  pass\n` }, ['a.py'])).toEqual([
        'seed 4 literal a.py:1',
      ])
    },
  )
  test('two values of one component are two seeds, the same value is one', async () => {
    const view = await viewIn({ 'a.py': 'np.random.seed(1)\nnp.random.seed(1)\nnp.random.seed(2)\n' })
    expect(
      distinctSeeds(await seedsIn(view, ['a.py'])).map(([name, { value }]) => [name, value.value]),
    ).toEqual([
      ['numpy', 1],
      ['numpy 2', 2],
    ])
  })
  test('calls that draw without one', async () => {
    const code =
      'a = train_test_split(x, y)\nb = KMeans(3, random_state=0)\nc = XGBClassifier(**p)\nd = RandomForestClassifier(f(1), 2)\n'
    expect(
      (await unseededIn(await viewIn({ 'a.py': code }), ['a.py'])).map(
        ({ value, place }) => `${value}:${place.line}`,
      ),
    ).toEqual(['train_test_split:1', 'RandomForestClassifier:4'])
  })
})

describe('environment', () => {
  const environment = async (files: Files, folder = '.') =>
    (await environmentOf(await viewIn(files), folder))?.value
  test.each([
    [
      'compiled requirements before those they were compiled from',
      { 'requirements.lock': 'a==1\nb==2\n', 'requirements.txt': 'a\n' },
      'requirements.lock',
    ],
    [
      'a freeze of a run before a lock',
      { 'wandb/run-1/files/requirements.txt': 'a==1\n', 'uv.lock': '' },
      'wandb/run-1/files/requirements.txt',
    ],
    [
      'what the README installs before the usual name',
      {
        'README.md': 'pip install -r example.requirements.txt',
        'example.requirements.txt': 'a==1\n',
        'requirements.txt': 'b\n',
      },
      'example.requirements.txt',
    ],
    ['a lock before requirements', { 'poetry.lock': '', 'requirements.txt': 'a\n' }, 'poetry.lock'],
    [
      'not that of a server',
      { 'app/requirements.txt': 'flask\n', 'environment.yml': 'dependencies:\n - a=1\n' },
      'environment.yml',
    ],
    [
      'not that of developers',
      { 'requirements-dev.txt': 'pytest\n', 'src/requirements.txt': 'a\n' },
      'src/requirements.txt',
    ],
  ])('%s', async (_, files, path) => {
    expect((await environment(files as unknown as Files))?.path).toBe(path)
  })
  test('what is pinned of it, ranges and comments not counted', async () => {
    expect(await environment({ 'requirements.txt': '# x\na==1.0\nb>=2\nc[d]==3 # why\n-e .\n' })).toEqual({
      path: 'requirements.txt',
      says: '2 of 3 pinned',
    })
    expect(
      await environment({
        'environment.yml': 'channels:\n- x\ndependencies:\n- python=3.9\n- pip:\n  - a==1\n  - b\n',
      }),
    ).toMatchObject({ says: '2 of 3 pinned' })
  })
  test('nothing, or a vendored one alone, is none', async () => {
    expect(await environment({ 'a.py': '' })).toBeUndefined()
    expect(
      await environment({ 'x/LICENSE': '', 'x/setup.py': '', 'x/requirements.txt': 'a\n' }),
    ).toBeUndefined()
  })
  test('a place to work in is no image of an evaluation', async () => {
    const found = async (...paths: string[]) =>
      (
        await dockerfileOf(
          await viewIn(Object.fromEntries(paths.map((path) => [path, 'FROM x\n'] as const))),
          '.',
        )
      )?.value.path
    expect(
      await found('.devcontainer/Dockerfile', '.gitpod.Dockerfile', 'ci/Dockerfile.jenkins'),
    ).toBeUndefined()
    expect(await found('.devcontainer/Dockerfile', 'docker/train/Dockerfile')).toBe('docker/train/Dockerfile')
  })
  test('a Dockerfile that serves evaluates nothing', async () => {
    const dockerfile = async (text: string) =>
      (await dockerfileOf(await viewIn({ Dockerfile: text }), '.'))?.value.role
    expect(await dockerfile('FROM x\nEXPOSE 80\n')).toBe('serves')
    expect(await dockerfile('FROM x\nCMD ["uvicorn", "a:app"]\n')).toBe('serves')
    expect(await dockerfile('FROM x\nCMD python evaluate.py\n')).toBe('evaluates')
    expect(await dockerfile('FROM x\n')).toBe('open')
  })
  test('an exact Python, never a range', async () => {
    const python = async (files: Files) => (await pythonOf(await viewIn(files), '.'))?.value
    expect(await python({ '.python-version': '3.11.4\n', Dockerfile: 'FROM python:3.9\n' })).toBe('3.11.4')
    expect(await python({ 'environment.yml': 'dependencies:\n- python=3.8\n' })).toBe('3.8')
    expect(await python({ 'setup.py': 'python_requires=">=3.6"' })).toBeUndefined()
  })
})

describe('needs, data, settings', () => {
  const needs = async (code: string, command?: string) =>
    (await needsOf(await viewIn({ 'a.py': code }), ['a.py'], command)).map(
      ({ value }) => `${value.how} ${value.kind} ${value.sign}`,
    )
  test('a GPU that is asked for, and one that is needed', async () => {
    expect(await needs('import torch\nm.cuda()\n')).toEqual(['needs gpu .cuda()'])
    expect(await needs('import torch\nif torch.cuda.is_available():\n  m.cuda()\n')).toEqual([
      'may use gpu torch',
    ])
    expect(await needs('import bitsandbytes\n')).toEqual(['needs gpu bitsandbytes'])
    expect(await needs('import sklearn\n# m.cuda()\n')).toEqual([])
  })
  test('a hosted model, by command or import', async () => {
    expect(await needs('', 'inspect eval a.py --model openai/gpt-4o')).toEqual(['needs api openai'])
    expect(await needs('from anthropic import Anthropic\n')).toEqual(['needs api anthropic'])
  })
  test('data by DVC and Git LFS with their digests, and what git holds', async () => {
    const view = await viewIn({
      'data/x.csv.dvc': `outs:\n- md5: ${'a'.repeat(32)}\n  path: x.csv\n`,
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'w.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${'b'.repeat(64)}\nsize 12\n`,
      'datasets/a.png': 'x',
      'datasets/b.png': 'y',
      'src/data/__init__.py': '',
      'src/data/load.py': '',
    })
    expect((await dataIn(view, '.')).map(({ value }) => value)).toEqual([
      { path: 'data/x.csv', digest: `md5:${'a'.repeat(32)}`, state: 'pinned, not here' },
      { path: 'w.bin', digest: `sha256:${'b'.repeat(64)}`, state: 'pinned, not here' },
      { path: 'datasets', digest: undefined, state: '2 files in git' },
    ])
  })
  test('the file of settings that has numbers', async () => {
    const view = await viewIn({
      'params.yaml': '',
      'conf/config.yaml': 'a: {lr: 0.1}\nseed: 3\npath: /x/y\n',
    })
    expect((await parametersOf(view, '.'))?.value).toEqual({
      path: 'conf/config.yaml',
      values: { 'a.lr': 0.1 },
      lines: new Map([['a.lr', 1]]),
    })
  })
})
