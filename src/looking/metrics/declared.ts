import { dirname, join } from 'node:path/posix'
import { stageFiles } from '../command/declared.js'
import type { Fact } from '../fact.js'
import type { ParsedYaml } from '../../text/yaml.js'
import type { View } from '../view.js'
import type { MetricsFile } from './file.js'
import { documentNumbers } from './numbers.js'
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
        const read = view.has(path) ? await documentNumbers(view, path, isMetric) : undefined
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
  const files = view.files.filter((file) => /(?:^|\/)dvc\.yaml$/.test(file))
  const found = await Promise.all(
    files.map(async (file) => {
      const parsed = await view.yaml(file)
      const facts = parsed ? namedIn(file, parsed).map((one) => factOf(view, file, one)) : []
      return (await Promise.all(facts)).filter((one) => one !== undefined)
    }),
  )
  return found.flat()
}

interface Named {
  path: string
  line: number | undefined
  /** Line of its stage. */
  stage: number | undefined
}

/** The files that one `dvc.yaml` lists under `metrics`. */
function namedIn(file: string, { value: top, lineOf }: ParsedYaml): Named[] {
  if (typeof top !== 'object' || top === null) return []
  const { metrics, stages } = top as { metrics?: unknown; stages?: Record<string, unknown> | null }
  const lists: [unknown, (string | number)[], string][] = [[metrics, ['metrics'], '.']]
  for (const [name, stage] of Object.entries(typeof stages === 'object' && stages !== null ? stages : {})) {
    const own = stage as { metrics?: unknown; wdir?: unknown; do?: { metrics?: unknown } } | null
    const wdir = typeof own?.wdir === 'string' ? own.wdir : '.'
    lists.push([own?.metrics ?? own?.do?.metrics, ['stages', name, 'metrics'], wdir])
  }
  return lists.flatMap(([list, at, wdir]) =>
    (Array.isArray(list) ? list : []).flatMap((item: unknown, index): Named[] => {
      const name = typeof item === 'string' ? item : Object.keys((item as object | null) ?? {})[0]
      if (name === undefined || name.includes('${')) return []
      const stage = at.length > 1 ? lineOf(at.slice(0, 2)) : undefined
      return [{ path: join(dirname(file), wdir, name), line: lineOf([...at, index]), stage }]
    }),
  )
}

async function factOf(
  view: View,
  file: string,
  { path, line, stage }: Named,
): Promise<Fact<MetricsFile> | undefined> {
  const own = { path, writers: [], alike: 1, ...(stage !== undefined && { stage }) }
  const place = view.at(file, line)
  if (!view.has(path))
    return {
      value: { ...own, metrics: {}, lines: new Map() },
      place,
      word: 'certain',
      reason: 'declared in dvc.yaml, not committed',
    }
  const read = await documentNumbers(view, path, isMetric)
  // A declared file without one metric holds parameters.
  if (!read || Object.keys(read.metrics).length === 0) return undefined
  const { metrics, lines } = read
  return { value: { ...own, metrics, lines }, place, word: 'certain', reason: 'declared in dvc.yaml' }
}
