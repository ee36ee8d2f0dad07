import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { ANSWERS_COPIED } from './answers-copied.js'
import { moveIndex } from './moved-index.js'
import { ONE_AMONG_TWENTY } from './one-among-twenty.js'
import { claimForHead, editRecord, EVALUATE, recordAgain, type Scenario } from './scenario.js'

/** Prints what a runner would obey, and what GitHub would render. */
const HOSTILE = [
  '::error file=evaluate.py,line=1::planted by the evaluation',
  '::add-mask::reproduced',
  '::set-output name=verdict::planted',
  '##[group]planted',
  '# Planted heading',
  '<img src="https://planted.example/pixel.png"> [planted](https://planted.example) @planted',
]

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'untouched',
    arrange: async () => {},
    verdict: 'reproduced',
    rules: [],
    names: ['identical'],
  },
  {
    name: 'every file touched',
    arrange: async ({ folder }) => {
      const later = new Date(Date.now() + 86_400_000)
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
        if (entry.isFile() && !entry.parentPath.includes('/.git'))
          await utimes(join(entry.parentPath, entry.name), later, later)
    },
    verdict: 'reproduced',
    rules: [],
    names: ['identical'],
  },
  {
    name: 'a package index that moved on',
    arrange: (place) => moveIndex(place, { repository: 'moved', others: {} }),
    verdict: 'not-reproduced',
    rules: ['environment/package-differs', 'evaluation/metric-differs', 'evaluation/prediction-differs'],
    names: ['scikit-learn', '1.5.2', '1.6.1', '10 flips', '0.966123', '0.968632'],
  },
  {
    name: 'a file edited in the image',
    arrange: async (place) => {
      const file = '/opt/venv/lib/python3*/site-packages/sklearn/metrics/_classification.py'
      await recordAgain(place, '--image', await place.alterImage(`RUN sed -i '$a # edited by hand' ${file}`))
    },
    verdict: 'not-reproduced',
    rules: ['environment/package-file-differs'],
    names: ['sklearn/metrics/_classification.py', 'make the edit of scikit-learn a step of Dockerfile'],
  },
  {
    name: 'a variable added to the image',
    arrange: async (place) =>
      recordAgain(place, '--image', await place.alterImage('ENV OPENBLAS_NUM_THREADS=1')),
    verdict: 'not-reproduced',
    rules: ['environment/config-differs'],
    names: ['OPENBLAS_NUM_THREADS'],
  },
  {
    name: 'a metric edited in the record',
    arrange: editRecord(['evaluation', 'metrics', 'accuracy'], 0.9761),
    verdict: 'not-reproduced',
    rules: ['evaluation/metric-differs'],
    names: ['accuracy', '0.976100', '0.966123', 'every prediction came back'],
  },
  {
    name: 'an evaluation without a seed',
    arrange: async (place) => {
      await place.edit(EVALUATE, (text) =>
        text
          .replace('import joblib\n', 'import joblib\nimport numpy as np\n')
          .replace(
            '    model = joblib.load(MODEL)\n',
            '    pixels = pixels + np.random.default_rng().normal(0, 2, pixels.shape)\n    model = joblib.load(MODEL)\n',
          ),
      )
      await recordAgain(place)
    },
    verdict: 'not-reproduced',
    rules: ['evaluation/nondeterministic'],
    names: ['Two identical replays disagree', 'flipped'],
  },
  {
    name: 'an evaluation that prints commands and Markdown',
    arrange: async (place) => {
      await place.edit(EVALUATE, (text) =>
        text.replace(
          'def main():\n',
          `def main():\n    for line in ${JSON.stringify(HOSTILE)}:\n        print(line, flush=True)\n`,
        ),
      )
      await recordAgain(place)
    },
    verdict: 'reproduced',
    rules: [],
    names: ['identical'],
    leaks: ['planted', '::', '##['],
  },
  {
    name: 'an evaluation that does not start',
    arrange: async (place) => {
      await place.edit('reprogate.yml', (text) =>
        text.replace('python3, evaluate.py', 'python4, evaluate.py'),
      )
      await place.editRecord((record) => record.setIn(['evaluation', 'command', 0], 'python4'))
      await place.commit('Evaluate with another Python')
    },
    verdict: 'could-not-check',
    rules: ['evaluation/failed'],
    names: ['exit code 127: exec python4 failed: No such file or directory'],
  },
  {
    name: 'a Dockerfile that does not build',
    arrange: async (place) => {
      await place.edit('Dockerfile', (text) =>
        text.replace(/^COPY/m, 'RUN apt-get install --yes libno-such-library\nCOPY'),
      )
      await claimForHead(place)
    },
    verdict: 'could-not-check',
    rules: ['environment/build-failed'],
    names: ['libno-such-library'],
  },
  {
    name: 'a seed removed',
    arrange: async (place) => {
      await place.editRecord((record) => record.deleteIn(['seeds', 'split']))
      await place.commit('Forget a seed')
    },
    verdict: 'incomplete',
    rules: ['seeds/value-missing'],
    names: ['split'],
  },
  {
    name: 'a byte of the data flipped',
    arrange: async (place) => {
      await place.edit('data/test.csv', (text) => text.replace(/^(500,\d+,0,0,)\d/m, '$19'))
      await place.commit('Change one pixel')
    },
    verdict: 'incomplete',
    rules: ['data/digest-mismatch'],
    names: ['data/test.csv', 'row 229: p2 3 → 9'],
  },
  {
    name: 'a commit that does not exist',
    arrange: editRecord(['code', 'commit'], 'deadbeef'.repeat(5)),
    verdict: 'incomplete',
    rules: ['code/commit-unknown'],
    names: ['deadbee'],
  },
  {
    name: 'a run from a dirty tree',
    arrange: async (place) => {
      await place.edit('train.py', (text) => text.replace('"max_depth": 8', '"max_depth": 9'))
      await place.record()
      await place.git('checkout', '-q', '--', 'train.py')
      await place.commit('Record the run of a change that is not committed')
    },
    verdict: 'incomplete',
    rules: ['code/dirty'],
    names: ['dirty'],
  },
  {
    name: 'the image by tag',
    arrange: async (place) =>
      editRecord(['environment', 'image'], `${place.world.registry}/digits:latest`)(place),
    verdict: 'incomplete',
    rules: ['environment/image-not-pinned'],
    names: ['digits:latest'],
  },
  {
    name: 'the record of another model',
    arrange: editRecord(['model', 'name'], 'letters'),
    verdict: 'incomplete',
    rules: ['model/another'],
    names: ['letters'],
  },
  ANSWERS_COPIED,
  ONE_AMONG_TWENTY,
]
