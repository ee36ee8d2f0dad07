import { listed } from '../text/numbers.js'
import type { CauseEvidence, Factor } from './evidence.js'

/** Factors or conditions that a sentence names; of more, the rest is counted. */
const MOST_NAMED = 4
const HOW_OFTEN = 'each seen twice'

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
  if (kind === 'condition') return note === undefined ? name : `${name} (${note})`
  if (kind === 'package-file') return `${what} (the same version, other files)`
  if (kind === 'file' || kind === 'folder') return note && note !== 'content' ? `${what} (${note})` : what
  if (kind === 'input') return name
  if (pinned === undefined) return `${what} ${rebuilt ?? ''} (only in the rebuild)`
  if (rebuilt === undefined) return `${what} ${pinned} (missing in the rebuild)`
  return kind === 'config' ? `${what} (${pinned} → ${rebuilt})` : `${what} ${pinned} → ${rebuilt}`
}

const and = (words: readonly string[]): string =>
  words.length > MOST_NAMED ? listed(words, MOST_NAMED) : words.join(' and ')

const named = (factors: readonly Factor[]): string => and(factors.map(factorText))

/** What is not to blame, as far as it was tried. */
const notExplained = ({ tried }: CauseEvidence): string =>
  tried.length === 0 ? '' : ` Not explained by ${listed(tried, 20)}.`

const startsWith = ({ image }: CauseEvidence): string =>
  image === 'pinned' ? 'The pinned image itself does not give the recorded result here' : ''

/** The first sentence says what accounts for the difference; the others how that was shown, and no more. */
interface Words {
  cause(evidence: CauseEvidence): string
  proof?(evidence: CauseEvidence): string
}

const WORDS: Record<CauseEvidence['shown'], Words> = {
  alone: {
    cause: ({ factors }) => `${named(factors)} alone accounts for the difference`,
    proof: ({ factors }) => {
      const what = and(factors.map(short))
      return `The rebuild with ${what} as pinned gives the recorded result, and the pinned image with ${what} as rebuilt does not, ${HOW_OFTEN}.`
    },
  },
  enough: {
    cause: ({ factors }) => `${named(factors)} is enough to change the result`,
    proof: ({ factors, also, why }) =>
      `In the rebuild, ${and(factors.map(short))} as pinned gives ${why === undefined ? 'another result' : `no result (${why})`}; with ${and(also.map(short))} as pinned too, the recorded one.`,
  },
  each: {
    cause: ({ factors }) => `${named(factors)} each change the result on their own`,
    proof: () => `Only with all of them as pinned does the record come back, ${HOW_OFTEN}.`,
  },
  together: {
    cause: ({ factors }) => `${named(factors)} change the result only together`,
    proof: ({ either }) =>
      either
        ? `Any one of them as pinned brings the recorded result back, ${HOW_OFTEN}.`
        : `None of them alone changes it in the pinned image, ${HOW_OFTEN}.`,
  },
  restores: {
    cause: ({ factors }) => `With ${named(factors)} as pinned, the rebuild gives the recorded result`,
    proof: () => 'What changes it in the pinned image was not found.',
  },
  among: {
    cause: ({ factors, differences }) =>
      factors.length === 0
        ? 'There was no time to find what made the difference'
        : `What made the difference is among ${factors.length} of ${differences}: ${named(factors)}`,
    proof: () => 'The time for the search was spent (`limits.cause` in the policy).',
  },
  'not-listed': {
    cause: ({ why }) =>
      why === undefined
        ? 'No listed difference of the images accounts for it'
        : `Whether a difference of the images accounts for it could not be tested: ${why}`,
    proof: () => 'The pinned image gives the recorded result.',
  },
  'pinned-fails': {
    cause: ({ why }) => `The pinned image itself gives no result here: ${why ?? ''}`,
  },
  condition: {
    cause: (evidence) =>
      evidence.image === 'pinned'
        ? `${startsWith(evidence)}; with ${named(evidence.factors)} it does`
        : `With ${named(evidence.factors)} the recorded result comes back`,
    proof: ({ image }) =>
      image === 'pinned' ? 'No package of the rebuild explains that.' : 'As the check runs it, it does not.',
  },
  input: {
    cause: ({ factors }) => `With ${named(factors)} of the previous record, the recorded result comes back`,
  },
  steadied: {
    cause: ({ factors }) =>
      `The evaluation does not repeat itself; with ${named(factors)} it did, 3 times of 3`,
  },
  unsteady: {
    cause: ({ image }) =>
      image === 'pinned'
        ? 'The evaluation does not repeat itself in the pinned image; nothing is attributed'
        : 'The evaluation does not repeat itself',
    proof: ({ tried }) =>
      tried.length === 0
        ? ''
        : `It does not either with these kept constant: ${listed(tried, 20)}; random numbers without a seed are likely.`,
  },
  'not-repeatable': {
    cause: () => 'A proof came out otherwise the second time; nothing is named',
  },
  unexplained: {
    cause: (evidence) =>
      `${startsWith(evidence) || 'The result is the same every time, and differs from the record'}`,
    proof: (evidence) =>
      evidence.moving.length === 0
        ? notExplained(evidence).trim()
        : `It moves with ${listed(evidence.moving, 20)}, but not to the recorded one.`,
  },
}

/** Whether something was found that a person can act upon. */
const FOUND: ReadonlySet<CauseEvidence['shown']> = new Set([
  ...(['alone', 'enough', 'each', 'together', 'restores'] as const),
  ...(['condition', 'input', 'steadied'] as const),
])
export const isFound = ({ shown }: CauseEvidence): boolean => FOUND.has(shown)

export interface CauseWords {
  /** A sentence without its full stop. */
  cause: string
  /** Whole sentences; '' if there are none. */
  proof: string
  fix?: string | undefined
}

/** What may be said of a search. */
export function causeWords(evidence: CauseEvidence): CauseWords {
  const { cause, proof } = WORDS[evidence.shown]
  const fixes = new Set(isFound(evidence) ? evidence.factors.flatMap(({ fix }) => fix ?? []) : [])
  return {
    cause: cause(evidence),
    proof: proof?.(evidence) ?? '',
    fix: fixes.size === 0 ? undefined : [...fixes].slice(0, 2).join(' '),
  }
}
