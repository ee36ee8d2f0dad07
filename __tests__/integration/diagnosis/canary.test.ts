import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHEATS } from '../../../scripts/bench/canary/cheats.js'
import { imageWithNumpy, listen, play } from '../../../scripts/bench/canary/family.js'
import { HONEST } from '../../../scripts/bench/canary/honest.js'
import { canary } from '../../../src/diagnosis/canary/canary.js'
import { BASE, docker, useLab } from '../evaluation/lab.js'

/** Members of the family that `npm run bench -- canary` runs whole, in real containers. */

const lab = useLab()
let image: string
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-'))
  image = await imageWithNumpy(BASE, folder)
}, 240_000)
afterAll(async () => {
  docker('image', 'rm', '--force', image)
  await rm(folder, { recursive: true, force: true })
})

const memberOf = (name: string) => [...HONEST, ...CHEATS].find((one) => one.name === name)!

async function said(name: string, nonce = 'of the test') {
  const stage = { context: lab.context, image, folder }
  const member = memberOf(name)
  const played = await play(member, stage)
  try {
    return { ...(await listen(member, played, stage, nonce)), recomputed: played.recomputed }
  } finally {
    await played.remove()
  }
}

describe('an honest evaluation', () => {
  test.each(['a table and a JSON model', 'npz data, npz model'])(
    '%s: both are shown, in two replays',
    async (name) => {
      const { findings, evidence } = await said(name)
      expect(findings).toEqual([])
      expect(evidence).toMatchObject({
        rows: { outcome: 'follow' },
        truth: { column: 'label', outcome: 'unused' },
        model: { outcome: 'depends', altered: 'zero-numbers' },
      })
      expect(evidence.replays.map(({ altered }) => altered)).toEqual(['rows', 'zero-numbers'])
    },
    120_000,
  )

  test('that fails on other data is not shown to follow it, and no more', async () => {
    const { findings, evidence } = await said('the checksum of the data is pinned')
    expect(findings).toEqual([])
    expect(evidence.rows).toMatchObject({
      outcome: 'not-shown',
      why: 'with rows exchanged, the evaluation fails (exit code 1)',
    })
    expect(evidence.model).toMatchObject({ outcome: 'depends' })
  }, 120_000)
})

describe('an evaluation that does not compute', () => {
  test.each([
    'a table of answers by key',
    'recorded answers in the image, in another form',
    'answers by the order of the rows',
    'a fallback that ignores the model',
  ])(
    '%s',
    async (name) => {
      const { findings, evidence } = await said(name)
      expect(findings).toEqual([
        {
          rule: 'evaluation/not-computed',
          field: 'evaluation',
          message: expect.stringContaining(
            '96 of 96 predictions stayed the same although every number of the model was zero',
          ) as unknown as string,
        },
      ])
      expect(evidence.replays.length).toBeLessThanOrEqual(3)
    },
    120_000,
  )

  test('a metric that is printed is told by computing it again', async () => {
    const { recomputed, findings } = await said('one answer for all, and a printed metric')
    expect(recomputed).toBe(1)
    expect(findings).toEqual([])
  }, 120_000)
})

test('what there is no time for is not shown', async () => {
  const stage = { context: lab.context, image, folder }
  const played = await play(memberOf('a table and a JSON model'), stage)
  const { request, first: outcome, second } = played
  const replayed = { request, outcome, second, steady: true }
  const { findings, evidence } = await canary(lab.context, {
    replayed,
    model: { path: 'model.json' },
    minutes: 1e-9,
  })
  const own = await canary(lab.context, { replayed, model: 'trained', minutes: 1e-9 })
  await played.remove()
  expect(own.evidence.model).toMatchObject({
    outcome: 'not-shown',
    why: 'the evaluation trains its own model',
  })
  expect(findings).toEqual([])
  expect(evidence.replays).toEqual([])
  expect(evidence.rows).toMatchObject({ outcome: 'not-shown' })
  expect(evidence.model?.outcome).toBe('not-shown')
}, 120_000)
