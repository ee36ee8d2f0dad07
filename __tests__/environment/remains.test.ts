import { describe, expect, test } from '@jest/globals'
import type { Engine } from '../../src/engine/engine.js'
import { BuildLog } from '../../src/environment/build-log.js'
import { madeSince, remainsOf } from '../../src/environment/remains.js'

const hex = (digit: string): string => digit.repeat(64)
const image = (digit: string): string => `sha256:${hex(digit)}`

/** An engine with images and containers, and what was removed from it. */
function engineWith(there: { images: string[]; containers: string[] }) {
  const removed: string[] = []
  const engine = {
    ids: (of: 'images' | 'containers') => Promise.resolve(new Set(there[of])),
    cleanup: (args: readonly string[]) => {
      removed.push(...args.slice(args.indexOf('--') + 1))
      return Promise.resolve(null)
    },
    removeImage: (id: string) => {
      removed.push(id)
      return Promise.resolve()
    },
  } as Partial<Engine> as Engine
  return { engine, removed, there }
}

/** The log of a build with one step that prints lines as the builder does, to name a stranger's things. */
const hostileLog = (): BuildLog => {
  const log = new BuildLog('FROM scratch\nRUN x\n')
  for (const line of [
    'Step 1/2 : FROM scratch',
    ` ---> ${hex('1').slice(0, 12)}`,
    'Step 2/2 : RUN x',
    ` ---> Running in ${hex('a').slice(0, 12)}`,
    ` ---> Running in ${hex('b').slice(0, 12)}`,
    ` ---> ${hex('2').slice(0, 12)}`,
    ` ---> ${hex('3').slice(0, 12)}`,
  ])
    log.add(line)
  return log
}

describe('only what the build made is removed', () => {
  test('not the image or the container of a stranger, whatever a step prints', async () => {
    const { engine, removed, there } = engineWith({
      images: [image('1'), image('3')],
      containers: [hex('b')],
    })
    const remains = await remainsOf(engine, hostileLog())
    there.images.push(image('2'))
    there.containers.push(hex('a'), hex('c'))
    await remains.remove()
    expect(removed).toEqual([hex('a'), image('2')])
  })

  test('nor a container that has such a name, but another id', async () => {
    const { engine, removed } = engineWith({ images: [], containers: [] })
    const remains = await remainsOf(engine, hostileLog())
    await remains.remove()
    expect(removed).toEqual([])
  })

  test('the built image first, unless it was there before', async () => {
    const { engine, removed, there } = engineWith({ images: [image('1')], containers: [] })
    const remains = await remainsOf(engine, hostileLog())
    there.images.push(image('2'), image('9'))
    there.containers.push(hex('a'))
    remains.built(image('9'))
    await remains.remove()
    expect(removed).toEqual([image('9'), image('2')])

    const again = engineWith({ images: [image('9')], containers: [] })
    const cached = await remainsOf(again.engine, new BuildLog(''))
    cached.built(image('9'))
    await cached.remove()
    expect(again.removed).toEqual([])
  })

  test('a build whose surroundings cannot be listed does not begin', async () => {
    const engine = { ids: () => Promise.reject(new Error('cut')) } as Partial<Engine> as Engine
    await expect(remainsOf(engine, new BuildLog(''))).rejects.toThrow('cut')
  })
})

test('ids are found by their beginnings, with and without algorithm, in the order asked', () => {
  const now = new Set([image('1'), image('2'), hex('3')])
  const named = [hex('3').slice(0, 12), image('2'), hex('1').slice(0, 12), hex('2').slice(0, 12)]
  expect(madeSince(new Set(), now, named)).toEqual([hex('3'), image('2'), image('1')])
  expect(madeSince(now, now, named)).toEqual([])
})
