import { afterAll, describe, expect, test } from '@jest/globals'
import { FAMILY } from '../../../scripts/bench/cause/family.js'
import { findPlanted, wrongOf } from '../../../scripts/bench/cause/find.js'
import { Images } from '../../../scripts/bench/cause/images.js'
import { metric } from '../../../scripts/bench/cause/planted.js'
import { AXES } from '../../../src/diagnosis/axes.js'
import { probeAxes } from '../../../src/diagnosis/probe.js'
import { runAndRead } from '../../../src/evaluation/run.js'
import { BASE, useLab } from '../evaluation/lab.js'

/** Of the family that `npm run bench -- cause` runs whole, one of each class: what is named must be it. */

const lab = useLab()
const images = new Images(BASE)
afterAll(() => images.remove())

const of = (...names: string[]) =>
  names.map((name) => [name, FAMILY.find((one) => one.name === name)!] as const)

describe('is named, in as many replays as it may take', () => {
  test.each(
    of(
      'one package among twenty',
      'a package, seen in the predictions',
      'two packages jointly',
      'either of two packages',
      'a package that loads only with another one',
      'an environment variable, among files that changed',
      'a data file of a package, under the same version',
      'a file that only the rebuild has, in a folder of its own',
      'a rebuild in which the evaluation fails',
      'a shared library, under the same version',
      'a library of a Debian package',
      'a sum that depends on the threads',
      'the size of a batch',
      'the order of a folder',
      'the clock',
      'the locale',
      'a hidden download',
      'a split without a seed',
      "a sample of Python's, without a seed",
      'the order of a set',
      'noise that nothing steadies',
      'a row of the data',
      'a parameter',
    ),
  )(
    '%s',
    async (_name, planted) => {
      expect(wrongOf(planted, await findPlanted(lab.context, images, planted))).toBeUndefined()
    },
    240_000,
  )
})

describe('what an edit of the record, or nothing, has made', () => {
  test.each(
    of(
      'a metric edited in the record',
      'a metric edited in the record, and no predictions',
      'rows in another order',
    ),
  )(
    '%s: no cause is named',
    async (_name, planted) => {
      expect(wrongOf(planted, await findPlanted(lab.context, images, planted))).toBeUndefined()
    },
    120_000,
  )
})

test('a probe says what each axis does to the outputs', async () => {
  const request = await lab.request(
    metric(
      'import os, socket',
      'len(os.sched_getaffinity(0)) if socket.gethostname() == "replay" else 1 / 0',
    ),
  )
  const outcome = await runAndRead(lab.context, request)
  if ('finding' in outcome) throw new Error(outcome.finding.message)
  const chosen = AXES.filter(({ id }) => ['threads', 'python-random', 'host-name', 'time-zone'].includes(id))
  const { axes } = await probeAxes(lab.context, { request, outcome, steady: true }, chosen)
  expect(axes).toMatchObject([
    { name: 'threads', effect: 'moves', text: expect.stringContaining('accuracy') },
    { name: 'time zone', effect: 'same', text: 'same' },
    { name: 'host name', effect: 'fails', text: expect.stringContaining('ZeroDivisionError') },
  ])
  expect(axes.map(({ fix }) => fix !== undefined)).toEqual([true, false, true])
}, 120_000)
