import { recordedPredictions } from '../data/answers.js'
import { verifyData, type ClaimedBytes, type DataCheck } from '../data/verify.js'
import type { Record_ } from '../provenance/schema.js'
import { plural } from '../text/numbers.js'
import type { Stage } from './stage.js'

/** Are the files that the record names still the recorded bytes? */
export const data: Stage = {
  name: 'data',
  title: 'data: are these the recorded bytes?',
  async check(tools, { claims: { record }, plan }) {
    if (record === null) return { notRun: 'there is no record to go by' }
    const claimed = claimedBytes(record)
    if (claimed.length === 0) return { notRun: 'the record names no data and no model' }
    const checked = await verifyData(tools, { claimed, answers: plan.answers, commit: record.code?.commit })
    const kept = await recordedPredictions(tools, record.evaluation?.predictions ?? {})
    const verified = checked.data.filter((one) => one.verified)
    return {
      findings: [...checked.findings, ...kept.findings],
      summary: summaryOf(record, checked, claimed),
      unverified: verified.length < claimed.length,
      evidence: { data: checked.data },
      products: { mounts: checked.mounts, predictions: kept.file },
    }
  },
}

/** Data sets and the model are checked alike. */
export function claimedBytes({ data: sets = [], model }: Record_): ClaimedBytes[] {
  const files = [
    ...sets.map(({ name, path, digest, list }, index) => ({
      field: `data[${index}]`,
      name: name ?? path,
      path,
      digest,
      list,
      rules: { missing: 'data/file-missing', mismatch: 'data/digest-mismatch' } as const,
    })),
    {
      field: 'model',
      name: model?.name ?? model?.path,
      path: model?.path,
      digest: model?.digest,
      rules: { missing: 'model/file-missing', mismatch: 'model/digest-mismatch' } as const,
    },
  ]
  return files.flatMap(({ path, name, ...file }) =>
    path === undefined ? [] : [{ ...file, path, name: name ?? path }],
  )
}

/** `digits@v3: 2 files hashed again, as recorded`, or `1 of 2 as recorded, 1 without a digest` */
function summaryOf(
  { data: sets = [] }: Record_,
  { data: checked }: DataCheck,
  claimed: readonly ClaimedBytes[],
): string {
  const verified = checked.filter((one) => one.verified)
  const undigested = claimed.filter(({ digest }) => digest === undefined).length
  if (verified.length < claimed.length)
    return `${verified.length} of ${claimed.length} as recorded${undigested > 0 ? `, ${undigested} without a digest` : ''}`
  const names = new Set(sets.map(({ name, version }) => [name, version].filter(Boolean).join('@')))
  names.delete('')
  const files = verified.reduce((sum, one) => sum + one.files, 0)
  return `${[...names].join(', ') || 'model'}: ${plural(files, 'file')} hashed again, as recorded`
}
