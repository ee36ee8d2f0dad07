import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { NODE_24 } from './runner.js'

/** `act`, the open-source runner, in its host mode: it runs real workflows without any image. */

const FOLDER = join(homedir(), '.cache/reprogate/bin')

/** Builds act where it is not there yet (a minute); undefined where there is no Go to build it with. */
export function findAct(): string | undefined {
  const act = join(FOLDER, 'act')
  if (existsSync(act)) return act
  try {
    mkdirSync(FOLDER, { recursive: true })
    execFileSync('go', ['install', 'github.com/nektos/act@v0.2'], {
      env: { ...process.env, GOBIN: FOLDER },
      stdio: 'pipe',
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return act
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
  const argv = ['pull_request', '-j', job, '-e', event, '-P', 'ubuntu-latest=-self-hosted', '-s', `GITHUB_TOKEN=${token}`]
  const child = spawn(act, [...argv, '--env', `GITHUB_API_URL=${api}`, '--action-offline-mode'], {
    cwd: workspace,
    // It runs whichever `node` comes first.
    env: { ...process.env, PATH: `${dirname(NODE_24)}:${process.env.PATH}`, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { exitCode, log }
}
