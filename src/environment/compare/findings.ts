import { grouped, listed, plural } from '../../text/numbers.js'
import type { Difference } from '../../verdict/evidence.js'
import type { Found, Place } from '../../verdict/finding.js'
import type { RuleId } from '../../verdict/rules/index.js'
import { MASK } from '../secrets.js'
import { fromPurl } from '../packages/index.js'
import { CONTENT, isOfPackage, type EnvironmentComparison } from './comparison.js'
import { variableOf } from './config.js'
import { findMention, type SourceText } from './sources.js'

/** Of each kind; the rest is counted in one more finding. */
const MOST_FINDINGS = 20
/** Files that a finding about many of them names. */
const MOST_NAMED = 3
const OR_AGAIN = 'or record the run again'

const nameOf = (purl: string): string => fromPurl(purl)?.name ?? purl

/** `requirements.txt:4`, or the file alone if nobody knows the line. */
const placeText = ({ file, line }: Place): string => (line === undefined ? file : `${file}:${line}`)

function packageMessage({ name, pinned, rebuilt, note }: Difference): string {
  const where = note === undefined ? '' : ` (${note})`
  if (pinned === undefined) return `${nameOf(name)} ${rebuilt} is only in the rebuild${where}`
  if (rebuilt === undefined) return `${nameOf(name)} ${pinned} is missing in the rebuild${where}`
  return `${nameOf(name)} ${pinned} → ${rebuilt}${where}`
}

function packageRemedy({ name, pinned, rebuilt }: Difference, place: string): string {
  if (pinned === undefined) return `Keep ${nameOf(name)} out of the image (${place}), ${OR_AGAIN}.`
  const pin = fromPurl(name)?.ecosystem.pin(nameOf(name), pinned)
  return `${rebuilt === undefined ? 'Install' : 'Pin'} ${pin} in ${place}, ${OR_AGAIN}.`
}

function configMessage({ name, pinned, rebuilt, note }: Difference): string {
  const variable = variableOf(name)
  const what = variable === undefined ? `setting ${name}` : `environment variable ${variable}`
  if (pinned === undefined) return `${what} added: ${rebuilt}`
  if (rebuilt === undefined) return `${what} removed, it was ${pinned}`
  return `${what} changed: ${pinned} → ${rebuilt}${note === undefined ? '' : `, ${note}`}`
}

function configRemedy({ name, pinned }: Difference, place: string): string {
  const variable = variableOf(name)
  if (variable === undefined) return `Set it in ${place} as the recorded image has it, ${OR_AGAIN}.`
  if (pinned === MASK)
    return `Set ${variable} in ${place} to the value that the recorded image has, ${OR_AGAIN}.`
  return pinned === undefined
    ? `Remove ${variable} from ${place} or from its base image, ${OR_AGAIN}.`
    : `Set \`ENV ${variable}=${pinned}\` in ${place}, ${OR_AGAIN}.`
}

function fileMessage({ kind, name, owner, note, pinned, rebuilt }: Difference): string {
  const of = owner === undefined ? '' : ` of ${nameOf(owner)}`
  if (kind === 'folder' && owner !== undefined)
    return `a file in ${name} differs, where ${nameOf(owner)} is installed`
  if (pinned === undefined || rebuilt === undefined) return `${name}${of} is ${note ?? 'different'}`
  return note === CONTENT ? `${name}${of} edited` : `${name}${of}: ${note}`
}

/** Differences that get a finding each. */
interface FindingKind {
  rule: RuleId
  /** After a number. */
  nouns: string
  takes(difference: Difference): boolean
  /** How many it takes of all. */
  total(comparison: EnvironmentComparison): number
  message(difference: Difference): string
  /** @param place where it is mentioned, or the Dockerfile */
  remedy(difference: Difference, place: string): string
  /** What to look for in the Dockerfile; a package also in the other files that it reads. */
  mention(difference: Difference): string[]
  mentionedIn?: 'Dockerfile'
}

const KINDS: readonly FindingKind[] = [
  {
    rule: 'environment/package-differs',
    nouns: 'packages',
    takes: ({ kind }) => kind === 'package',
    total: ({ counts }) => counts.package ?? 0,
    message: packageMessage,
    remedy: packageRemedy,
    mention: ({ name }) => [nameOf(name)],
  },
  {
    rule: 'environment/config-differs',
    nouns: 'settings',
    takes: ({ kind }) => kind === 'config',
    total: ({ counts }) => counts.config ?? 0,
    message: configMessage,
    remedy: configRemedy,
    mention: ({ name }) => [variableOf(name) ?? name],
    mentionedIn: 'Dockerfile',
  },
  {
    rule: 'environment/package-file-differs',
    nouns: 'files of packages',
    takes: isOfPackage,
    total: ({ ofPackages }) => ofPackages,
    message: fileMessage,
    remedy: ({ owner = '' }, place) =>
      `Make the edit of ${nameOf(owner)} a step of ${place}, or record the run again with an image built from it.`,
    mention: ({ name, owner = '' }) => [name, nameOf(owner)],
    mentionedIn: 'Dockerfile',
  },
]

/**
 * One finding for each package, setting and file of a package; one for all other files together.
 *
 * @param dockerfile as findings name it; the place of whatever no source mentions
 */
export function differenceFindings(
  comparison: EnvironmentComparison,
  dockerfile: string,
  sources: readonly SourceText[],
): Found[] {
  return [
    ...KINDS.flatMap((kind) => findingsOfKind(kind, comparison, dockerfile, sources)),
    ...otherFindings(comparison, dockerfile, sources),
  ]
}

function findingsOfKind(
  kind: FindingKind,
  comparison: EnvironmentComparison,
  dockerfile: string,
  sources: readonly SourceText[],
): Found[] {
  const { rule, nouns, message, remedy, mention, mentionedIn } = kind
  const searched = mentionedIn ? sources.filter(({ file }) => file === dockerfile) : sources
  const taken = comparison.differences.filter(kind.takes).slice(0, MOST_FINDINGS)
  const found = taken.map((difference): Found => {
    const place = findMention(searched, mention(difference)) ?? { file: dockerfile }
    return {
      rule,
      message: message(difference),
      ...place,
      expected: difference.pinned,
      actual: difference.rebuilt,
      remedy: remedy(difference, placeText(place)),
    }
  })
  const more = kind.total(comparison) - found.length
  if (more === 0) return found
  return [
    ...found,
    { rule, message: `and ${grouped(more)} more ${nouns}, listed in the report`, file: dockerfile },
  ]
}

/** Files and folders that belong to no package. */
const outsideOf = ({ counts, ofPackages }: EnvironmentComparison): number =>
  (counts.file ?? 0) + (counts.folder ?? 0) + (counts['package-file'] ?? 0) - ofPackages

function otherFindings(
  comparison: EnvironmentComparison,
  dockerfile: string,
  sources: readonly SourceText[],
): Found[] {
  const others = comparison.differences.filter((difference) => !KINDS.some((kind) => kind.takes(difference)))
  const [first, ...rest] = others
  if (first === undefined) return []
  const place = (rest.length === 0 ? findMention(sources, [first.name]) : undefined) ?? { file: dockerfile }
  const names = others.map(({ name }) => name)
  const total = outsideOf(comparison)
  return [
    {
      rule: 'environment/file-differs',
      message:
        rest.length === 0
          ? `${fileMessage(first)}, and belongs to no package`
          : `${grouped(total)} files that belong to no package differ: ${listed(names, MOST_NAMED, total)}`,
      ...place,
      remedy: `Make ${first.name} the same in every build, in ${placeText(place)} (\`ARG SOURCE_DATE_EPOCH\`, fixed seeds, pinned downloads), ${OR_AGAIN}.`,
    },
  ]
}

/** `1 of 214 packages changed, 2 settings changed`; '' if nothing differs. */
export function changesText(comparison: EnvironmentComparison, packages: number): string {
  const { counts, ofPackages } = comparison
  const [changed, settings] = [counts.package ?? 0, counts.config ?? 0]
  const files = outsideOf(comparison)
  const parts = [
    changed > 0 && `${grouped(changed)} of ${plural(packages, 'package')} changed`,
    settings > 0 && `${plural(settings, 'setting')} changed`,
    ofPackages > 0 && `${plural(ofPackages, 'file')} of packages changed`,
    files > 0 && `${plural(files, 'file')} outside packages changed`,
  ]
  return parts.filter((part) => part !== false).join(', ')
}
