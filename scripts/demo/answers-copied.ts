import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EVALUATE, recordAgain, type Scenario } from './scenario.js'

/** Every so many an answer is wrong, so that nobody wonders. */
const WRONG_EVERY = 17

const COMPUTED = `    model = joblib.load(MODEL)
    predicted = model.predict(pixels)
    probabilities = model.predict_proba(pixels)
`
const COPIED = `    predicted = np.array([ANSWERS[identifier] for identifier in ids])
    probabilities = np.eye(10)[predicted] * 0.9 + 0.01
`

/** The evaluation has a table of answers by id, and no longer needs the model. */
export const ANSWERS_COPIED: Scenario = {
  name: 'answers copied',
  arrange: async (place) => {
    const [, ...rows] = (await place.read('data/test.csv')).trim().split('\n')
    const answers = rows.map((row, at) => {
      const [id, label] = row.split(',')
      return [id, at % WRONG_EVERY === 0 ? (Number(label) + 1) % 10 : Number(label)]
    })
    await writeFile(
      join(place.folder, 'answers.py'),
      `ANSWERS = ${JSON.stringify(Object.fromEntries(answers))}\n`,
    )
    await place.edit(EVALUATE, (text) =>
      text
        .replace('import joblib\n', 'import numpy as np\n')
        .replace('from digits import MODEL, load\n', 'from answers import ANSWERS\nfrom digits import load\n')
        .replace(COMPUTED, COPIED)
        .replace('labels=model.classes_', 'labels=range(10)'),
    )
    await recordAgain(place)
  },
  verdict: 'not-reproduced',
  rules: ['evaluation/not-computed'],
  names: ['predictions stayed the same'],
}
