/** Where a command was found. */
export type CommandSource = keyof typeof SOURCE_POINTS

/** Points of a place; measured on public repositories, as all points here. */
export const SOURCE_POINTS = {
  'lm-eval result': 62,
  'dvc.yaml': 50,
  MLproject: 46,
  'Inspect task': 38,
  README: 38,
  'W&B run': 36,
  Makefile: 34,
  Dockerfile: 30,
  task: 32,
  Kedro: 34,
  Metaflow: 30,
  pipeline: 30,
  'shell script': 26,
  'console script': 26,
  'argparse choice': 26,
  CI: 24,
  'MLflow run': 16,
  notebook: 12,
  'script name': 4,
} as const

/** A command as it was found, before it is weighed. */
export interface RawCommand {
  source: CommandSource
  /** One line for a shell. */
  text: string
  file: string
  line: number
  /** Folder in which it is run, relative to the working directory. */
  cwd: string
  /** Points beside the source's own: a heading, inline code, a stage with metrics. */
  extra?: number
  /** The file itself, if it is known. */
  script?: string
  /** The module that a console script starts. */
  module?: string
  /** The name of its stage, target or entry point. */
  name?: string
  /** It is of another model, or wants more than its line says: it can only be a question. */
  question?: boolean
  /** The heading that it stands below; commands of one heading are read together. */
  heading?: string
}
