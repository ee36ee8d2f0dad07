import { basename } from 'node:path/posix'
import { bare, programOf, nameWords } from './words.js'

/** What a command does. */
export type CommandKind =
  | 'evaluate'
  | 'train+evaluate'
  | 'run'
  | 'train'
  | 'pipeline'
  | 'predict'
  | 'other'
  | 'subcommand'
  | 'data'
  | 'test'
  | 'serve'
  | 'install'

export const KIND_POINTS: Readonly<Record<CommandKind, number>> = {
  evaluate: 40,
  'train+evaluate': 32,
  run: 8,
  train: 6,
  pipeline: 4,
  predict: 2,
  other: -10,
  subcommand: -10,
  data: -60,
  test: -120,
  serve: -200,
  install: -200,
}

const TOOL =
  /^(?:python3? -m )?(?:lm[-_]eval(?! (?:ls|validate)\b)|inspect eval(?:-set)?|helm-run|bigcode-eval|evalplus)[.\w]*\s+\S/
/** A tool that evaluates with a program of its own. */
export const isEvaluationTool = (line: string): boolean => TOOL.test(bare(line))

const INSTALL: readonly RegExp[] = [
  /^(?:pip3?|conda|mamba|poetry|pipenv|uv|pixi|apt(?:-get)?|brew|npm|yarn|git|wget|curl|unzip|tar|mkdir|cp|mv|rm|ls|cat|echo|aws|gcloud|az|gsutil|kaggle|gdown|huggingface-cli|source|export|cd|chmod|ssh|scp|sudo|virtualenv|pre-commit|tree|open|module)\b/,
  /^python[\d.]* -m (?:pip|venv|virtualenv|ipykernel)\b/,
  /^python[\d.]* setup\.py\b|\bpip install\b/,
  /^dvc (?:init|add|remote|push|pull|get|import|config|doctor|status|diff|metrics|params|plots|exp show)\b/,
  /^docker(?:-compose)?\b|^kubectl\b|^helm\b|^minikube\b|^terraform\b/,
  /^mlflow (?:ui|server|models|deployments|artifacts)\b/,
  /^kedro (?:viz|jupyter|ipython|test|new|package|lab|build)\b/,
  /^(?:ruff|black|flake8|isort|mypy|pylint|pyright|nbstripout|wandb|jupyter (?:lab|notebook)|tensorboard)\b(?!\s+sweep)/,
]
const SERVE: readonly RegExp[] = [
  /^(?:python[\d.]* -m )?(?:uvicorn|gunicorn|streamlit|gradio|flask|chainlit|cog predict|bentoml|voila|celery|airflow|prefect)\b|:app\b/,
  /(?:^|[\s/])(?:\w+_)?(?:app|server|serve|api|demo|dashboard|webapp|bot)\.py\b/,
]
/** Of a script's text: it waits for requests. */
export const SERVING =
  /\bFastAPI\(|\bFlask\(__name__|\buvicorn\.run\(|\bst\.title\b|\bgr\.(?:Interface|Blocks)\(/
/** Of a script's text: it tests software, whatever it is called. */
export const TESTING = /^[ \t]*(?:def test_|import (?:unittest|pytest)|from (?:unittest|pytest)\b)/m

const TEST =
  /^(?:make|just|nox|invoke)\s+(?:test|tests|check|lint|ci|coverage)\b|^(?:python[\d.]* -m )?(?:pytest|unittest|tox|nox|nosetests)\b|(?:^|[\s/])tests?\/|(?:^|[\s/])test_\w+\.py\b/
const EVALUATES: readonly RegExp[] = [
  /\s--?(?:do_)?(?:eval|evaluate|test|validate)(?:[_-]only)?(?:\s|=[Tt]rue|$)/,
  /\s-{0,2}(?:mode|phase|task|stage|job)[= ](?:test|eval|evaluate|validate)\b/,
  /\s-e evaluate\b/,
  /\.py (?:test|eval|evaluate|validate)\b/,
  /\s-m \S+ (?:test|eval|evaluate|validate)\b/,
]

/** Words of stages, targets and scripts: the first kind with a word decides. */
const WORDS: readonly [CommandKind, ReadonlySet<string>][] = [
  [
    'evaluate',
    new Set(
      'eval evaluate evaluation evaluator evaluating validate validation metrics benchmark benchmarks test testing ppl perplexity'.split(
        ' ',
      ),
    ),
  ],
  ['train', new Set('train training trainer fit finetune finetuning tune tuning sweep pretrain'.split(' '))],
  [
    'data',
    new Set(
      'data dataset download prepare preprocess preprocessing split load features featurize convert merge pull register promote plot plots drift ingest ingestion transform clean cleaning build extract visualize visualization visu viz figure figures draw export generate crawl scrape'.split(
        ' ',
      ),
    ),
  ],
  [
    'predict',
    new Set('score scoring predict prediction infer inference transcribe submit sample'.split(' ')),
  ],
  [
    'serve',
    new Set('scheduler schedule worker deploy deployment serve serving server monitor monitoring'.split(' ')),
  ],
]
/** Beside these a benchmark measures speed, not a model. */
const SPEED = new Set(['speed', 'latency', 'throughput', 'generation', 'inference', 'memory', 'timing'])
/** In a name of several words these say what it is about, not what it does. */
const WEAK = new Set(['test', 'model'])

const OF_DATA = new Set(['data', 'import', 'load', 'loader', 'download'])

function kindByWords(name: string, isScript: boolean): CommandKind | undefined {
  const all = nameWords(name)
  const words = all.length > 1 && !isScript ? all.filter((word) => !WEAK.has(word)) : all
  if (words.includes('benchmark') && words.some((word) => SPEED.has(word))) return 'other'
  const kinds = WORDS.filter(([, known]) => words.some((word) => known.has(word))).map(([kind]) => kind)
  if (words.includes('pretrain')) return 'train'
  // Of data, validation is a check of its form.
  if (kinds[0] === 'evaluate' && words.some((word) => OF_DATA.has(word))) return 'data'
  if (kinds.includes('evaluate') && kinds.includes('train')) return 'train+evaluate'
  return kinds[0]
}

/** `python -m pkg.cli run-eval`: of a program with commands of its own the command says what is done. */
function kindOfSubcommand(text: string, program: string): CommandKind | undefined {
  const [, command] = /(?:\.py|-m\s+[\w.]+)\s+([a-z][a-z_-]+)(?:\s|$)/.exec(text) ?? []
  if (command === undefined) return undefined
  return (
    kindByWords(command, false) ?? (/^(?:cli|manage|__main__)\b/.test(program) ? 'subcommand' : undefined)
  )
}

/** Whether a line runs a program, as opposed to text, code or output. */
const RUNS =
  /^(?:python[\d.]*|py|ipython|bash|sh|zsh|make|just|Rscript|R|julia|dvc|mlflow|kedro|accelerate|torchrun|deepspeed|horovodrun|mpirun|snakemake|nextflow|papermill|sbatch|metaflow|lm[-_]eval|lm-evaluation-harness|inspect|helm-run|evalplus|jupyter nbconvert|quarto|guild|invoke|\.\/[\w./-]+)(?:\s|$)/

export const looksLikeCommand = (line: string): boolean => {
  const text = bare(line)
  return text.length < 2000 && RUNS.test(text) && !/^make\s+(?:a|an|the|sure|it|your)\b/.test(text)
}

/**
 * What a command does, by its text and the name of its stage or target.
 *
 * @param name of its stage, target or entry point
 */
export function kindOf(line: string, name?: string): CommandKind {
  const text = bare(line)
  if (TOOL.test(text)) return 'evaluate'
  if (INSTALL.some((one) => one.test(text))) return 'install'
  if (SERVE.some((one) => one.test(text))) return 'serve'
  if (TEST.test(text)) return 'test'
  if (/\s--?do_train\b/.test(text) && /\s--?do_eval\b/.test(text)) return 'train+evaluate'
  if (EVALUATES.some((one) => one.test(text))) return 'evaluate'
  if (/^dvc (?:repro|exp run)\b|^snakemake\b|^make\s*$/.test(text)) return 'pipeline'
  if (/^kedro run\b/.test(text))
    return kindByWords(/--pipeline[= ](\S+)/.exec(text)?.[1] ?? '', false) ?? 'pipeline'
  const named = name === undefined ? undefined : kindByWords(name, false)
  if (named !== undefined) return named
  const { script, module } = programOf(text)
  const program = script === undefined ? module?.split('.').at(-1) : basename(script)
  if (program === undefined) {
    const target = /^(?:make|just)\s+([\w-]+)/.exec(text)?.[1]
    return (target === undefined ? undefined : kindByWords(target, false)) ?? 'other'
  }
  return (
    kindByWords(program, true) ??
    kindOfSubcommand(text, program) ??
    (/^(?:main|run|experiment|experiments|pipeline|__main__)\b|_(?:main|experiment|experiments)\./.test(
      program,
    )
      ? 'run'
      : module === undefined
        ? 'other'
        : 'run')
  )
}
