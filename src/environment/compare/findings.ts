import type { Found } from '../../system/context.js'
import type { Difference } from '../../verdict/report.js'
import type { RuleId } from '../../verdict/rules.js'
import type { Comparison } from './differences.js'
import type { SourceText } from './sources.js'
import { findMention } from './sources.js'
import { count } from '../../text/latin1.js'

/** Of each kind; the rest is counted in one more finding. */
const FINDINGS = 20
const NAMED = 3

const shortName = (name: string): string => name.replace(/^pkg:[a-z]+\/(?:debian\/)?/, '')
const isPython = (name: string): boolean => name.startsWith('pkg:pypi/')
const edited = (difference: Difference): boolean =>
  difference.pinned !== undefined && difference.rebuilt !== undefined

function packageMessage({ name, pinned, rebuilt, note }: Difference): string {
  const where = note === undefined ? '' : ` (${note})`
  if (pinned === undefined) return `${shortName(name)} ${rebuilt} is only in the rebuild${where}`
  if (rebuilt === undefined) return `${shortName(name)} ${pinned} is missing in the rebuild${where}`
  return `${shortName(name)} ${pinned} → ${rebuilt}${where}`
}

function packageRemedy({ name, pinned, rebuilt }: Difference, file: string): string {
  const short = shortName(name)
  if (pinned === undefined) return `Keep ${short} out of the image (${file}), or record the run again.`
  const pin = `${short}${isPython(name) ? '==' : '='}${pinned}`
  return `${rebuilt === undefined ? 'Install' : 'Pin'} ${pin} in ${file}, or record the run again.`
}

function configMessage({ name, pinned, rebuilt }: Difference): string {
  const what = name.startsWith('Env.') ? `environment variable ${name.slice(4)}` : `setting ${name}`
  if (pinned === undefined) return `${what} added: ${rebuilt}`
  if (rebuilt === undefined) return `${what} removed (was ${pinned})`
  return `${what} changed: ${pinned} → ${rebuilt}`
}

function configRemedy({ name, pinned }: Difference, file: string): string {
  if (!name.startsWith('Env.'))
    return `Set it in ${file} as the recorded image has it, or record the run again.`
  const variable = name.slice(4)
  return pinned === undefined
    ? `Remove ${variable} from ${file} or from its base image, or record the run again.`
    : `Set \`ENV ${variable}=${pinned}\` in ${file}, or record the run again.`
}

function fileMessage(difference: Difference): string {
  const { name, owner, note } = difference
  const of = owner === undefined ? '' : ` of ${shortName(owner)}`
  if (difference.kind === 'folder' && owner !== undefined)
    return `a file in ${name} differs, where ${shortName(owner)} lies`
  if (!edited(difference)) return `${name}${of} is ${note ?? 'different'}`
  return note === 'content' ? `${name}${of} edited` : `${name}${of}: ${note}`
}

interface Kind {
  rule: RuleId
  nouns: string
  takes(difference: Difference): boolean
  message(difference: Difference): string
  remedy(difference: Difference, file: string): string
  /** What to look for in the Dockerfile; a package also in the other files that it reads. */
  mention(difference: Difference): string[]
  mentionedIn?: 'Dockerfile'
}

const KINDS: readonly Kind[] = [
  {
    rule: 'environment/package-differs',
    nouns: 'packages',
    takes: ({ kind }) => kind === 'package',
    message: packageMessage,
    remedy: packageRemedy,
    mention: ({ name }) => [shortName(name)],
  },
  {
    rule: 'environment/config-differs',
    nouns: 'settings',
    takes: ({ kind }) => kind === 'config',
    message: configMessage,
    remedy: configRemedy,
    mention: ({ name }) => [name.startsWith('Env.') ? name.slice(4) : name],
    mentionedIn: 'Dockerfile',
  },
  {
    rule: 'environment/package-file-differs',
    nouns: 'files of packages',
    takes: ({ kind, owner }) => kind === 'package-file' || (kind === 'folder' && owner !== undefined),
    message: fileMessage,
    remedy: ({ owner = '' }, file) =>
      `Make the edit of ${shortName(owner)} a step of ${file}, or record the run again with an image built from it.`,
    mention: ({ name, owner = '' }) => [name, shortName(owner)],
    mentionedIn: 'Dockerfile',
  },
]

/** One finding for each package, setting and file of a package; one for all other files together. */
export function differenceFindings(
  { differences }: Comparison,
  dockerfile: string,
  sources: readonly SourceText[],
): Found[] {
  const found: Found[] = []
  for (const kind of KINDS) {
    const all = differences.filter(kind.takes)
    const places = kind.mentionedIn ? sources.filter(({ file }) => file === dockerfile) : sources
    for (const difference of all.slice(0, FINDINGS)) {
      const at = findMention(places, kind.mention(difference)) ?? { file: dockerfile }
      found.push({
        rule: kind.rule,
        message: kind.message(difference),
        ...at,
        ...(difference.pinned !== undefined && { expected: difference.pinned }),
        ...(difference.rebuilt !== undefined && { actual: difference.rebuilt }),
        remedy: kind.remedy(difference, at.file),
      })
    }
    if (all.length > FINDINGS) {
      found.push({
        rule: kind.rule,
        message: `and ${all.length - FINDINGS} more ${kind.nouns}, listed in the report`,
        file: dockerfile,
      })
    }
  }

  const others = differences.filter((difference) => !KINDS.some((kind) => kind.takes(difference)))
  if (others.length > 0) {
    const named = others.slice(0, NAMED)
    const rest = others.length - named.length
    const at = others.length === 1 ? findMention(sources, [others[0]!.name]) : undefined
    found.push({
      rule: 'environment/file-differs',
      message:
        others.length === 1
          ? `${fileMessage(others[0]!)}, and belongs to no package`
          : `${count(others.length, 'file')} that belong to no package differ: ${named
              .map(({ name }) => name)
              .join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
      ...(at ?? { file: dockerfile }),
      remedy: `Make ${others[0]!.name} the same in every build (\`ARG SOURCE_DATE_EPOCH\`, fixed seeds, pinned downloads), or record the run again.`,
    })
  }
  return found
}

/** `1 of 214 packages changed, 2 settings changed`. */
export function summarise({ level, counts, differences }: Comparison, packages: number): string {
  const number = (kind: Difference['kind']) => counts[kind] ?? 0
  const owned = differences.filter(KINDS[2]!.takes).length
  const files = number('file') + number('folder') + number('package-file') - owned
  const parts = [
    number('package') > 0 &&
      `${number('package').toLocaleString('en-US')} of ${count(packages, 'package')} changed`,
    number('config') > 0 && `${count(number('config'), 'setting')} changed`,
    owned > 0 && `${count(owned, 'file')} of packages changed`,
    files > 0 && `${count(files, 'file')} outside packages changed`,
  ]
  return `${level}: ${parts.filter((part) => part !== false).join(', ')}`
}
