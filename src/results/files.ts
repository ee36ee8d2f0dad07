import { open, readFile, stat } from 'node:fs/promises'
import type { MetricComparison } from '../verdict/evidence.js'
import { gradeOf } from './comparison.js'
import type { ResultsGrade } from './grades.js'
import { compareMetrics } from './metrics/compare.js'
import { parseMetrics } from './metrics/parse.js'
import { notComparable, type PredictionOptions, type PredictionResult } from './prediction-result.js'
import { comparePredictions } from './predictions.js'

/** Bytes of a file that may hold metrics; predictions may be larger. */
const METRICS_LARGEST = 16 * 1024 ** 2

/** How two result files compare. */
export interface ComparedFiles {
  grade: ResultsGrade
  metrics: MetricComparison[]
  predictions?: PredictionResult['comparison']
}

/**
 * Compares two results of any kind: metrics if both files are, else predictions.
 *
 * @throws an error of the file system, if one of them cannot be read
 */
export async function compareResults(
  recorded: string,
  replayed: string,
  options: PredictionOptions = {},
): Promise<ComparedFiles> {
  const [before, after] = [await metricsIn(recorded), await metricsIn(replayed)]
  if (before && after) {
    const metrics = compareMetrics(before, after, options.tolerance, options.everywhere)
    return { grade: gradeOf({ metrics }), metrics }
  }
  const { grade, comparison } =
    before || after
      ? notComparable(0, 'one file holds metrics and the other does not')
      : await comparePredictions(recorded, replayed, options)
  const identical = grade === 'identical-values' && (await sameBytes(recorded, replayed))
  return { grade: identical ? 'identical' : grade, metrics: [], predictions: comparison }
}

const BLOCK = 1024 ** 2

async function sameBytes(one: string, other: string): Promise<boolean> {
  const files = await Promise.all([open(one), open(other)])
  const blocks = files.map(() => Buffer.allocUnsafe(BLOCK)) as [Buffer, Buffer]
  try {
    for (;;) {
      const read = await Promise.all(files.map((file, side) => file.read(blocks[side]!, 0, BLOCK, null)))
      const [a, b] = read.map(({ bytesRead }, side) => blocks[side]!.subarray(0, bytesRead)) as [
        Buffer,
        Buffer,
      ]
      if (!a.equals(b)) return false
      if (a.length === 0) return true
    }
  } finally {
    await Promise.all(files.map((file) => file.close()))
  }
}

async function metricsIn(file: string): Promise<Record<string, number> | null> {
  if ((await stat(file)).size > METRICS_LARGEST) return null
  // A table is rows of predictions, also if it has one.
  if (/\.[ct]sv$/i.test(file)) return null
  const metrics = parseMetrics(await readFile(file), file)
  return 'problem' in metrics ? null : Object.fromEntries(metrics.values)
}
