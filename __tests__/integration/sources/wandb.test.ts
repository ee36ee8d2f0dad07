import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { wandb } from '../../../src/provenance/sources/wandb/index.js'
import { openLab, type Lab } from './lab.js'

const SCRIPT = `import wandb
with wandb.init(project='churn', config={'lr': 0.1, 'seed': 7, 'model': {'depth': 3}, 'data': '/home/ada/x.csv'}) as run:
    for step in range(3):
        run.log({'loss': 1.0 / (step + 1), 'val/acc': 0.5 + step / 10})
    run.summary['test_acc'] = 0.875
    run.summary['bad'] = float('nan')
    for name, kind in (('data.csv', 'dataset'), ('model.bin', 'model')):
        artifact = wandb.Artifact('churn-' + kind, type=kind)
        artifact.add_file(name)
        run.log_artifact(artifact)
    print(run.id)
`

const DATA = 'a,b\n1,2\n'
const md5 = (text: string) => `md5:${createHash('md5').update(text).digest('hex')}`

/** Milliseconds: real programs start slowly on a busy machine. */
jest.setTimeout(240_000)

let lab: Lab
let id: string
let commit: string

beforeAll(async () => {
  lab = await openLab()
  lab.write('train.py', SCRIPT)
  lab.write('data.csv', DATA)
  lab.write('model.bin', 'weights')
  lab.write('.gitignore', '__pycache__\n')
  commit = lab.save()
  id = lab.run(lab.python, 'train.py', '--fast', '--out=/home/ada/out').trim().split('\n')[0]!
})

afterAll(() => lab.remove())

test('a run that was offline is read from its log, as W&B has logged it', async () => {
  const tree = await lab.tree()
  expect(wandb.detect(await tree.files.list())).toEqual(['wandb'])
  const { record, problems } = await wandb.read(tree, 'wandb')
  expect(problems).toEqual([])
  expect(record).toMatchObject({
    run: { id },
    code: { commit, repository: 'https://example.org/acme/churn.git' },
    seeds: { seed: 7 },
    hyperparameters: { lr: 0.1, 'model.depth': 3, data: '~/x.csv' },
    evaluation: {
      command: ['python', 'train.py', '--fast', '--out=~/out'],
      metrics: { loss: 1 / 3, 'val/acc': 0.7, test_acc: 0.875 },
    },
    data: [{ name: 'churn-dataset', path: 'data.csv', digest: md5(DATA) }],
    model: { name: 'churn-model', path: 'model.bin', digest: md5('weights') },
  })
  expect(Object.keys(record!.evaluation!.metrics!).sort()).toEqual(['loss', 'test_acc', 'val/acc'])
  expect(await wandb.check!(tree, 'wandb')).toEqual([])
  expect((await wandb.read(tree, `wandb#run=${id}`)).record?.run?.id).toBe(id)
})

test('a commit that does not hold the script of the run', async () => {
  lab.run('git', 'rm', '--quiet', '--cached', 'train.py')
  lab.run(
    'git',
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.org',
    'commit',
    '--quiet',
    '--amend',
    '--message=x',
  )
  lab.run(lab.python, 'train.py')
  const found = await wandb.check!(await lab.tree(), 'wandb')
  expect(found).toMatchObject([{ rule: 'claims/commit-lacks-code' }])
  expect(found[0]!.message).toMatch(/does not hold the script train\.py$/)
})
