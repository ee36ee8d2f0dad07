import type { Recorded } from './record.js'
import { oneLine } from './report/text.js'

/** What `reprogate record` says at the end: what was written, and what only a person can add. */
export function renderRecorded({ model, files, dirty, metrics, missing }: Recorded): string {
  const numbers = Object.entries(metrics).map(([name, value]) => `${oneLine(name, 60)} ${value}`)
  const lines = [
    `Recorded ${model}${numbers.length > 0 ? `: ${numbers.slice(0, 5).join(', ')}` : ''}`,
    ...files.map((file) => `  ✔ ${oneLine(file, 200)}`),
    ...(dirty.length > 0
      ? [
          '',
          `The work tree has changes that are not committed, and the record says so: ${oneLine(dirty.slice(0, 5).join(', '), 200)}`,
          '  Fix: commit them and record again. The evaluation ran on the commit, without them.',
        ]
      : []),
    '',
    missing.length === 0
      ? 'The record is complete. Commit it, and open the pull request.'
      : 'A machine cannot know the rest. Please add:',
    ...missing.map(
      ({ field, message, remedy }) => `  ${oneLine(field || message, 80)}: ${oneLine(remedy, 300)}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}
