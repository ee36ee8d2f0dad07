import { expect, test } from '@jest/globals'
import { kindOf, looksLikeCommand, type CommandKind } from '../../src/looking/command/kind.js'
import { argvOf, programOf, nameWords } from '../../src/looking/command/words.js'

const KINDS: readonly [CommandKind, string, string?][] = [
  ['evaluate', 'python evaluate.py'],
  ['evaluate', '$ python src/eval_model.py --ckpt best.pt'],
  ['evaluate', 'lm_eval --model hf --tasks arc_easy'],
  ['evaluate', 'inspect eval task.py --model openai/gpt-4o'],
  ['evaluate', 'python main.py --evaluate'],
  ['evaluate', 'python main.py --mode test'],
  ['evaluate', 'python main.py test'],
  ['evaluate', 'python -m pkg.main validate'],
  ['evaluate', 'python -m pkg.cli run-eval --model x'],
  ['evaluate', 'set PYTHONPATH=. && python evaluate.py'],
  ['evaluate', 'conda activate x && python evaluate.py'],
  ['evaluate', 'CUDA_VISIBLE_DEVICES=0 python evaluate.py'],
  ['evaluate', 'uv run python evaluate.py'],
  ['evaluate', 'KEY=x uv run -m pkg.benchmark --all'],
  ['evaluate', 'python test.py'],
  ['evaluate', 'python lstm_test.py'],
  ['evaluate', 'python src/x.py', 'evaluate'],
  ['train+evaluate', 'python run_glue.py --do_train --do_eval'],
  ['train+evaluate', 'python train_and_evaluate.py'],
  ['train', 'torchrun --nproc_per_node=8 train.py config.py'],
  ['train', 'python pretrain_and_test.py'],
  ['run', 'python main.py'],
  ['run', 'python -m pkg.experiment'],
  ['pipeline', 'dvc repro'],
  ['pipeline', 'kedro run'],
  ['data', 'kedro run --pipeline=data_validation'],
  ['data', 'python download.py'],
  ['data', 'python plot_metrics_figure.py', 'plot'],
  ['predict', 'python batch_score.py'],
  ['other', 'python benchmark_latency.py'],
  ['other', 'python convolve.py'],
  ['subcommand', 'python -m pkg.cli print-plan'],
  ['install', 'pip install -r requirements.txt'],
  ['install', 'python -m venv env'],
  ['install', 'docker compose up'],
  ['install', 'mlflow ui'],
  ['install', 'dvc pull'],
  ['serve', 'uvicorn main:app'],
  ['serve', 'streamlit run x.py'],
  ['serve', 'python app.py'],
  ['serve', 'python -m pkg.scheduler'],
  ['test', 'pytest tests'],
  ['test', 'python -m unittest'],
  ['test', 'make test'],
  ['test', 'python tests/run.py'],
]

test.each(KINDS.map(([kind, command, name]) => [kind, command, name] as const))(
  '%s: %s',
  (kind, command, name) => {
    expect(kindOf(command, name)).toBe(kind)
  },
)

test('a sentence is no command, and neither is a tool that is only named', () => {
  const lines = [
    'make sure that it runs',
    'make a folder',
    'lm_eval',
    'We use Python 3.',
    'import numpy as np',
    'accuracy: 0.9',
  ]
  expect(lines.filter(looksLikeCommand).filter((line) => kindOf(line) === 'evaluate')).toEqual([])
  expect(['python x.py', '$ make eval', './run.sh', '!python x.py'].every(looksLikeCommand)).toBe(true)
})

test('what only a shell understands is handed to a shell, and so is another folder', () => {
  expect(argvOf('python eval.py --name "a b"', '.')).toEqual(['python', 'eval.py', '--name', 'a b'])
  expect(argvOf('python eval.py | tee log', '.')).toEqual(['sh', '-c', 'python eval.py | tee log'])
  expect(argvOf("python eval.py 'open", '.')).toEqual(['sh', '-c', "python eval.py 'open"])
  expect(argvOf('python eval.py', 'it’s/a')).toEqual(['sh', '-c', "cd 'it’s/a' && python eval.py"])
  expect(argvOf('python eval.py', "a'; rm -rf b")).toEqual([
    'sh',
    '-c',
    "cd 'a'\\''; rm -rf b' && python eval.py",
  ])
})

test('a program is the script, or the module behind -m; what starts others is not', () => {
  expect(programOf('python -m torch.distributed.launch --nproc 2 ./train.py')).toEqual({ script: 'train.py' })
  expect(programOf('python -m pkg.train')).toEqual({ module: 'pkg.train' })
  expect(programOf('make eval')).toEqual({})
  expect(nameWords('evaluateBestModel-v2.py')).toEqual(['evaluate', 'best', 'model', 'v2'])
})
