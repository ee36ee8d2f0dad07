import type { Found } from '../../../verdict/finding.js'
import { factsOfJson, LARGEST_RESULT, Facts } from '../facts.js'
import { REFUSED } from '../native.js'
import type { SourceTree } from '../source.js'
import { openArchive } from '../../../results/formats/zip.js'

/** Logs hold every message of every sample. Bytes. */
const LARGEST_LOG = 256 * 1024 * 1024

/**
 * The header of an `.eval` log: everything but the samples. A run that was cut off has only what it began
 * with, and no status.
 *
 * @param path relative to the working directory
 */
export async function openEval(
  { files, prefix }: SourceTree,
  path: string,
): Promise<Facts | { refused: Found }> {
  const file = prefix + path
  const refused = (message: string) => ({ refused: { rule: 'claims/unreadable', message, file } as const })
  const read = await files.read(path, LARGEST_LOG)
  if ('refused' in read) return { refused: { rule: REFUSED[read.refused], message: read.why, file } }
  const archive = openArchive(read.bytes, LARGEST_RESULT)
  if ('problem' in archive) return refused(`${file} ${archive.problem}`)
  const header = archive.read('header.json')
  if (header !== undefined && 'problem' in header) return refused(`${file} ${header.problem}`)
  if (header !== undefined) {
    const facts = factsOfJson(header.toString('utf8'), file)
    // Lines of a file inside an archive help nobody.
    return 'refused' in facts ? facts : new Facts(file, { value: facts.at(), lineOf: () => undefined })
  }
  const message = `the run of ${file} did not finish: the log has no header`
  return { refused: { rule: 'claims/unfinished', message, file } }
}
