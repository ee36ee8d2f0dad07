import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { recordedPredictions } from '../data/answers.js'
import { verifyData, type ClaimedBytes, type DataCheck } from '../data/verify.js'
import type { Record_ } from '../provenance/schema.js'
import { knownAnswers } from '../system/answers.js'
import { plural } from '../text/numbers.js'
import type { Stage, Tools } from './stage.js'

/** Are the files that the record names still the recorded bytes? */
export const data: Stage = {
  name: 'data',
  title: 'data: are these the recorded bytes?',
  async check(tools, { claims: { record }, plan, tree }) {
    if (record === null) return { notRun: 'there is no record to go by' }
    const claimed = claimedBytes(record)
    if (claimed.length === 0) return { notRun: 'the record names no data and no model' }
    const predictions = record.evaluation?.predictions ?? {}
    const kept = await recordedPredictions(tools, predictions)
    const answers = await knownAnswers(
      plan.answers,
      { file: kept.file, metrics: record.evaluation?.metrics },
      tools.signal,
    )
    const there = tree.what === 'recorded commit' ? await oldFiles(tools, tree.commit) : undefined
    const at = async (path: string) =>
      there && (await tools.git.entry(tree.commit, path)) ? { ...tools, root: there } : tools
    const checked: DataCheck = { findings: [], data: [], mounts: [] }
    for (const one of claimed) {
      const request = { claimed: [one], answers, commit: record.code?.commit, judged: tree.commit }
      const { findings, data, mounts } = await verifyData(await at(one.path), request)
      checked.findings.push(...findings)
      checked.data.push(...data)
      checked.mounts.push(...mounts)
    }
    const verified = checked.data.filter((one) => one.verified)
    return {
      findings: [...checked.findings, ...kept.findings],
      summary: summaryOf(record, checked, claimed),
      unverified: verified.length < claimed.length,
      evidence: { data: checked.data },
      products: { mounts: checked.mounts, predictions: kept.file, answers },
    }
  },
}

/** The files that git tracked at the commit of a past run; others are where they are now. */
async function oldFiles({ git, scratch }: Tools, commit: string): Promise<string> {
  const folder = join(scratch, `audit-${commit}`)
  if (await lstat(folder).catch(() => null)) return folder
  await mkdir(folder)
  await git.export(commit, folder)
  return folder
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
      // What the evaluation itself writes is no input.
      path: model?.from === 'evaluation' ? undefined : model?.path,
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
