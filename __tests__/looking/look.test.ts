import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { look } from '../../src/looking/look.js'
import { readingOfLook } from '../../src/looking/reading.js'
import { claimsOf } from '../../src/provenance/claims.js'
import { checkCompleteness } from '../../src/provenance/completeness.js'
import { recordSchema } from '../../src/provenance/schema.js'
import { reservedIn } from '../../src/provenance/claims.js'
import { treeOf } from './tree.js'

const EVALUATES = 'from sklearn.metrics import accuracy_score\nprint(accuracy_score([1], [1]))\n'
const names = async (files: Record<string, string>) =>
  (await look(treeOf(files), 'repo')).models.map(({ name, folder }) => `${name} ${folder}`)
const readme = (command: string) => `\`\`\`sh\n${command}\n\`\`\`\n`

describe('models by folder', () => {
  test('a project is one, whatever its parts', async () => {
    expect(
      await names({
        'README.md': readme('python src/eval.py'),
        'src/eval.py': EVALUATES,
        'src/README.md': 'x',
        'scripts/train.py': EVALUATES,
        'scripts/requirements.txt': 'a',
      }),
    ).toEqual(['repo .'])
  })
  test('folders with a description and a program are models of their own', async () => {
    const one = (folder: string) => ({
      [`${folder}/README.md`]: readme('python train.py'),
      [`${folder}/train.py`]: EVALUATES,
    })
    expect(await names({ 'README.md': 'a course', ...one('01-intro'), ...one('02-more') })).toEqual([
      '01-intro 01-intro',
      '02-more 02-more',
    ])
  })
  test('programs of one name in sibling folders are, too; two folders of one name are told apart', async () => {
    expect(await names({ 'a/x/main.py': EVALUATES, 'a/y/main.py': EVALUATES })).toEqual(['x a/x', 'y a/y'])
    expect(
      await names({
        'a/x/main.py': EVALUATES,
        'a/y/main.py': EVALUATES,
        'b/x/main.py': EVALUATES,
        'b/z/main.py': EVALUATES,
      }),
    ).toEqual(['a.x a/x', 'y a/y', 'b.x b/x', 'z b/z'])
  })
  test('numbers and notebooks of nobody are no model', async () => {
    expect(
      await names({ 'results.json': '{"accuracy": 1}', 'README.md': 'accuracy 0.9', 'a.py': 'x = 1' }),
    ).toEqual([])
    expect(await names({})).toEqual([])
  })
})

test('what was found is said with its place, and is the word of no run', async () => {
  const files = {
    'README.md': readme('python eval.py'),
    'eval.py': `${EVALUATES}import json\nnp.random.seed(7)\njson.dump(r, open("metrics.json", "w"))\n`,
    'metrics.json': '{\n  "accuracy": 0.5\n}\n',
    'params.yaml': 'C: 1.0\n',
    'data.csv.dvc': `outs:\n- md5: ${'a'.repeat(32)}\n`,
  }
  const { models } = await look(treeOf(files, 'sub/'), 'repo')
  const reading = readingOfLook(models[0]!, 'sub/provenance.yml')
  expect(recordSchema.safeParse(reading.record).success).toBe(true)
  const claims = claimsOf([reading])
  const fields = [
    'evaluation.command',
    'evaluation.metrics.accuracy',
    'seeds.numpy',
    'hyperparameters.C',
    'data[0].digest',
  ]
  expect(fields.map((field) => claims.at(field).place)).toEqual([
    { file: 'sub/README.md', line: 2 },
    { file: 'sub/metrics.json', line: 2 },
    { file: 'sub/eval.py', line: 4 },
    { file: 'sub/params.yaml', line: 1 },
    { file: 'sub/data.csv.dvc', line: undefined },
  ])
  expect(fields.filter((field) => reservedIn(claims, field) === undefined)).toEqual([])
  const reserved = (field: string) => reservedIn(claims, field)
  expect(
    checkCompleteness(claims.record!, { more: [], malformed: [], mandatory: () => true, reserved }).present,
  ).toBe(2)
})

test('whatever a tree holds, looking ends and says something that a record may say', async () => {
  const paths = [
    'README.md',
    'dvc.yaml',
    'MLproject',
    'Makefile',
    'run.sh',
    'eval.py',
    'a.ipynb',
    'metrics.json',
    'results.csv',
    'report.txt',
    'p.jsonl',
    'params.yaml',
    'requirements.txt',
    'environment.yml',
    'Dockerfile',
    'pyproject.toml',
    '.gitattributes',
    'x.dvc',
    'wandb/run-1/files/wandb-metadata.json',
    '.github/workflows/a.yml',
  ]
  const piece = fc.constantFrom(
    'stages:',
    '\n',
    '  ',
    'cmd: python eval.py',
    '```',
    '`python eval.py`',
    '{"accuracy": 1}',
    '[',
    '{',
    '"',
    "'",
    '\\',
    '\0',
    '$(X)',
    'seed = 3',
    'import sklearn',
    '.evaluate(',
    '- ',
    ': ',
    '# A',
    '\u202e',
    'EXPOSE',
    '__proto__',
    '*a',
    '&a',
    '\r\n',
    'a==1',
  )
  const text = fc
    .array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 30 })
    .map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...paths), text), async (files) => {
      const { models } = await look(treeOf({ 'evaluate.py': EVALUATES, ...files }), 'repo')
      for (const model of models) {
        const { record } = readingOfLook(model, 'provenance.yml')
        expect(recordSchema.safeParse(record).error?.issues).toBeUndefined()
      }
    }),
    { numRuns: 150 },
  )
})
