import { HEAD, hasFittingSize, isAnswerForm, mayHold } from '../../system/answer-forms.js'
import type { AnswerRows } from '../../system/answer-rows.js'
import { showPath } from '../../text/latin1.js'
import { BATCH, type Pause } from '../pause.js'
import type { Manifest } from './manifest.js'
import type { TarHeader } from './tar-header.js'
import type { TarSink } from './tar.js'

/**
 * Files of an image that are recorded answers: an evaluation inside it could print them.
 *
 * @param image with every file, also those that the comparison ignores or masks
 * @param digests `sha256:…`; others cannot be compared with an image
 * @returns their paths as people read them, in the order of the files
 */
export async function answersAmong(
  { entries, disguised }: Pick<Manifest, 'disguised'> & { entries: Pick<Manifest['entries'], 'contents'> },
  digests: readonly string[],
  pause: Pause,
): Promise<string[]> {
  const wanted = new Set(
    digests.flatMap((digest) => (digest.startsWith('sha256:') ? [digest.slice('sha256:'.length)] : [])),
  )
  const found = new Set<string>()
  let done = 0
  for (const [path, digest] of wanted.size === 0 ? [] : entries.contents()) {
    if (wanted.has(digest)) found.add(showPath(path))
    if (++done % BATCH === 0) await pause()
  }
  for (const path of disguised) found.add(showPath(path))
  return [...found]
}

/** Looks through the files of an image, as they come, for what the answers say in other bytes. */
export class AnswerFinder {
  /** Paths, latin1 without a leading slash. */
  readonly found: string[] = []

  constructor(private readonly answers: readonly AnswerRows[]) {}

  /** The sink for a file that may be one; what its size or its first bytes rule out is not kept. */
  look({ path, type, size }: TarHeader): TarSink | null {
    if (type !== 'file' || !hasFittingSize(size, this.answers)) return null
    const kept: Buffer[] = []
    let length = 0
    let isOpen = true
    const isRuledOut = () => !mayHold(Buffer.concat(kept), size, this.answers)
    return {
      data: (chunk) => {
        if (!isOpen) return
        const isHead = length < HEAD
        kept.push(Buffer.from(chunk))
        length += chunk.length
        if (!isHead || length < HEAD || !isRuledOut()) return
        isOpen = false
        kept.length = 0
      },
      end: () => {
        if (isOpen && isAnswerForm(Buffer.concat(kept), this.answers))
          this.found.push(path.replace(/^(?:\.?\/)+/, ''))
      },
    }
  }
}
