import { fieldPath } from '../../../text/fields.js'
import type { Problem } from '../../../text/problems.js'
import { parseYaml } from '../../../text/yaml.js'
import { flattened, listOf, mapOf, scalarText } from '../values.js'

/** A file or folder as a stage saw it or wrote it. */
export interface LockedFile {
  /** As it is written: relative to the folder in which the stage runs. */
  path: string
  /** 32 hex digits; of a folder with `.dir` behind them. */
  md5?: string | undefined
  /** Written by DVC 2, which read text with its line ends as `\n`. */
  legacy: boolean
  /** A digest that is not of the bytes: an ETag of a store, for one. */
  opaque: boolean
  /** From 1. */
  line: number | undefined
}

export interface LockedStage {
  name: string
  commands: string[]
  deps: LockedFile[]
  outs: LockedFile[]
  /** Values by name, for each file of parameters. */
  params: Map<string, Map<string, unknown>>
  line: number | undefined
  /** Line of `cmd`, and of a parameter. */
  commandLine: number | undefined
  lineOfParameter(file: string, name: string): number | undefined
}

const MD5 = /^[0-9a-f]{32}(?:\.dir)?$/

/** Both schemas of `dvc.lock`: 2.0 has `stages`, 1.0 has them at the top. An empty file has none. */
export function parseLock(text: string): { stages: LockedStage[]; problems: Problem[] } {
  const { value, problems, lineOf } = parseYaml(text)
  if (value === null || value === undefined) return { stages: [], problems }
  const top = mapOf(value)
  const above = 'schema' in top || 'stages' in top ? ['stages'] : []
  const entries = Object.entries(above.length > 0 ? mapOf(top['stages']) : top)
  const filesOf = (stage: Record<string, unknown>, name: string, kind: 'deps' | 'outs'): LockedFile[] =>
    listOf(stage[kind]).flatMap(
      (item, index) => lockedFile(item, lineOf([...above, name, kind, index])) ?? [],
    )
  const stages = entries.flatMap(([name, given]): LockedStage[] => {
    const stage = mapOf(given)
    if (stage['cmd'] === undefined && stage['outs'] === undefined && stage['deps'] === undefined) return []
    const params = Object.entries(mapOf(stage['params']))
    return [
      {
        name,
        commands: commandsOf(stage['cmd']),
        deps: filesOf(stage, name, 'deps'),
        outs: filesOf(stage, name, 'outs'),
        params: new Map(params.map(([file, values]) => [file, flattened(mapOf(values))])),
        line: lineOf([...above, name]),
        commandLine: lineOf([...above, name, 'cmd']),
        lineOfParameter: (file, parameter) =>
          lineOf([...above, name, 'params', file, ...fieldPath(parameter)]),
      },
    ]
  })
  return { stages, problems }
}

export const commandsOf = (cmd: unknown): string[] =>
  (Array.isArray(cmd) ? cmd : [cmd]).flatMap((one) => scalarText(one) ?? [])

/** An entry of `deps` or `outs`, of a lock or of a `.dvc` file. */
export function lockedFile(item: unknown, line: number | undefined): LockedFile | undefined {
  const entry = mapOf(item)
  const path = scalarText(entry['path'])
  if (path === undefined) return undefined
  const md5 = scalarText(entry['md5'])
  return {
    path,
    md5: md5 !== undefined && MD5.test(md5) ? md5 : undefined,
    legacy: entry['hash'] === undefined,
    opaque: md5 === undefined && (entry['etag'] !== undefined || entry['checksum'] !== undefined),
    line,
  }
}
