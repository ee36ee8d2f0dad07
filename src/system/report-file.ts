import { lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seenReportSchema, type SeenReport } from '../verdict/explained.js'
import { ReprogateError } from './errors.js'
import { NotAFile, readRegular, TooLarge } from './files.js'

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

/** Where `writeReportFile` puts it, relative to the working directory. */
export const REPORT_FILE = '.reprogate/report.json'

/** Bytes of a report that is read. */
const REPORT_CAP = 64 * 1024 ** 2

/**
 * What somebody's report says. Nothing in it is trusted.
 *
 * @throws ReprogateError `report/unreadable`
 */
export async function readReportFile(path: string): Promise<SeenReport> {
  const parsed = seenReportSchema.safeParse(await jsonOf(path))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw unreadable(path, `is not a report of reprogate (${issue?.path.join('.')}: ${issue?.message})`)
}

async function jsonOf(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readRegular(path, REPORT_CAP)).toString())
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== undefined) throw unreadable(path, `cannot be read (${code})`)
    if (error instanceof NotAFile) throw unreadable(path, 'is not a regular file')
    if (error instanceof TooLarge) throw unreadable(path, `is larger than ${REPORT_CAP / 1024 ** 2} MiB`)
    throw unreadable(path, 'is not JSON')
  }
}

const unreadable = (path: string, what: string): ReprogateError =>
  new ReprogateError('report/unreadable', `the report ${path} ${what}`)
