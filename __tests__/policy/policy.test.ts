import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePolicy } from '../../src/policy/load.js'
import { PRESETS } from '../../src/policy/presets.js'
import { policySchema } from '../../src/policy/schema.js'
import { createRepository, findingsOf, RECORD, type Repository } from '../support/gate.js'

const refused = (text: string) => {
  try {
    parsePolicy(Buffer.from(text), 'reprogate.yml')
  } catch (error) {
    return error
  }
  throw new Error('it was accepted')
}

describe('a policy that cannot be read stops the check, with line and remedy', () => {
  test.each([
    ['rulez: {}', /`rulez`: unknown key: did you mean `rules`\?/, 1],
    ['models:\n  digits:\n    recrod: a.yml\n    record: a.yml', /unknown key: did you mean `record`/, 3],
    ['track: production\ntrack: exploratory', /given twice, first in line 1/, 2],
    ['\nrules:\n  data/version-mising: off', /did you mean `data\/version-missing`/, 3],
    ['models: {"a b": {record: a}}', /`models.a b`: letters, digits/, 1],
    ['track: strict', /`track`/, 1],
    ['preset: strikt', /`preset`: expected one of "minimal"\|?.*"strict"/, 1],
    ['models:\n  digits:\n    record: /etc/passwd', /relative path/, 3],
    ['models: {d: {record: a, evaluation: {command: [--flag]}}}', /must not be empty or begin with `-`/, 1],
    [
      'models: {d: {record: a, evaluation: {tolerance: {accuracy: {}}}}}',
      /needs `absolute`, `relative` or `ulp`/,
      1,
    ],
    [
      'models:\n  digits:\n    recrod: a.yml\ntrack: strict',
      /^`models.digits.recrod`: unknown key: .*; line 2: `models.digits.record`: missing; line 4: `track`: expected one of "exploratory"/,
      3,
    ],
    ['rules: {data/licence-missing: 5}', /`rules.data\/licence-missing`: expected one of .* or object$/, 1],
    [
      Array.from({ length: 9 }, (_, index) => `wrong${index}: 1`).join('\n'),
      /^`wrong0`.*; line 5: `wrong4`: unknown key \(and 4 more\)$/,
      1,
    ],
    ['a: [', /./, 1],
    ['- a list', /./, 1],
  ])('%j', (text, message, line) => {
    expect(refused(text)).toMatchObject({
      code: 'policy/invalid',
      message: expect.stringMatching(message),
      location: { file: 'reprogate.yml', line },
    })
  })

  test('one that is too large', () => {
    expect(refused(`# ${'x'.repeat(1024 * 1024)}`)).toMatchObject({ message: 'larger than 1 MiB' })
  })

  test('an empty one is the defaults', () => {
    expect(parsePolicy(Buffer.from('# nothing yet\n'), 'reprogate.yml')).toEqual({})
  })
})

describe('a preset', () => {
  const parsed = (text: string) => parsePolicy(Buffer.from(text), 'reprogate.yml')

  test('is written out; the policy’s own rules win and its own fields come on top', () => {
    const text = 'preset: strict\nrules: {record/unknown-key: off}\nrequired: [run.by, run.rationale]\n'
    const { rules, required } = parsed(text)
    expect(rules).toMatchObject({ 'record/unknown-key': 'off', 'data/licence-missing': 'error' })
    expect(required).toEqual([
      'code.repository',
      'data.source',
      'environment.platform',
      'run.rationale',
      'run.by',
    ])
  })

  test('standard is what is built in', () => {
    expect(parsed('preset: standard\n')).toMatchObject({ rules: {}, required: [] })
  })

  test.each(Object.entries(PRESETS))(
    'every field that %s asks for can be asked for',
    (name, { required }) => {
      expect(policySchema.safeParse({ preset: name, required }).success).toBe(true)
    },
  )
})

describe('in a repository', () => {
  let repository: Repository
  beforeEach(() => {
    repository = createRepository()
  })
  afterEach(() => repository.remove())
  const pullRequest = (base: string) => ({
    occasion: {
      kind: 'proposal' as const,
      base: { commit: base, ref: 'main' },
      head: repository.git('rev-parse', 'HEAD'),
    },
  })

  test('the preset mlperf asks for integers as seeds, and standard does not', async () => {
    repository.edit(RECORD, 'seeds: {split: 7,', 'seeds: {split: seven,')
    // Incomplete under either preset: nothing is rebuilt, so no engine is needed.
    repository.edit(RECORD, '    version: v3\n', '')
    const findings = async (preset: string) => {
      repository.write('reprogate.yml', `preset: ${preset}\ntrack: production\n`)
      repository.save()
      const all = findingsOf(await repository.check())
      return all.filter(({ rule }) => rule.startsWith('seeds/'))
    }
    expect(await findings('mlperf')).toMatchObject([
      { rule: 'seeds/not-integer', level: 'error', field: 'seeds.split', actual: 'seven', file: RECORD },
    ])
    expect(await findings('standard')).toEqual([])
  })

  test('a pull request is judged by the policy of its base; its own change is shown, not obeyed', async () => {
    repository.write('reprogate.yml', 'track: production\n')
    const base = repository.save()
    repository.write('reprogate.yml', 'track: exploratory\nrules: {data/version-missing: off}\n')
    repository.edit(RECORD, '    version: v3\n', '')
    repository.save()
    const report = await repository.check(pullRequest(base))
    expect(report).toMatchObject({
      verdict: 'incomplete',
      decision: 'fail',
      policy: { path: 'reprogate.yml', from: `main (${base.slice(0, 7)})` },
    })
    expect(report.policy.change).toContain('+track: exploratory')
    expect(findingsOf(report)).toMatchObject([{ rule: 'data/version-missing', level: 'error' }])
  })

  test('a policy that the pull request brings along does not judge it', async () => {
    const base = repository.git('rev-parse', 'HEAD')
    repository.write('reprogate.yml', 'rules: {data/version-missing: off}\n')
    repository.edit(RECORD, '    version: v3\n', '')
    repository.save()
    const report = await repository.check(pullRequest(base))
    expect(report).toMatchObject({ verdict: 'incomplete', policy: { path: null } })
    expect(report.policy.change).toContain('+rules:')
  })

  test('a base commit that the clone does not have is said so, with the fix', async () => {
    await expect(repository.check(pullRequest('b'.repeat(40)))).rejects.toMatchObject({
      code: 'policy/base-missing',
      remedy: 'Check out with `fetch-depth: 0`.',
    })
  })

  test('a policy path may not lead out', async () => {
    await expect(repository.check({ config: '../reprogate.yml' })).rejects.toMatchObject({
      code: 'policy/outside',
    })
  })

  test('the stricter track wins, wherever it is said', async () => {
    const track = async (request = {}) => (await repository.check(request)).models[0]?.track
    repository.edit(RECORD, 'dirty: false', 'dirty: true')
    expect(await track()).toBe('exploratory')
    expect(await track({ track: 'production' })).toBe('production')
    repository.edit(RECORD, 'reprogate: record/1', 'track: production')
    expect(await track({ track: 'exploratory' })).toBe('production')
    repository.edit(RECORD, 'track: production', 'track: exploratory')
    repository.write('reprogate.yml', `models: {digits: {record: ${RECORD}, track: production}}`)
    expect(await track()).toBe('production')
  })

  test('a level can be set for one track', async () => {
    repository.edit(RECORD, '    licence: CC-BY-4.0\n', '')
    repository.write('reprogate.yml', 'rules: {data/licence-missing: {production: error, exploratory: off}}')
    repository.save()
    expect(findingsOf(await repository.check())).toEqual([])
    expect(await repository.check({ track: 'production' })).toMatchObject({
      verdict: 'incomplete',
      decision: 'fail',
    })
  })

  test('every record is a model where the policy names none; an unknown name says what there is', async () => {
    repository.write('models/letters/provenance.yml', 'model: {name: letters}\n')
    expect((await repository.check()).models.map(({ name }) => name)).toEqual(['digits', 'letters'])
    await expect(repository.check({ models: ['digit'] })).rejects.toMatchObject({
      code: 'models/unknown',
      remedy: 'Did you mean digits?',
    })
    await expect(repository.check({ models: ['nothing-like-it'] })).rejects.toMatchObject({
      remedy: 'Models here: digits, letters.',
    })
  })

  test('a working directory below the top: paths are relative to it, locations to the repository', async () => {
    const { root } = repository
    repository.git('mv', 'models', 'Dockerfile', 'evaluate.py', 'data', '-k', '.')
    for (const path of ['models', 'Dockerfile', 'evaluate.py', 'data']) {
      repository.write('examples/a/.keep', '')
      repository.git('mv', path, `examples/a/${path}`)
    }
    const commit = repository.save()
    repository.edit(`examples/a/${RECORD}`, repository.commit, commit)
    const complete = await repository.check({ directory: `${root}/examples/a` })
    expect(findingsOf(complete)).toEqual([])
    repository.edit(`examples/a/${RECORD}`, 'dirty: false', 'dirty: true')
    repository.write('examples/a/evaluate.py', 'other')
    expect(findingsOf(await repository.check({ directory: `${root}/examples/a` }))).toMatchObject([
      { rule: 'code/dirty', file: `examples/a/${RECORD}`, line: 7 },
      { rule: 'code/uncommitted', actual: expect.stringContaining('evaluate.py') },
    ])
  })

  test('no model at all is said so', async () => {
    repository.git('rm', '-q', RECORD)
    await expect(repository.check()).rejects.toMatchObject({ code: 'models/none' })
  })

  test('a folder that is no repository is said so', async () => {
    await expect(repository.check({ directory: '/proc' })).rejects.toMatchObject({
      code: 'git/no-repository',
    })
    await expect(repository.check({ directory: '/nowhere' })).rejects.toMatchObject({
      code: 'directory/missing',
    })
  })
})
