import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { NODE_24 } from './runner.js'

/** `act`, the open-source runner, in its host mode: it runs real workflows without any image. */

const VERSION = 'v0.2.89'
const FOLDER = join(homedir(), '.cache/reprogate', `act-${VERSION}`)
const ACT = join(FOLDER, 'act')

/** Whether act is there, or can be built. */
export const canHaveAct = (): boolean =>
  existsSync(ACT) || spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0

/** The path of act, which is built first where it is not there yet: about a minute. */
export async function buildAct(): Promise<string> {
  if (existsSync(ACT)) return ACT
  mkdirSync(FOLDER, { recursive: true })
  await promisify(execFile)('go', ['install', `github.com/nektos/act@${VERSION}`], {
    env: { ...process.env, GOBIN: FOLDER },
  })
  return ACT
}

export interface Job {
  exitCode: number | null
  /** What act printed: a line each, with the name of the job in front. */
  log: string
}

/** Runs one job of a workflow in `workspace`, which has to be a git repository with a remote on GitHub. */
export async function runJob(
  act: string,
  { workspace, event, job, api, token }: Record<'workspace' | 'event' | 'job' | 'api' | 'token', string>,
): Promise<Job> {
  const argv = [
    'pull_request',
    '-j',
    job,
    '-e',
    event,
    '-P',
    'ubuntu-latest=-self-hosted',
    '-s',
    `GITHUB_TOKEN=${token}`,
  ]
  const child = spawn(act, [...argv, '--env', `GITHUB_API_URL=${api}`], {
    cwd: workspace,
    // It runs whichever `node` comes first.
    env: { ...process.env, PATH: `${dirname(NODE_24)}:${process.env.PATH}`, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { exitCode, log }
}
