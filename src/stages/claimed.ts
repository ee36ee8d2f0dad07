import { tooWideFindings } from '../results/metrics/claimed-change.js'
import { harnessTasks, readSuite, samplesPath, type SuiteRun } from '../results/suites/suite.js'
import type { Context } from '../system/context.js'
import type { MetricComparison } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import type { Subject } from './subject.js'

/** What the change claims, beside what its replay gives. */

/** Metrics whose tolerance is wider than what the change claims against its base. */
export const tooWide = ({ before, claims }: Subject, compared: readonly MetricComparison[]): Found[] =>
  tooWideFindings(
    before?.record?.evaluation?.metrics ?? {},
    claims.record?.evaluation?.metrics ?? {},
    compared,
  )

/** Bytes of a result, and of the samples of a task. */
const LARGEST = { result: 16 * 1024 ** 2, samples: 64 * 1024 ** 2 }
const MOST_TASKS = 100

/** What a suite of prompts left in the judged commit, if the record is of one or lies beside its result. */
export async function recordedSuite(
  { git }: Pick<Context, 'git'>,
  { tree, model, claims }: Pick<Subject, 'tree' | 'model' | 'claims'>,
): Promise<SuiteRun | undefined> {
  const read = async (path: string, cap: number): Promise<Buffer | undefined> => {
    const size = await git.sizeOf(tree.commit, path)
    return size === undefined || size > cap ? undefined : ((await git.show(tree.commit, path)) ?? undefined)
  }
  const [metric] = Object.keys(claims.record?.evaluation?.metrics ?? {})
  const said = metric === undefined ? undefined : claims.at(`evaluation.metrics.${metric}`).place.file
  for (const path of new Set([said, model.settings.record])) {
    if (!path?.endsWith('.json')) continue
    const bytes = await read(path, LARGEST.result)
    if (!bytes) continue
    const samples = new Map<string, Buffer>()
    for (const task of (harnessTasks(bytes) ?? []).slice(0, MOST_TASKS)) {
      const text = await read(samplesPath(path, task), LARGEST.samples)
      if (text) samples.set(task, text)
    }
    const suite = readSuite(bytes, (task) => samples.get(task))
    if (suite) return suite
  }
  return undefined
}
