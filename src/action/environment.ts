import { z } from 'zod'
import { ReprogateError } from '../system/errors.js'

const text = z.string().min(1).optional()

/** What the runner tells a step about itself; the names are GitHub's. */
const runnerSchema = z.object({
  GITHUB_EVENT_NAME: z.string().min(1),
  GITHUB_EVENT_PATH: z.string().min(1),
  GITHUB_SHA: text,
  GITHUB_REPOSITORY: z.string().regex(/^[^/]+\/[^/]+$/),
  GITHUB_SERVER_URL: z.url(),
  GITHUB_API_URL: z.url(),
  GITHUB_WORKSPACE: z.string().min(1),
  GITHUB_RUN_ID: text,
  GITHUB_RUN_ATTEMPT: text,
})

export interface RunnerEnvironment {
  eventName: string
  eventPath: string
  sha?: string | undefined
  owner: string
  repo: string
  apiUrl: string
  workspace: string
  /** Web address of the repository. No host is assumed: it may be an Enterprise server. */
  repositoryUrl: string
  /** Web address of this run. */
  runUrl?: string | undefined
}

/**
 * Reads the variables that every GitHub runner sets.
 *
 * @throws ReprogateError `runner/incomplete` if one is missing
 */
export function readRunner(env: NodeJS.ProcessEnv): RunnerEnvironment {
  const result = runnerSchema.safeParse(env)
  if (!result.success) {
    throw new ReprogateError(
      'runner/incomplete',
      `This is not the environment of a GitHub runner:\n${z.prettifyError(result.error)}`,
    )
  }
  const vars = result.data
  const [owner = '', repo = ''] = vars.GITHUB_REPOSITORY.split('/')
  const repositoryUrl = `${vars.GITHUB_SERVER_URL}/${vars.GITHUB_REPOSITORY}`
  const attempt = vars.GITHUB_RUN_ATTEMPT ? `/attempts/${vars.GITHUB_RUN_ATTEMPT}` : ''
  return {
    eventName: vars.GITHUB_EVENT_NAME,
    eventPath: vars.GITHUB_EVENT_PATH,
    sha: vars.GITHUB_SHA,
    owner,
    repo,
    apiUrl: vars.GITHUB_API_URL,
    workspace: vars.GITHUB_WORKSPACE,
    repositoryUrl,
    runUrl: vars.GITHUB_RUN_ID && `${repositoryUrl}/actions/runs/${vars.GITHUB_RUN_ID}${attempt}`,
  }
}
