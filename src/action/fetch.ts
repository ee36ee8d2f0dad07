import * as core from '@actions/core'
import { getExecOutput } from '@actions/exec'
import { errorText } from '../system/errors.js'
import type { RunnerEnvironment } from './environment.js'
import type { Event } from './event.js'

/** A fetch is not worth a longer wait; what is still missing is said by the check, with the remedy. */
const LONGEST_MS = 300_000

/** What a check of this event asks git for, beside what is checked out. */
function wanted({ occasion }: Event): { commits: string[]; branch: string | undefined } {
  switch (occasion.kind) {
    case 'proposal':
      return { commits: [occasion.head, occasion.base.commit], branch: occasion.defaultBranch }
    case 'commit':
      return { commits: [], branch: occasion.merged === 'yes' ? undefined : occasion.defaultBranch }
    case 'work-tree':
      return { commits: [], branch: undefined }
  }
}

/**
 * Fetches what the clone lacks, with the job's own credentials: the base, the default branch and, in a
 * shallow clone, the history that a recorded commit is looked for in. Never throws: a fetch that fails
 * is a warning, and the check names what is missing.
 */
export async function fetchMissing(
  { repositoryUrl }: RunnerEnvironment,
  event: Event,
  { directory, token }: { directory: string; token: string },
): Promise<void> {
  const { commits, branch } = wanted(event)
  const git = gitIn(directory, repositoryUrl, token)
  try {
    const shallow = (await git(['rev-parse', '--is-shallow-repository'])).stdout.trim() === 'true'
    const missing: string[] = []
    for (const commit of commits)
      if ((await git(['cat-file', '-e', `${commit}^{commit}`])).exitCode !== 0) missing.push(commit)
    const refs = branch === undefined ? [] : [`+refs/heads/${branch}:refs/remotes/origin/${branch}`]
    if (!shallow && missing.length === 0 && (await hasBranch(git, branch))) return
    const options = [
      '--no-tags',
      '--no-recurse-submodules',
      '--no-auto-maintenance',
      ...(shallow ? ['--unshallow'] : []),
    ]
    const fetched = await git(['fetch', '--quiet', ...options, '--', repositoryUrl, ...missing, ...refs])
    if (fetched.exitCode !== 0) throw new Error(fetched.stderr.trim().split('\n').at(-1))
  } catch (error) {
    core.warning(
      `The history that this clone lacks could not be fetched: ${errorText(error)}. Check out with \`fetch-depth: 0\`.`,
    )
  }
}

type GitCommand = ReturnType<typeof gitIn>

const hasBranch = async (git: GitCommand, branch: string | undefined): Promise<boolean> =>
  branch === undefined ||
  (await git(['rev-parse', '--verify', '--quiet', `refs/remotes/origin/${branch}^{commit}`])).exitCode === 0

/** Git with the credentials in its environment, where no other process of this machine lists them. */
function gitIn(cwd: string, repositoryUrl: string, token: string) {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  const { origin } = new URL(repositoryUrl)
  const settings = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['credential.helper', ''],
    ...(token === '' ? [] : [[`http.${origin}/.extraheader`, `AUTHORIZATION: basic ${basic}`]]),
  ]
  const variables = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  // What earlier steps have set for git does not count here.
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  const env = {
    ...(Object.fromEntries(kept) as Record<string, string>),
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(variables),
  }
  return (args: string[]) => {
    const run = getExecOutput('git', args, { cwd, env, silent: true, ignoreReturnCode: true })
    return Promise.race([run, outOfTime()])
  }
}

function outOfTime(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('GitHub did not answer in time')), LONGEST_MS).unref()
  })
}
