import { basename, join } from 'node:path/posix'
import type { Word } from '../fact.js'
import { learningOf, type Learning } from '../learning.js'
import type { View } from '../view.js'
import { SOURCE_POINTS, type CommandSource, type RawCommand } from './candidate.js'
import { isEvaluationTool, KIND_POINTS, kindOf, SERVING, TESTING, type CommandKind } from './kind.js'
import type { Weighed } from './command.js'
import { distinct, firstOfPage } from './order.js'
import { programIn, scriptOf } from './script.js'
import { argvOf, bare, programOf } from './words.js'

/** Points beside those of source and kind. */
const THERE = 12
const ABSENT: Partial<Record<CommandSource, number>> = { 'dvc.yaml': -60, MLproject: -60, Makefile: -60 }
const NOT_THERE = -30
const VENDORED = -25
const PLACEHOLDER = -12
const BY_CONTENT = 22
/** Nothing but its name says that it evaluates, and its text does not. */
const ONLY_NAME = -16
const WRITES = { evaluate: 10, other: 18 }
const LIKELY = 70
/** A script behind so many stages is a dispatcher: its text says nothing of one of them. */
const DISPATCHER = 3
/** Scripts that are looked into. */
const LOOKED_INTO = 80

const FOLDERS: readonly [RegExp, number][] = [
  [
    /(?:^|\/)(?:flask_|fastapi_)?(?:app|api|serving|deploy|deployment|web(?:app)?|dashboard|prediction_service|airflow|monitoring)\//,
    -30,
  ],
  [/(?:^|\/)(?:docs?|tests?)\//, -40],
]
const HAS_PLACEHOLDER =
  /<[^<>|&]{1,60}>|\/path\/to|path_to|\.\.\.|…|\[[A-Za-z][^\]]*\]|\$[({]?\w+|\{[A-Za-z_]\w*\}|\b(?:YOUR|your)_|\bXXX|YYYY/

/** Tools that bring their own program. */
const OWN_PROGRAM: ReadonlySet<CommandSource> = new Set([
  'lm-eval result',
  'Inspect task',
  'Kedro',
  'pipeline',
])
/** These declare their commands by name; elsewhere a program's own name says more. */
const NAMED_FIRST: ReadonlySet<CommandSource> = new Set([
  'dvc.yaml',
  'MLproject',
  'console script',
  'pipeline',
])

const isEvaluation = (kind: CommandKind): boolean => kind === 'evaluate' || kind === 'train+evaluate'

/**
 * Weighs what was found: the best first.
 *
 * @param results the metrics files of the tree, and programs that write one
 */
export async function weighCommands(
  view: View,
  found: readonly RawCommand[],
  results: Results,
): Promise<Weighed[]> {
  const stages = new Map<string, number>()
  for (const raw of found)
    if (raw.source === 'dvc.yaml') {
      const script = scriptOf(view, raw) ?? ''
      stages.set(script, (stages.get(script) ?? 0) + 1)
    }
  const learned = new Map<string, Promise<Learning>>()
  const learning = (script: string): Promise<Learning> => {
    const known = learned.get(script)
    if (known) return known
    if (learned.size >= LOOKED_INTO) return Promise.resolve({ learns: true, evaluates: false })
    const reading = learningOf(view, script)
    learned.set(script, reading)
    return reading
  }
  const weighed = await Promise.all(
    found.map((raw) =>
      weigh(view, raw, {
        results,
        learning,
        isDispatcher: (stages.get(scriptOf(view, raw) ?? '') ?? 0) >= DISPATCHER,
      }),
    ),
  )
  return firstOfPage(distinct(weighed.filter((one) => one !== undefined).sort((a, b) => b.score - a.score)))
}

/** What the tree holds of results. */
export interface Results {
  /** Paths of metrics files. */
  files: readonly string[]
  /** Programs that write one. */
  writers: ReadonlySet<string>
}

interface Weighing {
  results: Results
  learning(script: string): Promise<Learning>
  isDispatcher: boolean
}

/** What a program's own text adds to what its name says. */
interface ProgramSays {
  kind: CommandKind
  points: number
  reasons: string[]
  /** It uses what models are made with, or writes a metrics file. */
  learns: boolean
  /** Nothing could be read of what it starts. */
  unknown: boolean
}

async function weigh(view: View, raw: RawCommand, weighing: Weighing): Promise<Weighed | undefined> {
  const script = scriptOf(view, raw)
  const program = programOf(bare(raw.text))
  const named =
    script !== undefined || program.script !== undefined || (program.module ?? raw.module) !== undefined
  const own = OWN_PROGRAM.has(raw.source) || isEvaluationTool(raw.text)
  const byName = kindByName(raw)
  const { kind, learns, unknown, ...said }: ProgramSays =
    script === undefined
      ? {
          kind: byName,
          points: KIND_POINTS[byName],
          reasons: [],
          learns: own || !named,
          unknown: !named && !own,
        }
      : await programSays(view, script, { kind: byName, raw, ...weighing })
  // A program that uses nothing of machine learning evaluates no model, whatever it is called.
  if (!learns || !TRIED.has(kind)) return undefined
  const placeholder = HAS_PLACEHOLDER.test(raw.text.replace(/\s-\w+\s+['"].*$/, ''))
  const points = said.points + pointsOfPlace(view, raw, { script, named }) + (placeholder ? PLACEHOLDER : 0)
  const misplaced =
    script !== undefined && program.script !== undefined && !reaches(raw, program.script, script)
  const sure =
    raw.question !== true &&
    !(await wantsMore(view, raw, script)) &&
    !placeholder &&
    !unknown &&
    !misplaced &&
    (script !== undefined || own || !named)
  const text = raw.text.replace(/^\s*[$>!%]\s+|^\s*[!%]/, '').trim()
  const argv = argvOf(text, folderOf(view, raw, script))
  return {
    value: { text, argv, kind, source: raw.source, script, cwd: raw.cwd },
    place: view.at(raw.file, raw.line),
    word: wordOf(raw, kind, { points, sure }),
    reason: [sourceReason(raw, kind), ...said.reasons].join(', '),
    score: points,
  }
}

/** Whether a console script does nothing by its name alone: it has commands of its own, or wants an argument. */
async function wantsMore(view: View, { source }: RawCommand, script: string | undefined): Promise<boolean> {
  if (source !== 'console script') return false
  return script === undefined || WANTS.test((await view.text(script)) ?? '')
}
const WANTS =
  /\badd_subparsers\(|@(?:click|app|cli)\.(?:group|command|argument)|\btyper\.Typer\(|\brequired\s*=\s*True|\badd_argument\(\s*['"][a-z]/

async function programSays(
  view: View,
  script: string,
  { kind: byName, raw, results, learning, isDispatcher }: Weighing & { kind: CommandKind; raw: RawCommand },
): Promise<ProgramSays> {
  const text = (await view.text(script)) ?? ''
  const isTest = byName === 'evaluate' && /(?:^|[/_])test\.py$/.test(script) && TESTING.test(text)
  const kind = SERVING.test(text) ? 'serve' : isTest ? 'test' : byName
  const inner = /\.(?:py|ipynb|r|jl)$/i.test(script) ? script : programIn(view, script, text)
  const { learns, evaluates } =
    inner === undefined ? { learns: true, evaluates: false } : await learning(inner)
  const byContent = evaluates && !isDispatcher && BY_CONTENT_OF.has(kind)
  const writes =
    results.writers.has(script) || results.files.some((file) => raw.text.includes(basename(file)))
  const onlyName =
    kind === 'evaluate' && !evaluates && !writes && inner?.endsWith('.py') && raw.source === 'script name'
  const reasons = [
    ...(byContent ? ['its code computes metrics'] : []),
    ...(writes ? ['it writes a metrics file'] : []),
  ]
  const more = writes ? (kind === 'evaluate' ? WRITES.evaluate : WRITES.other) : 0
  return {
    kind: byContent ? 'train+evaluate' : kind,
    points: KIND_POINTS[kind] + (byContent ? BY_CONTENT : 0) + more + (onlyName ? ONLY_NAME : 0),
    reasons,
    learns: learns || writes,
    unknown: inner === undefined,
  }
}

/** Kinds that a program's text can make an evaluation. */
const BY_CONTENT_OF: ReadonlySet<CommandKind> = new Set(['train', 'run', 'predict', 'other'])

function pointsOfPlace(
  view: View,
  { source, extra = 0 }: RawCommand,
  { script, named }: { script: string | undefined; named: boolean },
): number {
  const place = SOURCE_POINTS[source] + extra
  if (script === undefined) return place + (named ? (ABSENT[source] ?? NOT_THERE) : 0)
  const folders = FOLDERS.reduce((sum, [folder, less]) => sum + (folder.test(script) ? less : 0), 0)
  return place + THERE + folders + (view.isVendored(script) ? VENDORED : 0)
}

/** Whether a command finds its program from where it is run, or from the top. */
const reaches = ({ cwd }: RawCommand, named: string, script: string): boolean =>
  join(cwd, named) === script || join(named) === script

const TRIED: ReadonlySet<CommandKind> = new Set([
  'evaluate',
  'train+evaluate',
  'run',
  'train',
  'pipeline',
  'predict',
])

/** Where a command has to be run: in the folder that is declared, or in which its program is found. */
function folderOf(view: View, { cwd, text, source }: RawCommand, script: string | undefined): string {
  const named = programOf(bare(text)).script
  if (cwd === '.' || source !== 'README' || script === undefined || named === undefined) return cwd
  return join(cwd, named) !== script && view.has(named) ? '.' : cwd
}

function kindByName(raw: RawCommand): CommandKind {
  if (NAMED_FIRST.has(raw.source)) return kindOf(raw.text, raw.name)
  const own = kindOf(raw.text)
  return (own === 'other' || own === 'run') && raw.name !== undefined ? kindOf(raw.text, raw.name) : own
}

function sourceReason({ source, name }: RawCommand, kind: CommandKind): string {
  const what =
    kind === 'evaluate'
      ? 'evaluates'
      : kind === 'train+evaluate'
        ? 'trains and evaluates'
        : kind === 'pipeline'
          ? 'runs the pipeline'
          : kind === 'train'
            ? 'trains'
            : 'runs'
  return name === undefined || !NAMED_FIRST.has(source)
    ? `${what}, by ${source}`
    : `${what}, by \`${name}\` of ${source}`
}

function wordOf(
  { source }: RawCommand,
  kind: CommandKind,
  { points, sure }: { points: number; sure: boolean },
): Word {
  if (!sure || source === 'script name') return 'guess'
  if (kind === 'evaluate' && (source === 'dvc.yaml' || source === 'MLproject')) return 'certain'
  return isEvaluation(kind) && points >= LIKELY ? 'likely' : 'guess'
}
