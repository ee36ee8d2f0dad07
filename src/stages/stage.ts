import type { Engine } from '../engine/engine.js'
import type { Covers } from '../environment/manifest/covers.js'
import type { DifferingImages } from '../environment/request.js'
import type { ManifestFile } from '../environment/manifest/file.js'
import type { DataMount } from '../data/verify.js'
import type { Concealed } from '../system/answers.js'
import type { Context } from '../system/context.js'
import type { Evidence } from '../verdict/evidence.js'
import type { Found, StageName } from '../verdict/finding.js'
import type { StageResult } from '../verdict/report.js'
import type { Subject } from './subject.js'

/** What a stage may use. The engine is looked for when the first stage asks for it. */
export interface Tools extends Context {
  engine(): Promise<Engine>
}

/** What stages hand on to later ones, beside what the report keeps. */
export interface Products {
  /** The Dockerfile that the recorded commit has, relative to the working directory. */
  dockerfile?: string | undefined
  /** What the record kept of the pinned image, once its bytes are the recorded ones. */
  manifest?: ManifestFile | undefined
  mounts?: readonly DataMount[]
  /** The recorded predictions, once their bytes are the recorded ones. Absolute. */
  predictions?: string | undefined
  /** What is hidden from build and evaluation, by path and by content. */
  answers?: Concealed
  /** What of it nobody has compared. */
  covers?: Covers | undefined
  /** Id of the rebuilt image. */
  image?: string | undefined
  /** The pinned image and the rebuild, if they differ. */
  images?: DifferingImages | undefined
}

/** What the stages before have come to. */
export interface SoFar {
  readonly products: Products
  /** Whether a finding so far is an error in production: then the costly stages would prove nothing. */
  readonly blocked: boolean
  /** Why stages before did not run, by their names. */
  readonly notRun: Readonly<Partial<Record<StageName, string>>>
}

/** What a stage found, or why it did not run, as a clause. */
export type Outcome =
  | {
      findings: readonly Found[]
      /** For the stage's line, without the grade: `1 of 214 packages changed`. */
      summary: string
      grade?: StageResult['grade']
      /** Nothing wrong was found because something could not be looked at: no tick. */
      unverified?: boolean | undefined
      evidence: Partial<Evidence>
      products?: Products
    }
  | { notRun: string }

export interface Stage {
  readonly name: StageName
  /** For the progress. */
  readonly title: string
  check(tools: Tools, subject: Subject, soFar: SoFar): Promise<Outcome>
}
