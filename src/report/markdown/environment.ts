import { plural } from '../../text/numbers.js'
import type { Difference, EnvironmentEvidence } from '../../verdict/evidence.js'
import { code, details, prose, table } from './escape.js'
import { moreOf, optionalValue, paragraphs } from './values.js'

type Kind = Difference['kind']

const NOUNS: Record<Kind, readonly [string, string]> = {
  package: ['package', 'packages'],
  config: ['setting', 'settings'],
  'package-file': ['file of a package', 'files of packages'],
  file: ['other file', 'other files'],
  folder: ['folder', 'folders'],
}
const KINDS = Object.keys(NOUNS) as Kind[]

/** What differs between the pinned image and the rebuild: packages and settings first, then files. */
export function environmentFold(
  environment: EnvironmentEvidence | undefined,
  max: number,
): string | undefined {
  if (!environment || environment.differences.length === 0) return undefined
  const { differences, differenceCounts } = environment
  const shown = differences.slice(0, max)
  const all = Object.values(differenceCounts).reduce((sum, n) => sum + n, 0)
  const body = paragraphs([
    valuesTable(shown.filter(hasValues)),
    filesTable(shown.filter((difference) => !hasValues(difference))),
    moreOf(shown.length, all, ['difference', 'differences']),
    pinnedText(environment),
  ])
  return details(`<b>Environment</b>: ${countsInWords(environment)}`, body)
}

const hasValues = ({ kind }: Difference): boolean => kind === 'package' || kind === 'config'

/** `1 package, no settings, no other files`: a zero is told only of what was compared one by one. */
function countsInWords({ differenceCounts, pinned }: EnvironmentEvidence): string {
  // A manifest keeps the files of a folder as one digest.
  const zeros: readonly Kind[] =
    pinned?.from === 'manifest' ? ['package', 'config'] : ['package', 'config', 'file']
  return KINDS.flatMap((kind) => {
    const number = differenceCounts[kind] ?? 0
    const [one, many] = NOUNS[kind]
    if (number > 0) return [plural(number, one, many)]
    return zeros.includes(kind) ? [`no ${many}`] : []
  }).join(', ')
}

function valuesTable(differences: readonly Difference[]): string | undefined {
  if (differences.length === 0) return undefined
  const settings = differences.some(({ kind }) => kind === 'config')
  return table(
    [
      [settings ? 'package or setting' : 'package', 'left'],
      ['pinned', 'left'],
      ['rebuilt', 'left'],
    ],
    differences.map(({ name, pinned, rebuilt }) => [
      code(name, 'cell', 80),
      optionalValue(pinned, 100),
      optionalValue(rebuilt, 100),
    ]),
  )
}

function filesTable(differences: readonly Difference[]): string | undefined {
  if (differences.length === 0) return undefined
  return table(
    [
      ['file', 'left'],
      ['what differs', 'left'],
      ['of package', 'left'],
    ],
    differences.map(({ name, note, owner }) => [
      code(name, 'cell', 120),
      note === undefined ? 'content' : prose(note, 'cell', undefined, 120),
      owner === undefined ? 'none' : code(owner, 'cell', 80),
    ]),
  )
}

function pinnedText({ pinned }: EnvironmentEvidence): string | undefined {
  if (!pinned) return undefined
  if (pinned.image === undefined) return 'Pinned by its manifest: no registry has the image.'
  return pinned.from === 'manifest'
    ? `The pinned image ${code(pinned.image)} could not be pulled; the manifest in the record stands in for it.`
    : `Pinned: ${code(pinned.image)}`
}
