import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import type { Record_ } from '../../src/provenance/schema.js'
import { docker, must, type Workshop } from './workshop.js'

/** A fixed amount of work, not a fixed time: what slows an evaluation down shows. */
const WORK = `def work(rounds):
    state = 7
    for _ in range(rounds * 100_000):
        state = (state * 1103515245 + 12345) & 0x7fffffff
    return state
`
const EVALUATE = `import csv, json

${WORK}
k = float(open('models/toy/model.txt').read())
noise = work(int(open('rounds.txt').read())) % 97 / 97
rows = list(csv.DictReader(open('data/test.csv')))
right = 0
with open('predictions.csv', 'w') as out:
    out.write('id,prediction,score\\n')
    for row in rows:
        score = float(row['x']) / k + noise
        right += int(score) % 2 == int(row['y'])
        out.write(f"{row['id']},{int(score) % 2},{score!r}\\n")
json.dump({'accuracy': right / len(rows)}, open('metrics.json', 'w'))
`
/** Nothing of it needs a network. */
const DOCKERFILE = `ARG BASE
FROM \${BASE}
RUN python3 -m venv /opt/venv
RUN cp -a /usr/lib/python3 /opt/more
ENV PATH=/opt/venv/bin:$PATH
`
const RECORD = `reprogate: record/1
model: {name: toy, version: 1.0.0, path: models/toy/model.txt}
run: {rationale: measured}
data:
  - {name: toy, version: v1, path: data/test.csv, licence: CC0-1.0}
seeds: {split: 7}
hyperparameters: {}
evaluation: {command: [python3, evaluate.py]}
`
const policy = (base: string) => `track: exploratory
models:
  toy:
    record: models/toy/provenance.yml
    environment: {dockerfile: Dockerfile, args: {BASE: "${base}"}}
    evaluation:
      command: [python3, evaluate.py]
      metrics: metrics.json
      predictions: {path: predictions.csv, key: id}
      canary: off
`
const PREDICTIONS = 2000
const TRIAL_ROUNDS = 400

const files = (base: string, rounds: number): Record<string, string> => ({
  '.gitignore': '.reprogate/\nmetrics.json\npredictions.csv\n!models/**\n',
  Dockerfile: DOCKERFILE,
  'evaluate.py': EVALUATE,
  'rounds.txt': `${rounds}\n`,
  'reprogate.yml': policy(base),
  'data/test.csv': `id,x,y\n${Array.from({ length: PREDICTIONS }, (_, i) => `${i},${(i * 0.37).toFixed(2)},${i % 2}\n`).join('')}`,
  'models/toy/model.txt': '3\n',
  'models/toy/provenance.yml': RECORD,
})

/**
 * Rounds of work that take so many seconds of one core in a container of the base. Seconds of the
 * processor, not of the clock: the load of the moment does not make the evaluation shorter.
 */
export async function calibrate(shop: Workshop, seconds: number): Promise<number> {
  const program = `${WORK}
import time
work(${TRIAL_ROUNDS})
print(time.process_time())`
  const { stdout } = await docker(shop, ['run', '--rm', '--', shop.base, 'python3', '-c', program])
  return Math.max(1, Math.round((seconds * TRIAL_ROUNDS) / Number(stdout.toString())))
}

/** A repository with one small model and no record of a run yet, committed. */
export async function makeToy(shop: Workshop, rounds: number) {
  const folder = join(shop.folder, 'toy')
  for (const [path, text] of Object.entries(files(shop.base, rounds))) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const git = (...args: string[]) =>
    must(
      shop.run,
      [
        'git',
        '-c',
        'user.name=bench',
        '-c',
        'user.email=bench@example.org',
        '-c',
        'commit.gpgsign=false',
        ...args,
      ],
      { cwd: folder },
    )
  await git('init', '--quiet')
  const commit = async (message: string) => {
    await git('add', '--all')
    await git('commit', '--quiet', '--message', message)
  }
  await commit('A model')
  return {
    folder,
    /** @returns the image that the record pins */
    async commitRecord(): Promise<string> {
      await commit('Its record')
      const record = parse(await readFile(join(folder, 'models/toy/provenance.yml'), 'utf8')) as Record_
      const image = record.environment?.image
      if (image === undefined) throw new Error('the record pins no image')
      return image
    },
  }
}
