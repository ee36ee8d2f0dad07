import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const sha256 = (bytes: string | Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`
export const PINNED = `registry.example/digits@sha256:${'7'.repeat(64)}`
export const TRAIN = 'id,x,y\n1,0.5,0\n2,0.25,1\n3,0.75,0\n'
export const TEST = 'id,x,y\n4,0.5,1\n'
const MODEL = 'weights'

/** A real git repository with one model whose record is complete, made for one test. */
export interface Repository {
  root: string
  /** The commit that the record names. */
  commit: string
  git(...args: string[]): string
  read(path: string): string
  write(path: string, text: string | Buffer): void
  /** Replaces text in a file; fails where it is not there, so that no test breaks nothing. */
  edit(path: string, from: string | RegExp, to: string): void
  save(message?: string): string
  remove(): void
}

export const RECORD = 'models/digits/provenance.yml'

const record = (commit: string): string => `# what ada ran
reprogate: record/1
model: {name: digits, version: 1.2.0, path: models/digits/model.bin, digest: "${sha256(MODEL)}"}
run: {id: a, by: ada, rationale: stronger regularisation}
code:
  commit: ${commit}
  dirty: false
data:
  - name: digits
    version: v3
    split: train
    path: data/train.csv
    digest: "${sha256(TRAIN)}"
    licence: CC-BY-4.0
  - name: digits
    version: v3
    split: test
    path: data/test.csv
    digest: "${sha256(TEST)}"
    licence: CC-BY-4.0
environment:
  image: ${PINNED}
  dockerfile: Dockerfile
  hash: "env-v1:sha256:${'a'.repeat(64)}"
seeds: {split: 7, init: 7}
hyperparameters: {C: 1.0, max_iter: 200}
evaluation:
  command: [python3, evaluate.py]
  metrics: {accuracy: 0.972175, f1_macro: 0.972061}
`

/** Made once for each test file, then copied. */
let template: { folder: string; commit: string } | undefined

export function createRepository(): Repository {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-test-')))
  const git = (...args: string[]): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'commit.gpgsign=false', ...args],
      {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ).trim()
  const write = (path: string, text: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const save = (message = 'change'): string => {
    git('add', '-A')
    git('commit', '-q', '--allow-empty', '-m', message)
    return git('rev-parse', 'HEAD')
  }
  let commit: string
  if (template === undefined) {
    git('init', '-q', '-b', 'main')
    write('.gitignore', '.reprogate/\n')
    write('Dockerfile', `FROM debian@sha256:${'1'.repeat(64)}\nRUN true\n`)
    write('evaluate.py', 'print("evaluated")\n')
    write('data/train.csv', TRAIN)
    write('data/test.csv', TEST)
    write('models/digits/model.bin', MODEL)
    commit = save('the code')
    write(RECORD, record(commit))
    save('the record')
    const folder = `${root}-template`
    cpSync(root, folder, { recursive: true })
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    template = { folder, commit }
  } else {
    cpSync(template.folder, root, { recursive: true })
    commit = template.commit
  }
  return {
    root,
    commit,
    git,
    read,
    write,
    save,
    edit: (path, from, to) => {
      const before = read(path)
      const after = before.replace(from, to)
      if (after === before) throw new Error(`${path} does not hold ${String(from)}`)
      write(path, after)
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
