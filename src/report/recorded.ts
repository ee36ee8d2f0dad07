import { duration, listed, plural, shortNumber } from '../text/numbers.js'
import { plainText, printed, TERMINAL_SIGNS } from './plain.js'

/** What `record` wrote, and what it cannot know. */
export interface RecordedText {
  readonly model: string
  /** Files written, the record first. */
  readonly files: readonly string[]
  /** Changes that were not committed. */
  readonly dirty: readonly string[]
  readonly metrics: Readonly<Record<string, number>>
  readonly metricsFile?: string | undefined
  readonly leftOut: readonly string[]
  readonly pin: 'image' | 'manifest'
  readonly missing: readonly { readonly field: string; readonly message: string; readonly remedy: string }[]
}

const MOST = 5

/** The end of `reprogate record`: what was written, and what only a person can add. Text may be untrusted. */
export function renderRecorded(recorded: RecordedText): string {
  const { model, files, metrics, metricsFile, leftOut, pin } = recorded
  const figures = Object.entries(metrics).map(
    ([name, value]) => `${plainText(name, 60)} ${shortNumber(value)}`,
  )
  return printed([
    `  ${TERMINAL_SIGNS.good} recorded ${plainText(model, 100)}${figures.length > 0 ? `: ${listed(figures, MOST)}` : ''}`,
    ...files.map((file) => `    ${plainText(file, 1000)}`),
    ...(metricsFile === undefined ? [] : [`    metrics from ${plainText(metricsFile, 1000)}`]),
    ...(leftOut.length > 0
      ? [
          `    left out, as it never comes out the same again: ${listed(
            leftOut.map((name) => plainText(name, 60)),
            MOST,
          )}`,
        ]
      : []),
    ...(pin === 'manifest'
      ? ['    environment: built here, pinned by its manifest; `--push <repository>` pins the image itself.']
      : []),
    ...openLines(recorded),
  ])
}

/** What is open: changes that are not committed, and what only a person knows. */
function openLines({ dirty, missing }: Pick<RecordedText, 'dirty' | 'missing'>): string[] {
  const changes = dirty.map((path) => plainText(path, 200))
  return [
    ...(changes.length > 0
      ? [
          `  ${TERMINAL_SIGNS.doubt} the work tree has changes that are not committed: ${listed(changes, MOST)}`,
          '    fix: commit them, and record again.',
        ]
      : []),
    ...(missing.length > 0 ? ['', '  Only a person can add:'] : []),
    ...missing.flatMap(({ field, message, remedy }) => [
      `    ${field === '' ? '' : `${plainText(field, 200)}  `}${plainText(message)}`,
      `      fix: ${plainText(remedy)}`,
    ]),
  ]
}

/** What a command did that was run and watched. */
export interface CapturedText extends Pick<RecordedText, 'model' | 'files' | 'dirty' | 'missing'> {
  readonly seconds: number
  /** Bytes. */
  readonly memory?: number | undefined
  /** Files; undefined: nothing could watch. */
  readonly inputs?: number | undefined
  readonly outputs: number
}

/** The end of `reprogate record <model> -- <command>`. Text may be untrusted. */
export function renderCaptured(captured: CapturedText): string {
  const { model, files, seconds, memory, inputs, outputs } = captured
  const held = memory === undefined ? '' : `, ${Math.round(memory / 1024 ** 2)} MiB at most`
  const read = inputs === undefined ? '' : `${plural(inputs, 'file')} read, `
  return printed([
    `  ${TERMINAL_SIGNS.good} recorded ${plainText(model, 100)}: ${duration(seconds)}${held}; ${read}${plural(outputs, 'file')} written`,
    ...files.map((file) => `    ${plainText(file, 1000)}`),
    ...(inputs === undefined
      ? ['    what it read is not known: with `strace` installed it is recorded.']
      : []),
    ...openLines(captured),
  ])
}
