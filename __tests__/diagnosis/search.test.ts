import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { names, search, type World } from './planted.js'

const D35 = names(35)
const planted = (changes: (rebuilt: ReadonlySet<string>) => string | false | { crash: string }): World => {
  return (rebuilt) => changes(rebuilt) || 'recorded'
}

describe('one cause among many differences', () => {
  it.each([1, 7, 18, 35])('names number %i of 35 in at most 13 replays, all of them loaded', async (at) => {
    const cause = `p${at}`
    const { explanation, replays } = await search(
      planted((r) => r.has(cause) && 'moved'),
      { differences: D35 },
    )
    expect(explanation).toEqual({ shown: 'alone', factors: [cause] })
    expect(replays).toBeLessThanOrEqual(13)
  })

  it('names it in about 12 replays on average, and in 9 if few are loaded', async () => {
    const counts = []
    for (const cause of D35) {
      const found = await search(
        planted((r) => r.has(cause) && 'moved'),
        { differences: D35 },
      )
      expect(found.explanation).toEqual({ shown: 'alone', factors: [cause] })
      counts.push(found.replays)
    }
    expect(counts.reduce((a, b) => a + b) / counts.length).toBeLessThan(12.5)
    for (const cause of ['p3', 'p9', 'p20', 'p31']) {
      const world: World = planted((r) => r.has(cause) && 'moved')
      world.loads = ['p3', 'p9', 'p20', 'p31']
      const { explanation, replays } = await search(world, { differences: D35 })
      expect(explanation).toEqual({ shown: 'alone', factors: [cause] })
      expect(replays).toBeLessThanOrEqual(9)
    }
  })

  it('finds what the look at what is loaded has missed', async () => {
    const world = planted((r) => r.has('p30') && 'moved')
    world.loads = ['p1', 'p2']
    expect((await search(world, { differences: D35 })).explanation).toEqual({
      shown: 'alone',
      factors: ['p30'],
    })
  })
})

describe('the choice of CPU instructions', () => {
  const kernels = new Map([['Haswell', 'as Haswell']])
  const world = (under: string): World => {
    const moved: World = (rebuilt, set) =>
      set.has('as Haswell') ? under : rebuilt.has('p2') ? 'moved' : 'recorded'
    moved.kernels = { pinned: 'Nehalem', rebuild: 'Haswell' }
    return moved
  }
  const problem = { differences: names(3), kernels }

  it('is told if the pinned image gives the result of the rebuild under its kernels', async () => {
    expect(await search(world('moved'), problem)).toMatchObject({
      explanation: { shown: 'alone', factors: ['p2'] },
      dispatch: 'Haswell',
    })
  })

  it('is not if that gives another result, if both take the same, or if there is no time', async () => {
    expect((await search(world('third'), problem)).dispatch).toBeUndefined()
    const same = world('moved')
    same.kernels = { pinned: 'Haswell', rebuild: 'Haswell' }
    expect((await search(same, problem)).dispatch).toBeUndefined()
    const { replays } = await search(world('moved'), problem)
    const short = await search(world('moved'), problem, replays - 1)
    expect(short).toMatchObject({ explanation: { shown: 'alone' } })
    expect(short.dispatch).toBeUndefined()
  })
})

describe('several causes', () => {
  it('names two of which each is enough', async () => {
    const { explanation, replays } = await search(
      planted((r) => (r.has('p4') && 'moved') || (r.has('p29') && 'moved')),
      { differences: D35 },
    )
    expect(explanation).toEqual({ shown: 'each', factors: ['p4', 'p29'] })
    expect(replays).toBeLessThanOrEqual(25)
  })

  it('names two that act only together, and says that either brings the record back', async () => {
    const { explanation, replays } = await search(
      planted((r) => r.has('p8') && r.has('p22') && 'moved'),
      { differences: D35 },
    )
    expect(explanation.shown).toBe('together')
    expect(explanation).toMatchObject({ either: true })
    expect('factors' in explanation && [...explanation.factors].sort()).toEqual(['p22', 'p8'])
    expect(replays).toBeLessThanOrEqual(26)
  })

  it('blames what breaks in the pinned image, not what it needs in order to load', async () => {
    // An old p5 does not load with the new p4.
    const { explanation } = await search(
      planted((r) => (r.has('p4') && !r.has('p5') && { crash: 'ABI' }) || (r.has('p5') && 'moved')),
      { differences: names(10) },
    )
    expect(explanation).toEqual({ shown: 'enough', factors: ['p5'], also: ['p4'], why: 'ABI' })
  })
})

describe('what proves nothing', () => {
  it('names nobody if all differences together do not bring the record back', async () => {
    const hidden: World = (rebuilt, _, made) => (rebuilt.size === 0 && made < 3 ? 'recorded' : 'moved')
    expect((await search(hidden, { differences: D35 })).explanation).toEqual({ shown: 'not-listed' })
  })

  it('names nobody if the pinned image gives two results', async () => {
    let turn = 0
    const flaky: World = () => (turn++ % 2 === 0 ? 'moved' : 'recorded')
    const { explanation, replays } = await search(flaky, { differences: D35 })
    expect(explanation).toEqual({ shown: 'unsteady' })
    expect(replays).toBeLessThanOrEqual(4)
  })

  it('does not name a proof that came out otherwise the second time', async () => {
    let again = 0
    const world: World = (r) => {
      if (r.has('p1') && r.size === 1) again++
      return r.has('p1') && again < 2 ? 'moved' : 'recorded'
    }
    expect((await search(world, { differences: names(6) })).explanation).toEqual({ shown: 'not-repeatable' })
  })

  it('says that the pinned image gives no result', async () => {
    const { explanation, replays } = await search(() => ({ crash: 'no such file' }), { differences: D35 })
    expect(explanation).toEqual({ shown: 'pinned-fails', why: 'no such file' })
    expect(replays).toBeLessThanOrEqual(3)
  })

  it.each([0, 1, 4, 7])(
    'out of time after %i replays it says among which, and names none of them',
    async (most) => {
      const { explanation, replays } = await search(
        planted((r) => r.has('p18') && 'moved'),
        { differences: D35 },
        most,
      )
      expect(explanation).toMatchObject({ shown: 'among' })
      expect(
        'factors' in explanation && (explanation.factors.length === 0 || explanation.factors.includes('p18')),
      ).toBe(true)
      expect(replays).toBeLessThanOrEqual(most)
    },
  )
})

it('does not say that the cause is among the differences before that was shown', async () => {
  const world = planted((r) => r.has('p18') && 'moved')
  const shown = async (most: number) => (await search(world, { differences: D35 }, most)).explanation
  expect(await shown(2)).toEqual({ shown: 'among', factors: [] })
  expect(await shown(3)).toEqual({ shown: 'among', factors: D35 })
})

describe('conditions', () => {
  const axes = ['threads', 'kernel', 'hash', 'zone'].map((id) => ({
    id,
    tries: [id],
    steady: id === 'hash' || id === 'threads' ? `${id}-fixed` : undefined,
  }))

  it('stops after one replay if no condition matters, and one that looks for requests', async () => {
    const { explanation, replays } = await search(() => 'moved', { axes })
    expect(explanation).toEqual({ shown: 'unexplained', moving: [] })
    expect(replays).toBe(2)
    expect((await search(() => 'moved', { axes }, 1)).explanation).toEqual(explanation)
  })

  it('names the hosts that it asks for, if nothing else explains it', async () => {
    const world: World = () => 'moved'
    world.asks = ['labels.example.org']
    expect((await search(world, { axes })).explanation).toEqual({ shown: 'asks', hosts: world.asks })
    const clock: World = (_, set) => (set.has('zone') ? 'recorded' : 'moved')
    clock.asks = world.asks
    expect((await search(clock, { axes })).explanation).toEqual({ shown: 'condition', factors: ['zone'] })
  })

  it('names the condition under which the record comes back', async () => {
    const { explanation } = await search((_, set) => (set.has('threads') ? 'recorded' : 'moved'), { axes })
    expect(explanation).toEqual({ shown: 'condition', factors: ['threads'] })
  })

  it('finds it also if all at once give a third result', async () => {
    const world: World = (_, set) => (set.has('zone') ? 'third' : set.has('kernel') ? 'recorded' : 'moved')
    expect((await search(world, { axes })).explanation).toEqual({ shown: 'condition', factors: ['kernel'] })
  })

  it('names no package if the pinned image itself does not give the record', async () => {
    const { explanation, image } = await search((_, set) => (set.has('kernel') ? 'recorded' : 'moved'), {
      axes,
      differences: D35,
    })
    expect({ explanation, image }).toEqual({
      explanation: { shown: 'condition', factors: ['kernel'] },
      image: 'pinned',
    })
  })

  it('lists the conditions that move the result, but not to the record', async () => {
    const { explanation } = await search((_, set) => (set.has('zone') ? 'other' : 'moved'), { axes })
    expect(explanation).toEqual({ shown: 'unexplained', moving: ['zone'] })
  })

  const many = Array.from({ length: 14 }, (_, n) => ({ id: `a${n}`, tries: [`a${n}`, `a${n} again`] }))

  it('asks no axis of a group that moves nothing', async () => {
    const { explanation, replays } = await search((_, set) => (set.has('a9') ? 'other' : 'moved'), {
      axes: many,
    })
    expect(explanation).toEqual({ shown: 'unexplained', moving: ['a9'] })
    expect(replays).toBeLessThanOrEqual(11)
  })

  it('tries the other values of the axes that move it, alone and in pairs', async () => {
    const alone: World = (_, set) => (set.has('a9 again') ? 'recorded' : set.has('a9') ? 'other' : 'moved')
    expect((await search(alone, { axes: many })).explanation).toEqual({
      shown: 'condition',
      factors: ['a9 again'],
    })
    const pair: World = (_, set) => {
      if (set.has('a3') && set.has('a9 again')) return 'recorded'
      return set.has('a3') || set.has('a9') ? 'other' : 'moved'
    }
    expect((await search(pair, { axes: many })).explanation).toEqual({
      shown: 'condition',
      factors: ['a3', 'a9 again'],
    })
  })

  it('does not take a crash for a move', async () => {
    const world: World = (_, set) => (set.has('a5') ? { crash: 'no such kernel' } : 'moved')
    expect((await search(world, { axes: many })).explanation).toEqual({ shown: 'unexplained', moving: [] })
  })

  it('names the condition that makes two replays agree', async () => {
    let turn = 0
    const { explanation, replays } = await search(
      (_, set) => (set.has('hash-fixed') ? 'one' : `r${turn++}`),
      {
        axes,
        steady: false,
      },
    )
    expect(explanation).toEqual({ shown: 'steadied', factors: ['hash-fixed'] })
    expect(replays).toBeLessThanOrEqual(7)
  })

  it('says after two replays that randomness is of another kind', async () => {
    let turn = 0
    const { explanation, replays } = await search(() => `r${turn++}`, { axes, steady: false })
    expect(explanation).toEqual({ shown: 'unsteady' })
    expect(replays).toBe(2)
  })

  it('names the previous input with which the record comes back', async () => {
    const { explanation } = await search((_, set) => (set.has('old data') ? 'recorded' : 'moved'), {
      axes,
      inputs: ['old code', 'old data'],
    })
    expect(explanation).toEqual({ shown: 'input', factors: ['old data'] })
  })
})

describe('any planted cause', () => {
  it('is named right or not at all, within a bounded number of replays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (n, chosen, jointly) => {
          const causes = [...new Set(chosen.map((one) => `p${((one - 1) % n) + 1}`))]
          const acts = (r: ReadonlySet<string>) =>
            jointly ? causes.every((one) => r.has(one)) : causes.some((one) => r.has(one))
          const { explanation, replays } = await search(
            planted((r) => acts(r) && 'moved'),
            {
              differences: names(n),
            },
          )
          expect(['alone', 'each', 'together']).toContain(explanation.shown)
          expect('factors' in explanation && [...explanation.factors].sort()).toEqual([...causes].sort())
          expect(replays).toBeLessThanOrEqual(60)
        },
      ),
    )
  })
})
