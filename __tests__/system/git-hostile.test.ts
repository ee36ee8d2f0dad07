import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  cpSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Git } from '../../src/system/git.js'
import { uncancelled, type RunProgram } from '../../src/system/process.js'
import { openGit } from '../support/git.js'
import { createRepository, type Repository } from '../support/gate.js'

let repository: Repository
let scratch: string
const open = (directory = repository.root): Promise<Git> => openGit(directory, scratch)
beforeEach(() => {
  repository = createRepository()
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-scratch-')))
})
afterEach(() => {
  repository.remove()
  rmSync(scratch, { recursive: true, force: true })
})

let exports = 0
/** Asks everything that can be asked. */
async function everything(git: Git): Promise<void> {
  const head = await git.head()
  const first = (await git.parents(head))[0] ?? head
  await git.dirty()
  await git.files()
  await git.filesAt(head)
  await git.changed(first, head)
  await git.diff(first, head, 'Dockerfile')
  await git.show(head, 'Dockerfile')
  await git.tracks(head, 'Dockerfile')
  await git.entry(head, 'data/test.csv')
  await git.history('Dockerfile', 5)
  await git.isAncestor(first, head)
  await git.mergeBase(first, head)
  await git.has('0'.repeat(40))
  await git.resolve('refs/heads/none')
  await git.shallow()
  await git.remote()
  await git.export(head, join(scratch, `everything-${exports++}`))
}

describe('nothing of the repository runs', () => {
  const ran = () => join(scratch, 'ran')
  const program = () => {
    const path = join(scratch, 'program')
    writeFileSync(path, `#!/bin/sh\ntouch ${ran()}\ncat\n`)
    chmodSync(path, 0o755)
    return path
  }
  beforeEach(() => {
    repository.write(
      '.gitattributes',
      '* filter=x diff=x\n*.csv ident\nDockerfile text eol=crlf working-tree-encoding=UTF-16 export-subst\n',
    )
    repository.git('-c', 'core.attributesFile=', 'add', '.gitattributes')
    repository.git('commit', '-q', '-m', 'attributes')
    repository.write('Dockerfile', 'FROM scratch\n')
    repository.write('evaluate.py', 'changed\n')
  })

  test.each([
    'filter.x.clean',
    'filter.x.smudge',
    'filter.x.process',
    'core.fsmonitor',
    'core.sshCommand',
    'core.pager',
    'core.editor',
    'core.askPass',
    'core.alternateRefsCommand',
    'core.gitProxy',
    'diff.external',
    'diff.x.textconv',
    'diff.x.command',
    'pager.diff',
    'credential.helper',
    'gpg.program',
    'remote.origin.uploadpack',
    'uploadpack.packObjectsHook',
  ])('%s', async (name) => {
    repository.git('config', name, program())
    repository.git('config', 'filter.x.required', 'true')
    await everything(await open())
    expect(existsSync(ran())).toBe(false)
  })

  test('a hook, wherever hooks are kept', async () => {
    mkdirSync(join(repository.root, '.git/hooks'), { recursive: true })
    mkdirSync(join(repository.root, 'own-hooks'))
    for (const name of ['post-index-change', 'reference-transaction', 'post-checkout', 'fsmonitor-watchman'])
      for (const folder of ['.git/hooks', 'own-hooks'])
        renameSync(program(), join(repository.root, folder, name))
    await everything(await open())
    repository.git('config', 'core.hooksPath', join(repository.root, 'own-hooks'))
    await everything(await open())
    expect(existsSync(ran())).toBe(false)
  })

  test('a file that the configuration includes, also that of a work tree', async () => {
    const included = join(scratch, 'included')
    writeFileSync(included, `[core]\nfsmonitor = ${program()}\n[diff]\nexternal = ${program()}\n`)
    repository.git('config', 'include.path', included)
    repository.git('config', 'extensions.worktreeConfig', 'true')
    writeFileSync(join(repository.root, '.git/config.worktree'), readFileSync(included))
    await everything(await open())
    expect(existsSync(ran())).toBe(false)
  })

  test('a promisor that is asked for what is not there', async () => {
    repository.git('config', 'extensions.partialClone', 'evil')
    repository.git('config', 'core.repositoryformatversion', '1')
    repository.git('config', 'remote.evil.url', repository.root)
    repository.git('config', 'remote.evil.promisor', 'true')
    repository.git('config', 'remote.evil.uploadpack', program())
    const blob = repository.git('rev-parse', 'HEAD:Dockerfile')
    rmSync(join(repository.root, '.git/objects', blob.slice(0, 2), blob.slice(2)))
    await expect((await open()).show('HEAD', 'Dockerfile')).rejects.toMatchObject({
      code: 'git/partial-clone',
    })
    expect(existsSync(ran())).toBe(false)
  })

  test('a program that the environment of the job names, and no other repository', async () => {
    const evil = {
      GIT_EXTERNAL_DIFF: program(),
      GIT_SSH_COMMAND: program(),
      GIT_PAGER: program(),
      GIT_ASKPASS: program(),
      GIT_DIR: '/nowhere',
      GIT_WORK_TREE: '/',
      GIT_INDEX_FILE: '/nowhere',
      GIT_OBJECT_DIRECTORY: '/nowhere',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: program(),
      GIT_REPLACE_REF_BASE: 'refs/heads/',
      GIT_TRACE: ran(),
    }
    Object.assign(process.env, evil)
    try {
      await everything(await open())
    } finally {
      for (const name of Object.keys(evil)) delete process.env[name]
    }
    expect(existsSync(ran())).toBe(false)
  })
})

describe('another repository is not mistaken for this one', () => {
  test('a bare repository planted in a subfolder has no effect', async () => {
    const planted = join(repository.root, 'models/digits')
    writeFileSync(join(planted, 'HEAD'), 'ref: refs/heads/main\n')
    writeFileSync(join(planted, 'config'), '[core]\nbare = true\nrepositoryformatversion = 0\n')
    mkdirSync(join(planted, 'refs'))
    mkdirSync(join(planted, 'objects/info'), { recursive: true })
    writeFileSync(join(planted, 'objects/info/alternates'), '/elsewhere/objects\n')
    const git = await open(planted)
    expect([git.top, git.prefix]).toEqual([repository.root, 'models/digits/'])
    expect(await git.head()).toBe(repository.git('rev-parse', 'main'))
  })

  test('a `.git` that is a link, or a file that names what does not name it back, is refused', async () => {
    const other = createRepository()
    try {
      const folder = join(repository.root, 'data')
      symlinkSync(join(other.root, '.git'), join(folder, '.git'))
      await expect(open(folder)).rejects.toMatchObject({ code: 'git/untrusted' })
      rmSync(join(folder, '.git'))
      writeFileSync(join(folder, '.git'), `gitdir: ${other.root}/.git\n`)
      await expect(open(folder)).rejects.toMatchObject({ code: 'git/untrusted' })
      writeFileSync(join(folder, '.git'), 'what?\n')
      await expect(open(folder)).rejects.toMatchObject({ code: 'git/untrusted' })
      // As a commit could bring it: it names the work tree back, and lies in no `.git`.
      const planted = join(repository.root, 'planted/worktrees/x')
      mkdirSync(join(repository.root, 'planted/objects'), { recursive: true })
      mkdirSync(planted, { recursive: true })
      for (const at of [planted, join(repository.root, 'planted')])
        writeFileSync(join(at, 'HEAD'), 'ref: refs/heads/main\n')
      writeFileSync(join(planted, 'commondir'), '../..\n')
      writeFileSync(join(planted, 'gitdir'), `${folder}/.git\n`)
      writeFileSync(join(folder, '.git'), `gitdir: ${planted}\n`)
      await expect(open(folder)).rejects.toMatchObject({ code: 'git/untrusted' })
    } finally {
      other.remove()
    }
  })

  test('`core.worktree`, `core.bare` and replaced, grafted or shallow history change nothing', async () => {
    const [head, parent] = [repository.git('rev-parse', 'HEAD'), repository.git('rev-parse', 'HEAD^')]
    const tree = repository.git('rev-parse', 'HEAD^{tree}')
    const orphan = repository.git('commit-tree', '-m', 'another', tree)
    repository.git('config', 'core.worktree', scratch)
    repository.git('config', 'core.bare', 'true')
    mkdirSync(join(repository.root, '.git/refs/replace'), { recursive: true })
    writeFileSync(join(repository.root, '.git/refs/replace', head), `${orphan}\n`)
    mkdirSync(join(repository.root, '.git/info'), { recursive: true })
    writeFileSync(join(repository.root, '.git/info/grafts'), `${head} ${orphan}\n`)
    const git = await open()
    expect(git.top).toBe(repository.root)
    expect(await git.parents(head)).toEqual([parent])
    expect(await git.isAncestor(parent, head)).toBe(true)
    expect(await git.dirty()).toEqual([])
    writeFileSync(join(repository.root, '.git/shallow'), `${head}\n`)
    expect([await git.shallow(), await git.parents(head)]).toEqual([true, [parent]])
  })

  test('a git folder that is kept apart is read, unless a commit could have brought it', async () => {
    const [apart, inside] = [join(scratch, 'apart.git'), join(repository.root, 'apart.git')]
    const work = join(scratch, 'work')
    repository.git('clone', '-q', '--no-local', '--separate-git-dir', apart, repository.root, work)
    await everything(await open(work))
    expect(await (await open(work)).head()).toBe(repository.git('rev-parse', 'HEAD'))
    // In the work tree of another repository, or in its own.
    cpSync(apart, inside, { recursive: true })
    writeFileSync(join(work, '.git'), `gitdir: ${inside}\n`)
    await expect(open(work)).rejects.toMatchObject({ code: 'git/untrusted' })
    cpSync(apart, join(work, 'mine'), { recursive: true })
    writeFileSync(join(work, '.git'), 'gitdir: mine\n')
    await expect(open(work)).rejects.toMatchObject({ code: 'git/untrusted' })
  })

  test('branches in a reftable are refused, with the way out', async () => {
    repository.git('config', 'core.repositoryformatversion', '1')
    repository.git('config', 'extensions.refStorage', 'reftable')
    await expect(open(repository.root)).rejects.toMatchObject({
      code: 'git/unsupported',
      remedy: expect.stringContaining('git refs migrate --ref-format=files'),
    })
  })

  test('what git keeps through a filter is named as such, and the filter does not run', async () => {
    repository.write('.gitattributes', '*.key filter=crypt\n*.bin filter=lfs\n')
    repository.write('a b.key', 'encrypted')
    repository.save()
    const mark = join(scratch, 'it-ran')
    repository.git('config', 'filter.crypt.clean', `touch '${mark}'`)
    repository.write('a b.key', 'plain')
    repository.write('x.bin', 'x')
    const git = await open(repository.root)
    const dirty = await git.dirty()
    expect(dirty.sort()).toEqual(['a b.key', 'x.bin'])
    expect(await git.filtered([...dirty, 'none'])).toEqual(['a b.key'])
    expect(existsSync(mark)).toBe(false)
  })

  test('linked work trees, submodules, alternates and sha256 are read like any other', async () => {
    const linked = join(scratch, 'linked')
    repository.git('worktree', 'add', '-q', linked, '-b', 'other')
    expect(await (await open(linked)).head()).toBe(repository.git('rev-parse', 'other'))
    const below = join(repository.root, '.git/own-worktrees')
    repository.git('worktree', 'add', '-q', below, '-b', 'below')
    expect((await open(below)).top).toBe(below)
    const [shared, outer, large] = [join(scratch, 's'), join(scratch, 'outer'), join(scratch, 'large')]
    repository.git('clone', '-q', '--shared', repository.root, shared)
    await everything(await open(shared))
    repository.git('init', '-q', outer)
    repository.git(
      '-C',
      outer,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      repository.root,
      'in/side',
    )
    const inner = await open(join(outer, 'in/side/data'))
    expect([inner.top, inner.prefix]).toEqual([join(outer, 'in/side'), 'data/'])
    repository.git('init', '-q', '--object-format=sha256', large)
    writeFileSync(join(large, 'Dockerfile'), 'FROM scratch\n')
    repository.git('-C', large, 'add', '-A')
    repository.git('-C', large, 'commit', '-q', '-m', 'x')
    await everything(await open(large))
    expect(await (await open(large)).head()).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a `.git` of somebody else above the working directory is refused', async () => {
    if (process.geteuid?.() !== 0) return
    const { chownSync } = await import('node:fs')
    const folder = join(repository.root, 'data')
    chownSync(join(repository.root, '.git'), 12345, 12345)
    await expect(open(folder)).rejects.toMatchObject({ code: 'git/untrusted' })
    // Of the same stranger as the folder itself, as in a container of a job.
    chownSync(folder, 12345, 12345)
    expect((await open(folder)).prefix).toBe('data/')
  })
})

describe('dirty files are named', () => {
  const dirty = async () => (await open()).dirty()

  test('whatever bits of the index and the configuration hide', async () => {
    repository.git('update-index', '--assume-unchanged', 'Dockerfile')
    repository.git('update-index', '--skip-worktree', 'evaluate.py')
    for (const [name, value] of [
      ['status.showUntrackedFiles', 'no'],
      ['core.fileMode', 'false'],
      ['core.ignoreCase', 'true'],
      ['core.checkStat', 'minimal'],
      ['core.trustctime', 'false'],
      ['core.sparseCheckout', 'true'],
      ['diff.ignoreSubmodules', 'all'],
    ] as const)
      repository.git('config', name, value)
    repository.write('Dockerfile', 'FROM other\n')
    repository.write('evaluate.py', 'other\n')
    chmodSync(join(repository.root, 'data/train.csv'), 0o755)
    repository.write('untracked', '')
    expect((await dirty()).sort()).toEqual(['Dockerfile', 'data/train.csv', 'evaluate.py', 'untracked'])
  })

  test('a submodule that is to be ignored, by its commit, its files and what lies in its place', async () => {
    const side = createRepository()
    try {
      repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', side.root, 'side')
      repository.git('config', '-f', '.gitmodules', 'submodule.side.ignore', 'all')
      repository.git('config', 'submodule.side.ignore', 'all')
      repository.git('config', 'diff.ignoreSubmodules', 'all')
      const before = repository.save()
      expect(await dirty()).toEqual([])
      writeFileSync(join(repository.root, 'side/evaluate.py'), 'other')
      expect(await dirty()).toEqual(['side'])
      repository.git('-C', 'side', 'checkout', '-q', '-f', 'HEAD^')
      expect(await dirty()).toEqual(['side'])
      repository.git('add', 'side')
      const after = repository.save()
      expect(await (await open()).changed(before, after)).toEqual(['side'])
      repository.git('submodule', '--quiet', 'deinit', '-f', 'side')
      expect(await dirty()).toEqual([])
      writeFileSync(join(repository.root, 'side/planted'), '')
      expect(await dirty()).toEqual(['side'])
    } finally {
      side.remove()
    }
  })

  test('a sparse checkout, an ignored file and line ends that the user asked for are not dirty', async () => {
    writeFileSync(join(repository.root, '.git/info/exclude'), 'own\n')
    repository.write('own', '')
    repository.write('.gitattributes', '*.txt text eol=crlf\n')
    repository.write('notes.txt', 'a\r\nb\r\n')
    repository.save()
    repository.git('sparse-checkout', 'set', '--no-cone', '/*', '!/data')
    expect(existsSync(join(repository.root, 'data'))).toBe(false)
    expect(await dirty()).toEqual([])
  })
})

describe('odd names', () => {
  const NAMES = [
    'a\nb',
    '-rf',
    '--output=x',
    ':(exclude)*',
    ':!x',
    '*',
    'a"b',
    'a\\b',
    'ä ö',
    ' ',
    '[x]',
    '$(id)',
  ]

  test('are shown, compared and listed as they are', async () => {
    const before = repository.git('rev-parse', 'HEAD')
    for (const name of NAMES) repository.write(name, name)
    const git = await open()
    expect((await git.dirty()).sort()).toEqual([...NAMES].sort())
    const after = repository.save()
    expect((await git.changed(before, after)).sort()).toEqual([...NAMES].sort())
    expect(await git.filesAt(after)).toEqual(expect.arrayContaining(NAMES))
    for (const name of NAMES) {
      expect((await git.show(after, name))?.toString()).toBe(name)
      expect(await git.entry(after, name)).toEqual({ kind: 'file', path: name })
      // A path with a backslash is not confined anywhere, so it is not looked at.
      expect(await git.tracks(after, name)).toBe(!name.includes('\\'))
      expect(await git.diff(before, after, name)).toContain(`+${name.split('\n')[0]}`)
      expect(await git.history(name, 5)).toEqual([after])
    }
  })

  test('a name that is not UTF-8 is exported by its bytes', async () => {
    const name = Buffer.from('b\xff\xfe', 'latin1')
    writeFileSync(Buffer.concat([Buffer.from(`${repository.root}/`), name]), 'odd')
    const commit = repository.save()
    await (await open()).export(commit, join(scratch, 'out'))
    expect(readFileSync(Buffer.concat([Buffer.from(`${scratch}/out/`), name]), 'utf8')).toBe('odd')
  })

  test('a revision is never an option', async () => {
    const git = await open()
    for (const revision of ['--help', '-x', '', 'a b', 'a\nb', '--output=/tmp/x'])
      expect(await git.resolve(revision)).toBeUndefined()
    await expect(git.changed('--output=x', 'HEAD')).rejects.toMatchObject({ code: 'git/failed' })
    expect(await git.has('--batch-all-objects')).toBe(false)
    expect(await git.resolve('main')).toBe(await git.head())
    expect(await git.resolve('none')).toBeUndefined()
  })
})

describe('what a path is', () => {
  test('a link, a submodule or a file on the way is told from nothing', async () => {
    symlinkSync('models', join(repository.root, 'link'))
    const commit = repository.git('rev-parse', 'HEAD')
    repository.git('update-index', '--add', '--cacheinfo', `160000,${commit},side`)
    repository.git('add', 'link')
    repository.git('commit', '-q', '-m', 'x')
    const git = await open()
    expect(await git.entry('HEAD', 'link/digits/provenance.yml')).toEqual({ kind: 'link', path: 'link' })
    expect(await git.entry('HEAD', 'side/x')).toEqual({ kind: 'submodule', path: 'side' })
    expect(await git.entry('HEAD', 'Dockerfile/x')).toEqual({ kind: 'file', path: 'Dockerfile' })
    expect(await git.entry('HEAD', 'models/./digits/')).toEqual({ kind: 'folder', path: 'models/digits' })
    expect(await git.entry('HEAD', 'models/none')).toBeNull()
    expect(await git.entry('HEAD', '../x')).toBeNull()
    expect(await git.show('HEAD', 'Dockerfile/x')).toBeNull()
    expect(await git.show('HEAD', 'data')).toBeNull()
    expect(await git.filesAt('HEAD')).toEqual(expect.arrayContaining(['link', 'side', 'Dockerfile']))
  })

  test('the folders of the working directory are on the way, too', async () => {
    const { root } = repository
    renameSync(join(root, 'models'), join(root, 'other'))
    symlinkSync('other', join(root, 'models'))
    const commit = repository.save()
    rmSync(join(root, 'models'))
    renameSync(join(root, 'other'), join(root, 'models'))
    const git = await open(join(root, 'models/digits'))
    expect(await git.entry(commit, 'provenance.yml')).toEqual({ kind: 'link', path: 'models' })
    expect(await git.show(commit, 'provenance.yml')).toBeNull()
    expect(await git.filesAt(commit)).toEqual([])
    await expect(git.export(commit, join(scratch, 'out'))).rejects.toMatchObject({
      code: 'directory/missing',
    })
  })
})

test('a git that fails is an error, and never an answer', async () => {
  const git = await open()
  const gone = 'd'.repeat(40)
  expect(await git.has(gone)).toBe(false)
  await expect(git.isAncestor(gone, 'HEAD')).rejects.toMatchObject({ code: 'git/failed' })
  await expect(git.mergeBase(gone, 'HEAD')).rejects.toMatchObject({ code: 'git/failed' })
  await expect(git.show(gone, 'Dockerfile')).rejects.toMatchObject({ code: 'git/failed' })
  await expect(git.filesAt(gone)).rejects.toMatchObject({ code: 'git/failed' })
  const orphan = repository.git('commit-tree', '-m', 'another', 'HEAD^{tree}')
  expect(await git.mergeBase(orphan, 'HEAD')).toBeUndefined()
  expect(await git.isAncestor(orphan, 'HEAD')).toBe(false)
})

test('output that was cut is an error in every question', async () => {
  let cut = false
  const run: RunProgram = async (argv, options) => ({ ...(await uncancelled(argv, options)), truncated: cut })
  const git = await Git.open(run, repository.root, scratch)
  cut = true
  for (const ask of [
    () => git.dirty(),
    () => git.files(),
    () => git.filesAt('HEAD'),
    () => git.changed('HEAD^', 'HEAD'),
    () => git.has(repository.commit),
    () => git.isAncestor('HEAD^', 'HEAD'),
    () => git.mergeBase('HEAD^', 'HEAD'),
    () => git.parents('HEAD'),
    () => git.show('HEAD', 'Dockerfile'),
    () => git.entry('HEAD', 'Dockerfile'),
    () => git.history('Dockerfile', 3),
    () => git.export('HEAD', join(scratch, 'out')),
  ])
    await expect(ask()).rejects.toMatchObject({ code: 'output/truncated' })
})
