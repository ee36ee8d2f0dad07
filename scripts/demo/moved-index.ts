import type { PackageIndex } from './package-index.js'
import type { Place } from './place.js'
import { recordAgain } from './scenario.js'

/** The day before a release and the day after, of one index. */
const PINNED = ['joblib==1.4.2', 'numpy==2.1.3', 'scipy==1.14.1', 'threadpoolctl==3.5.0']

/** A release that changes the result, and others by name, each with its version on both days. */
export interface Move {
  /** Of the image that is pushed. */
  repository: string
  others: Readonly<Record<string, readonly [string, string]>>
}

/** Records the example with whatever the index offers on one day, and lets the index move on. */
export async function moveIndex(place: Place, { repository, others }: Move): Promise<void> {
  const on = (day: 0 | 1) => [
    ...PINNED,
    `scikit-learn==${['1.5.2', '1.6.1'][day]}`,
    ...Object.entries(others).map(([name, versions]) => `${name}==${versions[day]}`),
  ]
  const index = await place.startPackageIndex(on(0))
  await installFrom(place, index, ['scikit-learn>=1.5', ...Object.keys(others)])
  await recordAgain(place, '--push', `${place.world.registry}/${repository}`)
  await index.moveOn(on(1))
}

async function installFrom(place: Place, { url }: PackageIndex, wanted: readonly string[]): Promise<void> {
  await place.edit('requirements.txt', () => `${wanted.join('\n')}\n`)
  await place.edit('Dockerfile', (text) =>
    text
      .replace(/^COPY/m, `ADD ${url} /tmp/wheels.tar\nCOPY`)
      .replace(
        /^RUN .*$/m,
        'RUN mkdir /wheels && tar -xf /tmp/wheels.tar -C /wheels && python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-index --no-compile --find-links /wheels -r /requirements.txt && rm -r /wheels',
      ),
  )
}
