import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { CanaryResult } from '../../../src/diagnosis/canary/canary.js'
import type { EngineContext } from '../../../src/engine/engine.js'
import { canarySentence } from '../../../src/verdict/canary.js'
import { remove, type Workshop } from '../workshop.js'
import { CHEATS } from './cheats.js'
import { imageWithNumpy, listen, play, type Stage } from './family.js'
import { HONEST } from './honest.js'
import { LATER } from './later.js'
import type { Member } from './member.js'

/** What is said of a member: of several nonces, the worst for it comes first. */
const SAID = ['contradicted', 'nothing', 'part', 'full'] as const
type Said = (typeof SAID)[number]

export interface Score {
  name: string
  honest: boolean
  /** Under each nonce. */
  said: Said[]
  /** Extra replays, all nonces together. */
  replays: number
  /** The first of the findings, or the statement under the first nonce. */
  words: string
  /** Honest and contradicted, or a cheat that should have been and was not. */
  wrong: boolean
}

/** Honest members under five nonces each, cheats under one; a single nonce for all if it is to be quick. */
export async function scoreCanary(
  shop: Workshop,
  { nonces, only = '' }: { nonces: number; only?: string | undefined },
): Promise<Score[]> {
  const stage = await stageOf(shop)
  try {
    const members = [
      ...[...HONEST, ...LATER].map((member) => ({ member, honest: true })),
      ...CHEATS.map((member) => ({ member, honest: false })),
    ].filter(({ member }) => member.name.includes(only))
    const scores: Score[] = []
    const rest = members.entries()
    const work = async () => {
      for (const [at, { member, honest }] of rest) {
        scores[at] = await scoreOf(member, stage, { honest, nonces: honest ? nonces : 1 })
        shop.log(lineOf(scores[at]))
      }
    }
    await Promise.all([work(), work(), work()])
    return scores
  } finally {
    await remove(shop, ['image', 'rm', '--force', stage.image])
  }
}

async function stageOf({ run, engine, base, folder }: Workshop): Promise<Stage> {
  const scratch = await mkdtemp(join(folder, 'scratch-'))
  const trees = join(folder, 'members')
  await mkdir(trees)
  const context: EngineContext = {
    ...{ engine, run, scratch, root: folder, prefix: '' },
    // No evaluation asks git.
    git: undefined as never,
    progress: { start: () => {}, line: () => {}, end: () => {} },
    signal: new AbortController().signal,
    defer: () => {},
    now: () => performance.now(),
  }
  return { context, image: await imageWithNumpy(base, folder), folder: trees }
}

async function scoreOf(
  member: Member,
  stage: Stage,
  { honest, nonces }: { honest: boolean; nonces: number },
): Promise<Score> {
  const played = await play(member, stage)
  try {
    const results: CanaryResult[] = []
    for (let nonce = 0; nonce < nonces; nonce++)
      results.push(await listen(member, played, stage, `nonce ${nonce} of ${member.name}`))
    const said = results.map((result) => saidOf(result, played.recomputed > 0))
    const finding = results.flatMap(({ findings }) => findings)[0]
    const contradicted = said.includes('contradicted')
    return {
      name: member.name,
      honest,
      said,
      replays: results.reduce((sum, { evidence }) => sum + evidence.replays.length, 0),
      words:
        finding?.message ??
        (played.recomputed > 0
          ? 'the metric does not follow from the predictions'
          : canarySentence(results[0]!.evidence)),
      wrong: honest ? contradicted : member.caught === true && !contradicted,
    }
  } finally {
    await played.remove()
  }
}

function saidOf({ findings, evidence: { rows, model } }: CanaryResult, recomputed: boolean): Said {
  if (findings.length > 0 || recomputed) return 'contradicted'
  const parts = [rows?.outcome === 'follow', model?.outcome === 'depends']
  if (parts.every(Boolean)) return 'full'
  return parts.some(Boolean) || rows?.outcome === 'partly' || model?.outcome === 'read' ? 'part' : 'nothing'
}

const lineOf = ({ name, honest, said, words, wrong }: Score): string =>
  `${wrong ? 'WRONG ' : ''}${honest ? 'honest' : 'cheat '}  ${[...new Set(said)].join('/').padEnd(13)} ${name}: ${words}`

/** The scores for people. Pure. */
export function renderScores(scores: readonly Score[]): string {
  const count = (honest: boolean, said: Said) =>
    scores.filter((one) => one.honest === honest && SAID.find((word) => one.said.includes(word)) === said)
      .length
  const line = (honest: boolean) =>
    `${honest ? 'honest' : 'cheats'}: ${SAID.map((said) => `${count(honest, said)} ${said}`).join(', ')}, of ${scores.filter((one) => one.honest === honest).length}`
  const runs = scores.reduce((sum, { said }) => sum + said.length, 0)
  const replays = scores.reduce((sum, one) => sum + one.replays, 0)
  const wrong = scores.filter((one) => one.wrong)
  return [
    ...scores.map(lineOf),
    '',
    line(true),
    line(false),
    `extra replays: ${(replays / Math.max(1, runs)).toFixed(2)} on average`,
    wrong.length === 0
      ? 'No honest evaluation was contradicted, and every cheat that can be was.'
      : `Wrong: ${wrong.map(({ name }) => name).join('; ')}`,
    '',
  ].join('\n')
}
