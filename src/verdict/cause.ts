import { listed } from '../text/numbers.js'
import type { CauseEvidence, Factor } from './evidence.js'

/** Factors or conditions that a sentence names; of more, the rest is counted. */
const MOST_NAMED = 4
/** Characters of a setting that a sentence quotes. */
const SHORT_NOTE = 40

/** Without the purl's type and namespace. */
const bare = (purl: string): string => purl.replace(/^pkg:[^/]+\/(?:[^/]+\/)*/, '')

/** `scikit-learn`, `the variable OMP_NUM_THREADS`, `/etc/app.conf`. */
function short({ kind, name, owner }: Factor): string {
  if (kind === 'package') return bare(name)
  if (kind === 'config') return `the variable ${name.replace(/^Env\./, '')}`
  return kind === 'package-file' && owner !== undefined ? bare(owner) : name
}

/** `scikit-learn 1.2.1 → 1.3.0`: with what changed of it. */
export function factorText(factor: Factor): string {
  const { kind, name, pinned, rebuilt, note } = factor
  const what = short(factor)
  if (kind === 'condition') return note && note.length <= SHORT_NOTE ? `${name} (${note})` : name
  if (kind === 'package-file') return `${what} (the same version, other files)`
  if (kind === 'file' || kind === 'folder') return note && note !== 'content' ? `${what} (${note})` : what
  if (kind === 'input') return name
  if (pinned === undefined) return `${what} ${rebuilt ?? ''} (only in the rebuild)`
  if (rebuilt === undefined) return `${what} ${pinned} (missing in the rebuild)`
  return kind === 'config' ? `${what} (${pinned} → ${rebuilt})` : `${what} ${pinned} → ${rebuilt}`
}

const and = (words: readonly string[]): string =>
  words.length > MOST_NAMED || words.length < 2
    ? listed(words, MOST_NAMED)
    : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

const named = (factors: readonly Factor[]): string => and(factors.map(factorText))
const shortly = (factors: readonly Factor[]): string => and(factors.map(short))

const NOT_THE_PINNED = 'the pinned image itself does not give the recorded result here'

interface Words {
  /** What accounts for it; goes on from what differs, as a clause. */
  cause(evidence: CauseEvidence): string
  /** How that was shown, and no more; whole sentences. */
  proof?(evidence: CauseEvidence): string
}

const WORDS: Record<CauseEvidence['shown'], Words> = {
  alone: {
    cause: ({ factors }) => `${named(factors)} alone accounts for it`,
    proof: ({ factors }) =>
      `The rebuild with ${shortly(factors)} as pinned gives the recorded result, and the pinned image with ${shortly(factors)} as rebuilt does not; each was seen twice.`,
  },
  enough: {
    cause: ({ factors }) => `${named(factors)} is enough to change the result`,
    proof: ({ factors, also, why }) =>
      `In the rebuild, ${shortly(factors)} as pinned gives ${why === undefined ? 'another result' : `no result (${why})`}; with ${shortly(also)} as pinned too, it gives the recorded one.`,
  },
  each: {
    cause: ({ factors }) => `${named(factors)} each change the result on their own`,
    proof: () => 'Only with all of them as pinned does the record come back; each was seen twice.',
  },
  together: {
    cause: ({ factors }) => `${named(factors)} change the result only together`,
    proof: ({ either }) =>
      either
        ? 'Any one of them as pinned brings the recorded result back; each was seen twice.'
        : 'None of them alone changes it in the pinned image; each was seen twice.',
  },
  restores: {
    cause: ({ factors }) => `with ${shortly(factors)} as pinned, the rebuild gives the recorded result`,
    proof: ({ factors }) =>
      `It changed: ${named(factors)}. What changes the result in the pinned image was not found.`,
  },
  among: {
    cause: ({ factors, differences }) =>
      factors.length === 0
        ? 'there was no time to find what made the difference'
        : `what made the difference is among ${factors.length} of ${differences}: ${named(factors)}`,
    proof: () => 'The time for the search is `limits.cause` of the policy.',
  },
  'not-listed': {
    cause: ({ why }) =>
      why === undefined
        ? 'the pinned image gives the recorded result, and no listed difference of the images accounts for it'
        : `whether a difference of the images accounts for it could not be tested: ${why}`,
  },
  'pinned-fails': {
    cause: ({ why }) => `the pinned image itself gives no result here: ${why ?? ''}`,
  },
  condition: {
    cause: ({ image, factors }) =>
      image === 'pinned'
        ? `${NOT_THE_PINNED}; with ${named(factors)} it does`
        : `with ${named(factors)} the recorded result comes back`,
    proof: ({ image }) => (image === 'pinned' ? 'No package of the rebuild explains that.' : ''),
  },
  input: {
    cause: ({ factors }) => `with ${named(factors)} of the previous record, the recorded result comes back`,
  },
  steadied: {
    cause: ({ factors }) => `with ${named(factors)} three agreed`,
  },
  unsteady: {
    cause: ({ image }) =>
      image === 'pinned'
        ? 'the evaluation does not repeat itself in the pinned image, so nothing is attributed'
        : 'random numbers without a seed are likely',
    proof: ({ tried }) =>
      tried.length === 0 ? '' : `It does not repeat itself either with a fixed ${listed(tried, 20)}.`,
  },
  'not-repeatable': {
    cause: () => 'a proof came out otherwise the second time, so nothing is named',
  },
  asks: {
    cause: ({ factors }) =>
      `it asks for ${factors.map(({ name, note }) => `${name} (${note})`).join()}, which a replay does not have`,
    proof: ({ tried }) => (tried.length === 0 ? '' : `Not explained by ${listed(tried, 20)}.`),
  },
  unexplained: {
    cause: ({ image }) =>
      image === 'pinned' ? NOT_THE_PINNED : 'it is the same every time here, and differs from the record',
    proof: ({ moving, tried }) => {
      if (moving.length > 0) return `It moves with ${listed(moving, 20)}, but not to the recorded result.`
      return tried.length === 0 ? '' : `Not explained by ${listed(tried, 20)}.`
    },
  },
}

/** Whether something was found that a person can act upon. */
const FOUND: ReadonlySet<CauseEvidence['shown']> = new Set([
  ...(['alone', 'enough', 'each', 'together', 'restores'] as const),
  ...(['condition', 'input', 'steadied', 'asks'] as const),
])
export const isFound = ({ shown }: CauseEvidence): boolean => FOUND.has(shown)

export interface CauseWords {
  /** A clause. */
  cause: string
  /** Whole sentences; '' if there are none. */
  proof: string
  fix?: string | undefined
}

/** On what it depends that the package makes a difference at all. */
const dispatchText = ({ dispatch }: CauseEvidence): string | undefined =>
  dispatch === undefined
    ? undefined
    : `It acts through the choice of CPU instructions: with the kernels of ${dispatch}, the pinned image gives the result of the rebuild, too. Another processor may show no difference.`

/** What may be said of a search. */
export function causeWords(evidence: CauseEvidence): CauseWords {
  const { cause, proof } = WORDS[evidence.shown]
  const [first, second] = isFound(evidence) ? evidence.factors : []
  // Of those that act only together, one is enough.
  const also = evidence.shown === 'each' && second ? ` The same goes for ${short(second)}.` : ''
  return {
    cause: cause(evidence),
    proof: [proof?.(evidence), dispatchText(evidence)].filter(Boolean).join(' '),
    fix: first?.fix && first.fix + also,
  }
}
