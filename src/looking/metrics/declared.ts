import { dirname, join } from 'node:path/posix'
import type { Fact } from '../fact.js'
import type { View } from '../view.js'
import type { MetricsFile } from './file.js'
import { numbersOf } from './numbers.js'
import { isMetric } from './names.js'

/** Metrics that `dvc.yaml` declares: of a stage, and at its top. */
export async function declaredMetrics(view: View): Promise<Fact<MetricsFile>[]> {
  const found = await Promise.all(
    view.files
      .filter((file) => /(?:^|\/)dvc\.yaml$/.test(file))
      .map(async (file): Promise<Fact<MetricsFile>[]> => {
        const parsed = await view.yaml(file)
        const value = parsed?.value as { metrics?: unknown; stages?: Record<string, unknown> } | undefined
        if (!parsed || typeof value !== 'object' || value === null) return []
        const stages = Object.entries(
          typeof value.stages === 'object' && value.stages !== null ? value.stages : {},
        )
        const lists: [unknown, (string | number)[], string][] = [
          [value.metrics, ['metrics'], '.'],
          ...stages.map(([name, stage]): [unknown, (string | number)[], string] => {
            const own = stage as { metrics?: unknown; wdir?: unknown; do?: { metrics?: unknown } } | null
            return [
              own?.metrics ?? own?.do?.metrics,
              ['stages', name, 'metrics'],
              typeof own?.wdir === 'string' ? own.wdir : '.',
            ]
          }),
        ]
        const declared = lists.flatMap(([list, at, wdir]) =>
          (Array.isArray(list) ? list : []).flatMap((item: unknown, index) => {
            const name = typeof item === 'string' ? item : Object.keys((item as object | null) ?? {})[0]
            return name === undefined || name.includes('${')
              ? []
              : [{ path: join(dirname(file), wdir, name), line: parsed.lineOf([...at, index]) }]
          }),
        )
        const facts = await Promise.all(
          declared.map(async ({ path, line }): Promise<Fact<MetricsFile> | undefined> => {
            const place = view.at(file, line)
            if (!view.has(path))
              return {
                value: { path, metrics: {}, lines: new Map(), writers: [], alike: 1 },
                place,
                word: 'certain',
                reason: 'declared in dvc.yaml, not committed',
              }
            const read = await numbersOf(view, path, isMetric)
            // A declared file without one metric holds parameters.
            if (!read || Object.keys(read.metrics).length === 0) return undefined
            return {
              value: { path, writers: [], alike: 1, metrics: read.metrics, lines: read.lines },
              place,
              word: 'certain',
              reason: 'declared in dvc.yaml',
            }
          }),
        )
        return facts.filter((one) => one !== undefined)
      }),
  )
  return [...new Map(found.flat().map((one) => [one.value.path, one])).values()]
}
