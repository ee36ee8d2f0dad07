import type { Finding } from '../verdict/finding.js'
import type { ModelReport, Report } from '../verdict/report.js'
import { RULES } from '../verdict/rules/index.js'
import { clip, oneLine } from '../text/clean.js'
import { answerTo } from './told.js'
import { inForce } from './words.js'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  /** Relative to the root of the repository. */
  readonly file: string
  /** From 1. */
  readonly line?: number | undefined
  /** At most 255 characters. */
  readonly title: string
  /** At most 4,096 characters; may have several lines. */
  readonly message: string
}

/** GitHub shows no more of one level in one step, and says nothing about the rest. */
const PER_LEVEL = 10
const TITLE = 255
const MESSAGE = 4096
/** As long as paths can be. */
const PATH = 4096

/** A path with unseen characters in it cannot be shown, and cleaned it names another file. */
const seen = (path: string | undefined): string | undefined =>
  path !== undefined && oneLine(path, PATH) === path ? path : undefined

function annotation(finding: Finding, model: ModelReport): Annotation {
  const { rule, file, line, expected, actual, field } = finding
  const text = [
    oneLine(finding.message, 1500),
    ...(field === undefined ? [] : [`Field: ${oneLine(field, 200)}`]),
    ...(expected === undefined ? [] : [`Expected: ${oneLine(expected, 500)}`]),
    ...(actual === undefined ? [] : [`Actual: ${oneLine(actual, 500)}`]),
    `${finding.waived ? '' : 'To fix: '}${oneLine(answerTo(finding), 800)}`,
    `Rule: ${rule}`,
  ]
  const place = seen(file)
  return {
    level: finding.waived ? 'notice' : finding.level === 'error' ? 'error' : 'warning',
    file: place ?? oneLine(model.record, PATH),
    line: place === undefined ? undefined : line,
    title: oneLine(`${oneLine(model.name, 100)}: ${RULES[rule].title}`, TITLE),
    message: text.join('\n'),
  }
}

/** At most ten, the last of which says how many more there are. */
function limited(all: readonly Annotation[]): Annotation[] {
  const rest = all.length - PER_LEVEL
  if (rest <= 0) return [...all]
  const note = `\n\n${rest} more of this level ${rest === 1 ? 'is' : 'are'} in the report.`
  return all
    .slice(0, PER_LEVEL)
    .map((one, index) =>
      index === PER_LEVEL - 1 ? { ...one, message: clip(one.message, MESSAGE - note.length) + note } : one,
    )
}

/**
 * Annotations on the lines of record, policy, Dockerfile and data, errors first. Text is one line per
 * item, without control characters; whoever writes them as workflow commands escapes `%` and line breaks.
 */
export function annotations(report: Report): Annotation[] {
  const all = report.models.flatMap((model) =>
    inForce(model.findings).map((finding) => annotation(finding, model)),
  )
  return [
    ...limited(all.filter(({ level }) => level === 'error')),
    ...limited(all.filter(({ level }) => level === 'warning')),
    ...limited(all.filter(({ level }) => level === 'notice')),
    ...policyNotice(report),
  ]
}

function policyNotice({ policy: { path, change, from } }: Report): Annotation[] {
  if (change === undefined) return []
  const judge = path === null ? 'the built-in defaults' : `the policy of ${oneLine(from, 200)}`
  return [
    {
      level: 'notice',
      file: oneLine(path ?? 'reprogate.yml', PATH),
      title: 'The policy changes in this pull request',
      message: `Judged by ${judge}; the change takes effect once it is merged.`,
    },
  ]
}
