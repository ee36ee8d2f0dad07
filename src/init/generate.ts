import type { FoundModel } from '../looking/look.js'
import { during, type Context } from '../system/context.js'
import type { TreeFiles } from '../system/tree-files.js'
import { makeEnvironment } from './environment/index.js'
import type { NewFile } from './files.js'

/** What came of making an environment: files with what to know of them, or why there are none. */
export interface Generated {
  files: NewFile[]
  said: string[]
  /** A clause each. */
  open: string[]
}

export interface GenerationTerms {
  files: TreeFiles
  /** The day as of which packages are resolved, YYYY-MM-DD; undefined: that of the result or the code. */
  asOf: string | undefined
  /** The image to begin with, if one is given. */
  base: string | undefined
  /** Nothing is resolved. */
  dryRun: boolean
}

/** Makes the environment of a model that has none, from its best lock or as of its date. */
export async function environmentFor(
  { git, run, scratch, progress }: Context,
  { folder, code, imports, python, environment, metrics }: FoundModel,
  { files, asOf, base, dryRun }: GenerationTerms,
): Promise<Generated> {
  const from = environment?.value.path ?? 'what the code imports'
  if (dryRun)
    return { files: [], said: [], open: [`without \`--dry-run\`, a Dockerfile is made from ${from}`] }
  const today = new Date().toISOString()
  const made = await during({ progress }, `making an environment from ${from}`, () =>
    makeEnvironment(
      { git, run, scratch, today },
      {
        files,
        folder,
        code,
        imports,
        installed: environment ? [environment.value.path] : [],
        python: python && { version: python.value, by: python.place.file },
        resultTime: asOf === undefined ? undefined : `${asOf}T23:59:59Z`,
        base,
        resultFile: metrics[0]?.value.path,
        asOf: asOf !== undefined && today.startsWith(asOf) ? 'today' : undefined,
      },
    ),
  )
  if ('cannot' in made) return { files: [], said: [], open: [`no Dockerfile: ${made.cannot}. ${made.next}`] }
  return {
    files: made.files.map(({ path, text }) => ({ path, text, from: `for an environment, from ${from}` })),
    said: made.said,
    open: [],
  }
}
