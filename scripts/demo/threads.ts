import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { docker } from '../world/system.js'
import { RECORD, type Place } from './place.js'
import { EVALUATE, recordAgain, type Scenario } from './scenario.js'

/**
 * In how many of 200 draws the digits sum up to more than the same ones backwards: a tie, which the last
 * bit decides. Several threads add up in another order than one does.
 */
const WINS = `    draws = np.random.default_rng(7).integers(0, len(ids), (200, 40_000))
    scores = np.log(probabilities.max(axis=1))
    wins = [np.dot(scores[d], scores[d]) > np.dot(scores[d[::-1]], scores[d[::-1]]) for d in draws]
    metrics["wins"] = float(np.mean(wins))
`

/** What the evaluation gives in the recorded image where it has one processor. */
async function winsOnOneProcessor(place: Place): Promise<number> {
  const image = String(parseDocument(await place.read(RECORD)).getIn(['environment', 'image']))
  const folder = await mkdtemp(join(tmpdir(), 'reprogate-threads-'))
  try {
    await cp(place.folder, folder, { recursive: true })
    const workspace = ['--volume', `${folder}:/workspace`, '--workdir', '/workspace']
    await docker('run', '--rm', '--network=none', '--cpuset-cpus=0', ...workspace, image, 'python3', EVALUATE)
    const metrics = JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8')) as { wins: number }
    return metrics.wins
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Recorded on a machine with one processor, and checked on one with more. */
export const THREADS: Scenario = {
  name: 'a result that depends on the threads',
  arrange: async (place) => {
    await place.edit(EVALUATE, (text) =>
      text
        .replace('import joblib\n', 'import joblib\nimport numpy as np\n')
        .replace('    with open("metrics.json"', `${WINS}    with open("metrics.json"`),
    )
    // With predictions that all come back, the number itself would be to blame.
    await place.edit('reprogate.yml', (text) => text.replace(/^ *predictions: .*\n/m, ''))
    await recordAgain(place)
    const wins = await winsOnOneProcessor(place)
    await place.editRecord((record) => record.setIn(['evaluation', 'metrics', 'wins'], wins))
    await place.commit('Record what the other machine gave')
  },
  verdict: 'not-reproduced',
  rules: ['evaluation/metric-differs'],
  names: ['with one thread', 'the recorded result comes back', 'set ENV OMP_NUM_THREADS=1 in the Dockerfile'],
}
