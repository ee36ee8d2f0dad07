import { lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '../verdict/report.js'

/** Writes the JSON report into the working directory, and says where. */
export async function writeReport(directory: string, report: Report): Promise<string> {
  const folder = join(directory, '.reprogate')
  const path = join(folder, 'report.json')
  const ignore = join(folder, '.gitignore')
  // A repository can hold links by these names, to write somewhere else: what is no folder of ours goes.
  if (!(await lstat(folder).catch(() => null))?.isDirectory()) await rm(folder, { force: true })
  await mkdir(folder, { recursive: true })
  for (const file of [path, ignore]) await rm(file, { recursive: true, force: true })
  // Nobody commits a report by accident.
  await writeFile(ignore, '*\n')
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`)
  return path
}
