import { dirname, join } from 'node:path/posix'
import { stageFiles } from '../command/declared.js'
import type { Fact } from '../fact.js'
import type { View } from '../view.js'
import type { MetricsFile } from './file.js'
import { numbersOf } from './numbers.js'
import { isMetric } from './names.js'

/** Metrics that `dvc.yaml` declares: of a stage, and at its top. */
export async function declaredMetrics(view: View): Promise<Fact<MetricsFile>[]> {
  const all = [...(await ofPipelines(view)), ...(await ofStageFiles(view))]
  return [...new Map(all.map((one) => [one.value.path, one])).values()]
}

/** Outs with `metric: true` of a stage that has a file of its own, as DVC wrote them before 1.0. */
async function ofStageFiles(view: View): Promise<Fact<MetricsFile>[]> {
  const found = await Promise.all(
    stageFiles(view).map(async (file): Promise<Fact<MetricsFile>[]> => {
      const parsed = await view.yaml(file)
      const value = parsed?.value as { cmd?: unknown; wdir?: unknown; outs?: unknown } | null | undefined
      if (!parsed || typeof value?.cmd !== 'string' || !Array.isArray(value.outs)) return []
      const wdir = typeof value.wdir === 'string' ? value.wdir : '.'
      const outs = value.outs as ({ path?: unknown; metric?: unknown } | null)[]
      const facts = outs.map(async (out, index): Promise<Fact<MetricsFile> | undefined> => {
        if (typeof out?.path !== 'string' || out.metric === undefined || out.metric === false)
          return undefined
        const path = join(dirname(file), wdir, out.path)
        const read = view.has(path) ? await numbersOf(view, path, isMetric) : undefined
        const { metrics = {}, lines = new Map<string, number>() } = read ?? {}
        return {
          value: { path, metrics, lines, writers: [], alike: 1, stage: 1 },
          place: view.at(file, parsed.lineOf(['outs', index])),
          word: 'certain',
          reason: `declared in ${file}${read ? '' : ', not committed'}`,
        }
      })
      return (await Promise.all(facts)).filter((one) => one !== undefined)
    }),
  )
  return found.flat()
}

async function ofPipelines(view: View): Promise<Fact<MetricsFile>[]> {
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
              : [
                  {
                    path: join(dirname(file), wdir, name),
                    line: parsed.lineOf([...at, index]),
                    stage: at.length > 1 ? parsed.lineOf(at.slice(0, 2)) : undefined,
                  },
                ]
          }),
        )
        const facts = await Promise.all(
          declared.map(async ({ path, line, stage }): Promise<Fact<MetricsFile> | undefined> => {
            const place = view.at(file, line)
            if (!view.has(path))
              return {
                value: {
                  path,
                  metrics: {},
                  lines: new Map(),
                  writers: [],
                  alike: 1,
                  ...(stage !== undefined && { stage }),
                },
                place,
                word: 'certain',
                reason: 'declared in dvc.yaml, not committed',
              }
            const read = await numbersOf(view, path, isMetric)
            // A declared file without one metric holds parameters.
            if (!read || Object.keys(read.metrics).length === 0) return undefined
            return {
              value: {
                path,
                writers: [],
                alike: 1,
                metrics: read.metrics,
                lines: read.lines,
                ...(stage !== undefined && { stage }),
              },
              place,
              word: 'certain',
              reason: 'declared in dvc.yaml',
            }
          }),
        )
        return facts.filter((one) => one !== undefined)
      }),
  )
  return found.flat()
}
