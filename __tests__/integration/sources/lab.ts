import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { SourceTree } from '../../../src/provenance/sources/source.js'
import { filesOfCommit, filesOfWorkTree } from '../../../src/system/tree-files.js'
import { pythonWith } from '../../../scripts/world/python.js'
import { openGit } from '../../support/git.js'

/** No tool tells anybody that it is used, and nobody is asked for a login. */
const QUIET = {
  DVC_NO_ANALYTICS: '1',
  DO_NOT_TRACK: '1',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  MLFLOW_ALLOW_FILE_STORE: 'true',
  WANDB_MODE: 'offline',
  WANDB_SILENT: 'true',
  GIT_CONFIG_GLOBAL: '/dev/null',
  PYTHONDONTWRITEBYTECODE: '1',
}

/** A repository in which a real tracker is used. */
export interface Lab {
  root: string
  python: string
  run(program: string, ...args: string[]): string
  /** A program of the environment, such as `dvc`. */
  tool(name: string, ...args: string[]): string
  start(name: string, ...args: string[]): ChildProcess
  write(path: string, text: string): void
  save(): string
  /** The tree as it lies there, or as it is committed. */
  tree(commit?: string): Promise<SourceTree>
  remove(): void
}

export async function openLab(): Promise<Lab> {
  const python = await pythonWith('trackers')
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-lab-')))
  const env = { ...process.env, ...QUIET, PATH: `${dirname(python)}:${process.env['PATH']}`, HOME: root }
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const git = (...args: string[]) =>
    run('git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args).trim()
  git('init', '--quiet', '--initial-branch=main')
  git('remote', 'add', 'origin', 'https://example.org/acme/churn.git')
  return {
    root,
    python,
    run,
    tool: (name, ...args) => run(join(dirname(python), name), ...args),
    start: (name, ...args) => spawn(join(dirname(python), name), args, { cwd: root, env, stdio: 'ignore' }),
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    },
    save: () => {
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', 'as it is')
      return git('rev-parse', 'HEAD')
    },
    tree: async (commit) => {
      const opened = await openGit(root)
      const head = commit ?? (await opened.head())
      const files = commit === undefined ? filesOfWorkTree(opened, root) : filesOfCommit(opened, commit)
      return { files, prefix: '', history: { git: opened, head } }
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  }
}
