import type { FoundModel } from '../looking/look.js'
import type { NewFile } from './files.js'

/** Why no environment can be written for a model, as a clause, and what would help. */
export interface CannotGenerate {
  why: string
}

/** What an environment is generated from. */
export interface GenerationRequest {
  model: FoundModel
  /** The day as of which packages are resolved; undefined: that of the code. */
  asOf: string | undefined
}

/** The files that make a model's environment, its Dockerfile first. */
export type GenerateEnvironment = (request: GenerationRequest) => Promise<NewFile[] | CannotGenerate>

/** No Dockerfile is made up: the message says what one would be written from. */
export const generateEnvironment: GenerateEnvironment = ({ model: { environment, command } }) => {
  const from = environment ? ` from ${environment.value.path}` : ''
  const runs = command ? `, in which \`${command.value.text}\` runs` : ''
  return Promise.resolve({ why: `write a Dockerfile${from}${runs}` })
}
