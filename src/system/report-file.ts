import { lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Writes the JSON report into the folder `.reprogate` of the working directory.
 *
 * @returns its path
 */
export async function writeReportFile(directory: string, json: string): Promise<string> {
  const folder = join(directory, '.reprogate')
  const path = join(folder, 'report.json')
  const ignore = join(folder, '.gitignore')
  // A repository can hold links by these names, to write somewhere else: what is not our folder goes.
  if (!(await lstat(folder).catch(() => null))?.isDirectory()) await rm(folder, { force: true })
  await mkdir(folder, { recursive: true })
  for (const file of [path, ignore]) await rm(file, { recursive: true, force: true })
  // Nobody commits a report by accident.
  await writeFile(ignore, '*\n')
  await writeFile(path, json)
  return path
}
