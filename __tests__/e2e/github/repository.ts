import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PullRequestCommits } from './events.js'

export type Files = Record<string, string | null>

/** A real git repository with a branch `main` and a branch `change`, that looks as after `actions/checkout`. */
export class Repository {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'repository-')))

  constructor(files: Files) {
    this.git('init', '-q', '-b', 'main')
    this.git('remote', 'add', 'origin', 'https://github.com/acme/digits')
    this.commit(files, 'base')
    this.git('branch', 'change')
    this.git('update-ref', 'refs/remotes/origin/main', 'main')
  }

  git(...args: string[]): string {
    const env = {
      PATH: process.env.PATH,
      HOME: this.path,
      GIT_CONFIG_NOSYSTEM: '1',
      ...Object.fromEntries(
        ['AUTHOR', 'COMMITTER'].flatMap((who) => [
          [`GIT_${who}_NAME`, 'Ada'],
          [`GIT_${who}_EMAIL`, 'ada@example.com'],
        ]),
      ),
    }
    return execFileSync('git', args, { cwd: this.path, env, encoding: 'utf8' }).trim()
  }

  /** Writes the files (`null` removes one), commits them on the branch that is checked out; the commit. */
  commit(files: Files, message: string): string {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.path, name)
      if (text === null) rmSync(path)
      else {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
      }
    }
    this.git('add', '--all')
    this.git('commit', '-q', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }

  /** A further commit on `change`, then the merge of it into `main`, checked out as for a pull request. */
  propose(files: Files): PullRequestCommits {
    this.git('checkout', '-q', 'change')
    const head = this.commit(files, 'change')
    const base = this.git('rev-parse', 'main')
    this.git('checkout', '-q', '--detach', 'main')
    this.git('merge', '-q', '--no-ff', '-m', `Merge ${head} into ${base}`, head)
    return { base, head, merge: this.git('rev-parse', 'HEAD') }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
