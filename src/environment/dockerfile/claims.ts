import { listed, plural } from '../../text/numbers.js'
import { withoutEnd } from '../../text/trim.js'
import type { Found } from '../../verdict/finding.js'
import type { BuildArguments } from '../base-images.js'
import { PARSED_CAP } from '../base-images.js'
import { installsOf } from './installs.js'
import { linesOf, readInstructions, readingsOf, type Instruction } from './instructions.js'
import { purposeOf, type FoundPurpose } from './purpose.js'
import { wordsOf } from './words.js'

/** What a Dockerfile says of its image, beside what it builds on. */
export interface DockerfileClaims {
  findings: Found[]
  purpose: FoundPurpose
  /** Files whose contents its steps install, as written. */
  files: string[]
}

const NAMED = 5

/**
 * What tomorrow's build may take that today's did not: installations without a version, what is fetched
 * without a digest, and files that get the time of the build.
 *
 * @param file as findings name it
 */
export function dockerfileClaims(file: string, text: string, args: BuildArguments = {}): DockerfileClaims {
  if (text.length > PARSED_CAP) return { findings: [], purpose: { purpose: 'open' }, files: [] }
  const lines = linesOf(text)
  const { instructions } = readInstructions(lines, readingsOf(lines)[0]!)
  const { loose, files } = installsOf(instructions)
  const purpose = purposeOf(instructions)
  return {
    findings: [
      ...looseFindings(file, loose),
      ...instructions.flatMap((one) => remoteFindings(file, one)),
      ...epochFindings(file, instructions, args),
      ...servingFindings(file, purpose),
    ],
    purpose,
    files,
  }
}

/** One for each step: they are pinned together. */
function looseFindings(file: string, loose: ReturnType<typeof installsOf>['loose']): Found[] {
  const steps = new Map<string, typeof loose>()
  for (const one of loose) {
    const key = `${one.line} ${one.tool}`
    const known = steps.get(key)
    if (known) known.push(one)
    else steps.set(key, [one])
  }
  return [...steps.values()].map((all) => {
    const [{ tool, line }] = all as [(typeof all)[0]]
    const names = listed([...new Set(all.map(({ name }) => name))], NAMED)
    return {
      rule: 'environment/install-unpinned',
      message: `${tool} installs ${plural(all.length, 'package')} without a version: ${names}`,
      file,
      line,
      remedy:
        tool === 'pip'
          ? `Write the versions in ${file}:${line}, or install from a lock with hashes (\`reprogate init\` writes one).`
          : `Write the versions in ${file}:${line} (\`<name>=<version>\`), or start from an image by digest that has them.`,
    }
  })
}

const CHECKSUM = 'checksum'
const GIT_COMMIT = /#[0-9a-f]{40}(?:[0-9a-f]{24})?(?::|$)/

function remoteFindings(file: string, { keyword, rest, flags, line }: Instruction): Found[] {
  if (keyword !== 'ADD' || flags.some(({ name }) => name.toLowerCase() === CHECKSUM)) return []
  const remote = wordsOf(rest).find((word) => /^["[]*(?:https?|git|ssh):\/\/|^["[]*git@/.test(word))
  if (remote === undefined || GIT_COMMIT.test(withoutEnd(remote, '"],'))) return []
  return [
    {
      rule: 'environment/remote-unpinned',
      message: `ADD fetches ${remote.replace(/["[\],]/g, '').slice(0, 200)} without a checksum`,
      file,
      line,
    },
  ]
}

const EPOCH = 'SOURCE_DATE_EPOCH'

function epochFindings(file: string, instructions: readonly Instruction[], args: BuildArguments): Found[] {
  const says = ({ keyword, text }: Instruction) =>
    (keyword === 'ARG' || keyword === 'ENV' || keyword === 'RUN') && text.includes(EPOCH)
  const step = instructions.find(({ keyword }) => keyword === 'RUN')
  if (step === undefined || Object.hasOwn(args, EPOCH) || instructions.some(says)) return []
  return [
    {
      rule: 'environment/epoch-missing',
      message: `nothing sets ${EPOCH}, so that what the build writes gets the time of the build`,
      file,
      line: step.line,
    },
  ]
}

function servingFindings(file: string, { purpose, line }: FoundPurpose): Found[] {
  if (purpose !== 'serves') return []
  return [
    {
      rule: 'environment/dockerfile-serves',
      message: 'the image is for serving a model, and nothing says that it can evaluate one',
      file,
      line,
    },
  ]
}
