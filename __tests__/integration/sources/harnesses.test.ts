import { cpSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hydra } from '../../../src/provenance/sources/configs/run.js'
import { inspect } from '../../../src/provenance/sources/inspect/index.js'
import { lmEval } from '../../../src/provenance/sources/lm-eval/index.js'
import type { Source } from '../../../src/provenance/sources/source.js'
import { openLab, type Lab } from './lab.js'

/** Harnesses as their users start them; what they report themselves is what a source has to say. */

const OFFLINE = ['HF_HUB_OFFLINE=1', 'HF_DATASETS_OFFLINE=1', 'HYDRA_FULL_ERROR=1']
let lab: Lab

beforeAll(async () => {
  lab = await openLab()
}, 30 * 60_000)
afterAll(() => lab.remove())

/** Runs a program of the environment and reads what it left, found as a repository's files are. */
async function readings(source: Source, ...argv: string[]) {
  const output = lab.run('env', ...OFFLINE, ...argv)
  const tree = await lab.tree()
  const found = source.detect(await listed())
  const read = await Promise.all(
    found.map((path) => source.read({ ...tree, files: { ...tree.files, list: listed } }, path)),
  )
  return { output, found, read }
}

/** Everything in the folder, tracked by git or not. */
const listed = async (): Promise<string[]> =>
  (await readdir(lab.root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/.git'))
    .map((entry) => join(entry.parentPath, entry.name).slice(lab.root.length + 1))

describe('lm-evaluation-harness with its dummy model, in the example', () => {
  const RUN = 'lm_eval --model dummy --tasks sums --include_path tasks --log_samples --output_path out'.split(
    ' ',
  )
  beforeAll(() => {
    cpSync('examples/lm-eval-sums', lab.root, { recursive: true })
    lab.save()
  })

  test('every field is what the harness reports, and the command that is put together gives the same again', async () => {
    const { found, read } = await readings(lmEval, ...RUN, '--seed', '11', '--limit', '5')
    const path = found.find((file) => file.startsWith('out/'))!
    const { record, problems, reservations, remarks, placeOf } = read[found.indexOf(path)]!
    const text = await readFile(join(lab.root, path), 'utf8')
    const { results, date } = JSON.parse(text) as { results: { sums: { 'acc,none': number } }; date: number }
    expect(problems).toEqual([])
    expect(record?.evaluation?.metrics).toEqual({ 'sums.acc,none': results.sums['acc,none'] })
    expect(record?.seeds).toEqual({ random: 11, numpy: 11, torch: 11, fewshot: 11 })
    expect([...reservations!.keys()].some((field) => field.startsWith('seeds'))).toBe(false)
    expect(Date.parse(record!.run!.started!)).toBe(Math.floor(date * 1000))
    expect(record?.data).toMatchObject([{ name: 'sums', path: 'data/sums.jsonl', split: 'test' }])
    expect(remarks?.map((remark) => remark.text)).toEqual(
      expect.arrayContaining([
        'made with lm-eval 0.4.13',
        '25 % of the task: 5 samples of 20 samples of sums, as `limit` is 5',
        'the samples of sums are those of the result: their hashes agree',
      ]),
    )
    const lineOf = (field: string) => text.split('\n')[placeOf(field).line! - 1]
    expect(lineOf('seeds.torch')).toContain('"torch_seed": 11')
    expect(lineOf('evaluation.metrics.sums.acc,none')).toContain('"acc,none"')

    const again = await readings(lmEval, ...record!.evaluation!.command!, '--output_path', 'again')
    const repeated = again.read[again.found.findIndex((file) => file.startsWith('again/'))]!.record
    expect(repeated?.evaluation).toEqual(record?.evaluation)
  }, 240_000)
})

const TASK = `
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes, match
from inspect_ai.solver import generate

@task
def sums(level: int = 1):
    samples = [Sample(input=f"{i}+{i}", target="Default" if i % 3 else str(i), id=i) for i in range(6)]
    return Task(dataset=samples, solver=generate(), scorer=[includes(), match()])
`

describe('Inspect with its mock model', () => {
  const RUN = 'inspect eval sums.py --model mockllm/model -T level=3 --display none --epochs 2'.split(' ')

  test.each(['eval', 'json'])(
    'every field of a log in the form %s is what Inspect reports',
    async (format) => {
      lab.write('sums.py', TASK)
      const commit = lab.save()
      const folder = `logs-${format}`
      const argv = [...RUN, '--log-format', format, '--log-dir', folder, '--seed', '5', '--limit', '4']
      const { found, read } = await readings(inspect, ...argv)
      const path = found.find((file) => file.startsWith(folder))!
      const { record, problems, remarks } = read[found.indexOf(path)]!
      const header = JSON.parse(lab.run('inspect', 'log', 'dump', '--header-only', path)) as {
        eval: { run_id: string; model: string; revision: { commit: string; dirty: boolean } }
        stats: { started_at: string; completed_at: string }
        results: { scores: { name: string; metrics: { accuracy: { value: number } } }[] }
      }
      expect(problems).toEqual([])
      expect(record).toMatchObject({
        model: { name: header.eval.model },
        run: {
          id: header.eval.run_id,
          started: header.stats.started_at,
          finished: header.stats.completed_at,
        },
        code: { dirty: header.eval.revision.dirty, repository: 'https://example.org/acme/churn.git' },
        seeds: { generate: 5 },
        hyperparameters: { 'task_args.level': 3, limit: 4, epochs: 2 },
      })
      expect(record?.evaluation?.metrics).toEqual(
        Object.fromEntries(
          header.results.scores.map(({ name, metrics }) => [`${name}.accuracy`, metrics.accuracy.value]),
        ),
      )
      expect(commit.startsWith(header.eval.revision.commit)).toBe(true)
      expect(remarks?.map((remark) => remark.text)).toEqual(
        expect.arrayContaining([
          `the run was made at commit ${header.eval.revision.commit}, which is abbreviated`,
          'made with inspect_ai 0.3.150',
        ]),
      )
      const command = record!.evaluation!.command!
      const again = await readings(inspect, ...command, '--display', 'none', '--log-dir', `again-${format}`)
      const repeated = again.read[again.found.findIndex((file) => file.startsWith(`again-${format}`))]!.record
      expect(repeated?.evaluation).toEqual(record?.evaluation)
      expect(repeated?.hyperparameters).toEqual(record?.hyperparameters)
    },
    240_000,
  )
})

test('hydra: what a run was given', async () => {
  lab.write('conf/config.yaml', 'seed: 1\nmodel:\n  width: 64\n  double: ${model.width}\n')
  lab.write(
    'train.py',
    'import hydra\n\n@hydra.main(version_base=None, config_path="conf", config_name="config")\ndef main(config):\n    print(config.seed)\n\nmain()\n',
  )
  const { found, read, output } = await readings(hydra, 'python', 'train.py', 'seed=9')
  expect(found).toEqual([expect.stringMatching(/^outputs\/.*\/\.hydra\/config\.yaml$/)])
  expect(read[0]).toMatchObject({
    problems: [],
    record: { seeds: { seed: Number(output) }, hyperparameters: { 'model.width': 64 } },
    remarks: [{ text: 'the run was started with `seed=9`' }],
  })
}, 240_000)
