import { afterAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { distributionOf } from '../../src/init/environment/distributions.js'
import { packagesOf } from '../../src/init/environment/checked.js'
import { makeEnvironment } from '../../src/init/environment/index.js'
import { allows, pythonsToTry } from '../../src/init/environment/python.js'
import type { EnvironmentTools, EnvironmentWish } from '../../src/init/environment/request.js'
import { repair } from '../../src/init/environment/resolve.js'
import { ReprogateError } from '../../src/system/errors.js'
import type { RunProgram } from '../../src/system/process.js'
import { memoryTree } from '../support/memory-tree.js'

const scratch = mkdtempSync(join(tmpdir(), 'reprogate-make-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const LOCK = `six==1.16.0 \\\n    --hash=sha256:${'a'.repeat(64)}\n`
/** What a resolver was asked. */
interface Asked {
  argv: readonly string[]
  input: string
  overrides: string | undefined
}

type Done = Awaited<ReturnType<RunProgram>>
interface World {
  /** A `pylock.toml`: what the index has of the lock; undefined: not all of it. */
  offered?: string
  /** Default: an engine without images, and without a registry. */
  engine?(argv: readonly string[], done: Done): Done
}

/** A resolver that answers as it is told: an error, or the lock. */
function fakeTools(
  answers: readonly (string | true)[],
  { offered, engine = (_, done) => ({ ...done, code: 1 }) }: World = {},
): { tools: EnvironmentTools; asked: Asked[] } {
  const asked: Asked[] = []
  const run: RunProgram = (argv) => {
    const done = { code: 0, stdout: Buffer.from(''), stderr: '', timedOut: false, truncated: false }
    if (argv[0] === 'docker' || argv[0] === 'podman') return Promise.resolve(engine(argv, done))
    const after = (option: string) => (argv.includes(option) ? argv[argv.indexOf(option) + 1] : undefined)
    if (after('--format') === 'pylock.toml') {
      if (offered === undefined) return Promise.resolve({ ...done, code: 1, stderr: 'the index lacks six' })
      writeFileSync(after('--output-file')!, offered)
      return Promise.resolve(done)
    }
    const overrides = after('--overrides')
    const answer = answers[asked.length] ?? 'nothing fits'
    asked.push({
      argv,
      input: readFileSync(argv[3]!, 'utf8'),
      overrides: overrides && readFileSync(overrides, 'utf8'),
    })
    if (answer !== true) return Promise.resolve({ ...done, code: 1, stderr: answer })
    writeFileSync(after('--output-file')!, LOCK)
    return Promise.resolve(done)
  }
  const git = {
    lastChange: (paths: readonly string[]) =>
      Promise.resolve(paths[0] === '.' ? '2024-06-01T00:00:00Z' : '2022-03-01T10:00:00+02:00'),
    shallow: () => Promise.resolve(false),
  }
  return { asked, tools: { run, scratch, git, today: '2026-01-01T00:00:00Z' } }
}

const wish = (files: Record<string, string>, more: Partial<EnvironmentWish> = {}): EnvironmentWish => ({
  files: memoryTree(files),
  folder: '.',
  installed: [],
  code: ['eval.py'],
  imports: ['six'],
  ...more,
})

const note = (made: Awaited<ReturnType<typeof makeEnvironment>>): Record<string, unknown> => {
  if ('cannot' in made) throw new Error(made.cannot)
  return JSON.parse(made.files[2]!.text) as Record<string, unknown>
}

describe('the ladder', () => {
  test('the first attempt is as of the code, over older and older Pythons', async () => {
    const { tools, asked } = fakeTools(['no wheels', true])
    expect(note(await makeEnvironment(tools, wish({ 'requirements.txt': 'six\n' })))).toMatchObject({
      attempt: 'as-of',
      python: '3.8',
      asOf: '2022-03-01T08:00:00Z',
    })
    expect(asked.map(({ argv }) => argv[argv.indexOf('--python-version') + 1])).toEqual(['3.9', '3.8'])
    expect(asked[0]!.argv).toEqual(
      expect.arrayContaining([
        '--generate-hashes',
        '--exclude-newer',
        '2022-03-01T08:00:00Z',
        '--only-binary',
      ]),
    )
    expect(asked[0]!.input).toBe('six\nsetuptools\n')
  })
  test('pins that contradict each other are taken as they are, and it is said', async () => {
    const { tools, asked } = fakeTools([
      ...Array<string>(4).fill('a==1 depends on b==2, unsatisfiable'),
      true,
    ])
    const made = await makeEnvironment(tools, wish({ 'requirements.txt': 'six==1\nb==1\n' }))
    expect(note(made)).toMatchObject({ attempt: 'conflict-overridden' })
    expect(asked.at(-1)?.overrides).toBe('six==1\nb==1\n')
  })
  test('what came to the index later moves the date, and it is said', async () => {
    const { tools } = fakeTools([...Array<string>(4).fill('filtered by exclude-newer'), true])
    const made = await makeEnvironment(tools, wish({ 'requirements.txt': 'six\n' }))
    expect(note(made)).toMatchObject({ attempt: 'later-90d', asOf: '2022-05-30T08:00:00Z' })
    expect('said' in made && made.said.join('\n')).toContain('No versions fitted at 2022-03-01T08:00:00Z')
  })
  test('at last only what is imported', async () => {
    const { tools, asked } = fakeTools([...Array<string>(4).fill('broken'), true])
    const made = await makeEnvironment(tools, wish({ 'requirements.txt': 'six\nsimulator\n' }))
    expect(note(made)).toMatchObject({
      attempt: 'minimal',
      dropped: expect.arrayContaining(['simulator: not imported']),
    })
    expect(asked.at(-1)?.input).toBe('six\n')
  })
  test('today only if asked, and by no other step', async () => {
    const { tools, asked } = fakeTools([])
    const made = await makeEnvironment(tools, wish({ 'requirements.txt': 'six\n' }, { asOf: 'today' }))
    expect(made).toMatchObject({ cannot: expect.stringContaining('nothing fits') })
    expect(asked.every(({ argv }) => argv.includes('2026-01-01T00:00:00Z'))).toBe(true)
  })
  test.each([
    ['no version of six==9', ['six==9', 'a'], true, ['six>=9', 'a']],
    ['no version of six==9', ['six==9', 'a'], false, ['a']],
    ['no version of torch==1.8+cu111', ['torch==1.8+cu111'], true, ['torch==1.8']],
    ['no version of six==9.post1', ['Six==9.post1'], false, ['Six==9']],
    ['no version of other==9', ['six==9'], true, undefined],
  ])('%s in %j, imported: %s', (error, lines, imported, expected) => {
    expect(repair(lines, `there is ${error}`, () => imported)?.lines).toEqual(expected)
  })
})

describe('from a lock', () => {
  test('requirements with hashes stay as they are, and are recorded', async () => {
    const { tools, asked } = fakeTools([])
    const made = await makeEnvironment(tools, wish({ 'requirements.txt': LOCK }))
    expect(note(made)).toMatchObject({ level: 'recorded', attempt: 'recorded' })
    expect('files' in made && made.files[1]!.text).toBe(LOCK)
    expect(asked).toEqual([])
  })
  test('a conda export keeps what is imported; names of conda become those of the index', async () => {
    const { tools, asked } = fakeTools([true])
    const yml = 'dependencies:\n  - python=3.8.5=h_0\n  - pytorch=1.8.0=py_0\n  - vs2015_runtime=14=h_0\n'
    expect(
      note(await makeEnvironment(tools, wish({ 'environment.yml': yml }, { imports: ['torch'] }))),
    ).toMatchObject({ python: '3.8', pythonBy: 'environment.yml' })
    expect(asked[0]!.input).toBe('torch==1.8.0\nsetuptools\n')
  })
  test('of Poetry the asked are resolved, held by the lock', async () => {
    const { tools, asked } = fakeTools([true])
    const files = {
      'poetry.lock':
        '[[package]]\nname = "six"\nversion = "1.16.0"\nfiles = []\n[[package]]\nname = "pywin32"\nversion = "1"\n',
      'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.8"\nsix = "^1.10"\n',
    }
    await makeEnvironment(tools, wish(files))
    expect(asked[0]!.input).toBe('six>=1.10,<2\nsetuptools\n')
    expect(readFileSync(asked[0]!.argv[asked[0]!.argv.indexOf('--constraints') + 1]!, 'utf8')).toBe(
      'six==1.16.0\n',
    )
  })
})

describe('the files', () => {
  test('nothing is written over; the Dockerfile goes with the new names', async () => {
    const { tools } = fakeTools([true])
    const made = await makeEnvironment(
      tools,
      wish({ 'm/requirements.txt': 'six\nopencv-python\n', 'm/Dockerfile': 'FROM x\n' }, { folder: 'm' }),
    )
    if ('cannot' in made) throw new Error(made.cannot)
    expect(made.files.map(({ path }) => path)).toEqual([
      'm/reprogate.Dockerfile',
      'm/requirements.lock',
      'm/requirements.lock.json',
    ])
    expect(made.files[0]!.text).toContain('COPY ["m/requirements.lock","/tmp/requirements.lock"]')
    expect(made.files[0]!.text).toContain('python:3.9-slim-bookworm@sha256:REPROGATE_DIGEST_MISSING')
  })
  test.each([
    [{ 'eval.py': 'print "x"\n', 'requirements.txt': 'six\n' }, {}, /Python 2/],
    [{ 'renv.lock': '{"Packages": {"a": {"Version": "1"}}}' }, {}, /is not of Python/],
    [{}, { imports: [] }, /nothing says which packages/],
    [
      { 'requirements.txt': 'six\n' },
      { python: { version: '2.7', by: 'runtime.txt' } },
      /runtime\.txt asks for Python 2\.7/,
    ],
  ])('%j: stops and says so', async (files, more, why) => {
    const made = await makeEnvironment(fakeTools([]).tools, wish(files, more))
    expect(made).toMatchObject({ cannot: expect.stringMatching(why), next: expect.stringMatching(/\.$/) })
  })
  test('without the resolver one line says how to get it', async () => {
    const { tools } = fakeTools([])
    const run: RunProgram = () => Promise.reject(new ReprogateError('program/missing', 'x'))
    expect(await makeEnvironment({ ...tools, run }, wish({ 'requirements.txt': 'six\n' }))).toMatchObject({
      cannot: expect.stringContaining('uv'),
      next: expect.stringContaining('pip install uv'),
    })
  })
})

test('what a lock or a file name holds cannot become an option or an instruction', async () => {
  const { tools, asked } = fakeTools([true])
  const evil = '[[package]]\nname = "a"\nversion = "1\\n--index-url https://evil"\nfiles = []\n'
  const made = await makeEnvironment(
    tools,
    wish({ 'x\nRUN evil\n/poetry.lock': evil }, { folder: 'x\nRUN evil\n' }),
  )
  expect(asked[0]!.input).not.toContain('evil')
  expect(readFileSync(asked[0]!.argv[asked[0]!.argv.indexOf('--constraints') + 1]!, 'utf8')).not.toContain(
    'evil',
  )
  expect('files' in made && made.files[0]!.text).not.toMatch(/^RUN evil/m)
})

describe('names', () => {
  test.each([
    ['sklearn.svm', { name: 'scikit-learn' }],
    ['torch.utils.tensorboard', { name: 'tensorboard' }],
    ['torch.nn', { name: 'torch' }],
    ['os.path', 'none'],
    ['distutils', 'none'],
    ['huggingface_hub', { name: 'huggingface-hub' }],
    ['clip', 'unknown'],
    ['__proto__', 'none'],
    ['constructor', 'unknown'],
  ])('%s', (module, expected) => {
    expect(distributionOf(module)).toEqual(expected)
  })
  test('what nobody knows is asked for and not installed', async () => {
    const { tools, asked } = fakeTools([true])
    const made = await makeEnvironment(
      tools,
      wish({ 'requirements.txt': 'six\n' }, { imports: ['six', 'squatter.x', 'models.a'] }),
    )
    expect(note(made)).toMatchObject({ unknown: ['squatter'] })
    expect(asked[0]!.input).not.toContain('squatter')
  })
})

describe('Python', () => {
  test.each([
    ['2022-03-01T00:00:00Z', undefined, undefined, ['3.9', '3.8', '3.7', '3.6']],
    ['2022-03-01T00:00:00Z', '3.7.9', '>=3.9', ['3.7']],
    ['2022-03-01T00:00:00Z', undefined, '>=3.8,<4', ['3.9', '3.8']],
    ['2022-03-01T00:00:00Z', undefined, '>=3.10', ['3.10']],
    ['2022-03-01T00:00:00Z', undefined, '>=3.13', []],
  ])('at %s, stated %s, in %s', (time, stated, range, expected) => {
    expect(pythonsToTry(time, stated, range)).toEqual(expected)
  })
  test.each([
    ['>=3.8,<3.11', '3.10', true],
    ['>=3.8,<3.11', '3.11', false],
    ['^3.8', '3.12', true],
    ['==3.8.*', '3.8', true],
    ['==3.8.*', '3.9', false],
    ['~=3.8', '3.7', false],
    ['>=3', '3.6', true],
  ])('%s allows %s: %s', (range, version, expected) => {
    expect(allows(range, version)).toBe(expected)
  })
})

test('whatever a list holds, no line of it is an option or two lines for the resolver', async () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('six', '--index-url https://x', '-e .', 'a @ https://x/a.whl', 'a;b', "a==1'"),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
      const { tools, asked } = fakeTools([true])
      await makeEnvironment(tools, wish({ 'requirements.txt': lines.join('\n') }))
      for (const { input } of asked)
        for (const one of input.trimEnd().split('\n')) expect(one).toMatch(/^(?:$|[A-Za-z0-9])/)
    }),
    { numRuns: 200 },
  )
})

describe('a base that a person names', () => {
  const PINNED = `registry.example/base@sha256:${'1'.repeat(64)}`
  const has =
    (python: string, digests: string) =>
    (argv: readonly string[], done: Done): Done =>
      argv[0] === 'podman' || argv.includes('imagetools')
        ? { ...done, code: 1 }
        : { ...done, stdout: Buffer.from(argv[1] === 'run' ? python : digests) }
  const make = (python: string, digests: string, files: Record<string, string>) =>
    makeEnvironment(
      fakeTools([true], { engine: has(python, digests) }).tools,
      wish(files, { base: 'registry.example/base:1' }),
    )
  const files = { 'requirements.txt': 'six\n' }

  test('is asked for its Python, and pinned by the digest that this engine knows', async () => {
    const made = await make('3.9\n', `${PINNED}\n`, files)
    expect(note(made)).toMatchObject({ python: '3.9', pythonBy: 'registry.example/base:1' })
    expect('files' in made && made.files[0]!.text).toContain(`ARG BASE=${PINNED}\n`)
  })
  test.each([
    ['without a digest', '3.9', '', files, 'registry.example/base:1 has no digest, as no registry gave it'],
    ['without Python', 'sh: python3: not found', PINNED, files, 'has no python3 with the module venv'],
    [
      'with another Python than the project asks for',
      '3.11',
      PINNED,
      { 'pyproject.toml': '[project]\nname = "a"\nrequires-python = ">=3.12"\ndependencies = ["six"]\n' },
      'the project asks for Python >=3.12, and registry.example/base:1 has Python 3.11',
    ],
  ])('%s is refused', async (_, python, digests, tree, why) => {
    expect(await make(python, digests, tree)).toMatchObject({ cannot: expect.stringContaining(why) })
  })
})

describe('what was checked of the lock', () => {
  const said = async (world: World, more: Partial<EnvironmentWish> = {}) => {
    const made = await makeEnvironment(
      fakeTools([true], world).tools,
      wish({ 'requirements.txt': 'six\n' }, more),
    )
    return 'said' in made ? made.said.join('\n') : ''
  }
  const SIX = '[[packages]]\nname = "six"\n'
  const WHEELS = `${SIX}[[packages.wheels]]\nurl = "https://x/six.whl"\n`

  test('that the index has all of it, and that what the code imports is in it', async () => {
    const text = await said({ offered: WHEELS })
    expect(text).toContain('the index has all 1 package of the lock')
    expect(text).toContain('1 of 1 package that the code imports is among them')
    expect(text).toContain('Not checked: that the image builds')
    expect(text).not.toContain('Only as source')
  })
  test('what only source is offered of', async () => {
    expect(await said({ offered: SIX })).toContain('Only as source, so that the image has to build it: six.')
  })
  test('what the index lacks, and what is imported and not locked', async () => {
    const text = await said({}, { imports: ['six', 'torch'] })
    expect(text).toContain('the lock does not resolve for Python 3.9: the index lacks six')
    expect(text).toContain('Imported, and not in the lock: torch.')
  })
})

test('a list of packages of any shape is read', () => {
  for (const text of ['', 'packages = 1', 'packages = [1, {}, {name = 2}]'])
    expect(packagesOf(text)).toEqual([])
  expect(packagesOf('packages = [{name = "a", wheels = []}]')).toEqual([{ name: 'a', wheels: false }])
})

test('a stub that refuses to install is replaced by what is meant, and it is said', async () => {
  const { tools, asked } = fakeTools([true])
  const made = await makeEnvironment(tools, wish({ 'requirements.txt': 'sklearn==0.0\nsix\n' }))
  expect(asked[0]!.input).toMatch(/^scikit-learn$/m)
  expect(asked[0]!.input).not.toMatch(/^sklearn/m)
  expect(note(made)).toMatchObject({ dropped: ['sklearn: a stub, scikit-learn is meant'] })
})
