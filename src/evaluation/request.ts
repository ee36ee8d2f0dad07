import type { Declarations } from '../results/recompute/declared.js'
import type { Thresholds } from '../results/metrics/thresholds.js'
import type { SuiteRun } from '../results/suites/suite.js'
import type { Tolerances } from '../results/tolerance.js'
import type { Concealed } from '../system/answers.js'
import type { Conditions } from './conditions.js'
import type { ImageCovers, Mount } from './sandbox.js'

/** How much one replay may take. */
export interface ReplayLimits {
  /** Minutes. */
  evaluation: number
  /** GiB. */
  memory: number
  /** Processes and threads. */
  processes: number
  /** GiB that it may write. */
  output: number
}

export interface PredictionsOutput {
  path: string
  key?: string | undefined
  truth?: string | undefined
  margin?: number | undefined
}

export interface ReplayRequest {
  /** Default: the evaluation. Of a training the file of predictions is the model, compared as a whole. */
  of?: 'evaluation' | 'training' | undefined
  /** An image id. */
  image: string
  /** Makes a fresh throwaway export of the judged tree; its absolute path. Removed after the run. */
  prepare: () => Promise<string>
  /** Data and model: seen read-only, over what the export has there. */
  mounts: readonly Mount[]
  hide: Concealed
  /** What of the image is out of sight. */
  covers?: ImageCovers | undefined
  /** Program and arguments, run exactly as they are. */
  command: readonly string[]
  /** The file into which the evaluation writes its metrics, relative to the workspace. */
  metrics?: string | undefined
  predictions?: PredictionsOutput | undefined
  limits: ReplayLimits
  /** Default: `STANDARD`. */
  conditions?: Conditions | undefined
  /** Takes lines that it prints, as they come: a line that is taken is not shown. Untrusted. */
  take?: ((line: string) => boolean) | undefined
}

export interface RecordedResults {
  metrics: Readonly<Record<string, number>>
  predictions?: RecordedPredictionsFile | undefined
  /** What a suite of prompts left that is committed. */
  suite?: SuiteRun | undefined
}

export interface RecordedPredictionsFile {
  /** Absolute path, if they are kept; the bytes have been checked against `digest`. */
  file?: string | undefined
  digest?: string | undefined
}

export interface EvaluationRequest extends ReplayRequest {
  recorded: RecordedResults
  tolerance: Tolerances
  thresholds?: Thresholds | undefined
  /** Replays, two if nobody says; if it is given a suite may vary as its runs do. */
  runs?: number | undefined
  /** How often runs of the same may be told apart by chance. */
  alpha?: number | undefined
  /** Id of the pinned image, if it is another: in which an envelope is measured. */
  pinned?: string | undefined
  /** How metrics follow from the predictions. */
  definitions?: Declarations | undefined
}
