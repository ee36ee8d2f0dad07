import { rm } from 'node:fs/promises'
import type { EngineContext } from '../engine/engine.js'
import type { Replayed } from '../evaluation/check.js'
import { againstEachOther, againstRecord } from '../evaluation/compare.js'
import type { EvaluationRequest } from '../evaluation/request.js'
import { runAndRead, type RunFailure, type RunOutcome } from '../evaluation/run.js'
import { differs, gradeOf } from '../results/comparison.js'
import { ReprogateError } from '../system/errors.js'
import { conditionsWith, type Change } from './axes.js'
import type { Mixer } from './images.js'
import { loadedLines, loadedUnits, WATCHING } from './loaded.js'
import { pythonPathOf, shimFolder } from './shim.js'
import type { Setting, Trial } from './trials.js'
import type { Unit } from './units.js'

/** Another input in place of this record's: the request is changed, and nothing else. */
export type Exchange = (request: EvaluationRequest) => EvaluationRequest

/** What the names of a setting stand for. */
export interface Vocabulary {
  units: ReadonlyMap<string, Unit>
  changes: ReadonlyMap<string, Change>
  inputs: ReadonlyMap<string, Exchange>
}

export interface MadeReplay {
  setting: Setting
  trial: Trial
  /** Id of the image that it ran in. */
  image: string
  seconds: number
}

/** Makes the replays of a search, in real containers, and tells equal results from others. */
export class Laboratory {
  readonly made: MadeReplay[] = []
  /** Every result that was seen, one of each; the first is that of the rebuild. */
  private readonly results: RunOutcome[] = []
  private tools: Promise<string> | undefined

  constructor(
    private readonly context: EngineContext,
    private readonly replayed: Replayed,
    private readonly vocabulary: Vocabulary,
    /** Absent: there is one image. */
    private readonly mixer?: Mixer,
  ) {
    if (!('finding' in replayed.outcome)) this.results.push(replayed.outcome)
  }

  /** One replay. @param minutes it may take */
  async replay(setting: Setting, minutes: number): Promise<Trial> {
    const begun = this.context.now()
    const { units, changes } = this.vocabulary
    const named = <T>(of: ReadonlyMap<string, T>) =>
      setting.changes.flatMap((id) => {
        const value = of.get(id)
        return value === undefined ? [] : [value]
      })
    let image = ''
    const run = (id: string) => {
      image = id
      return this.runIn(id, setting, named(changes), minutes)
    }
    let trial: Trial
    try {
      trial = await (this.mixer
        ? this.mixer.with(setting.image, named(units), run)
        : run(this.replayed.request.image))
    } catch (error) {
      this.context.signal.throwIfAborted()
      if (!(error instanceof ReprogateError)) throw error
      trial = { kind: 'none', why: error.message }
    }
    this.made.push({ setting, trial, image, seconds: (this.context.now() - begun) / 1000 })
    return trial
  }

  private async runIn(
    image: string,
    setting: Setting,
    changes: readonly Change[],
    minutes: number,
  ): Promise<Trial> {
    const { request } = this.replayed
    const exchanged = setting.changes.reduce(
      (before, id) => this.vocabulary.inputs.get(id)?.(before) ?? before,
      request,
    )
    const lines = loadedLines()
    const path = await pythonPathOf(this.context, image)
    const all = setting.watch ? [...changes, WATCHING] : changes
    const conditions = conditionsWith(all, await (this.tools ??= shimFolder(this.context)), path)
    const outcome = await runAndRead(this.context, {
      ...exchanged,
      image,
      covers: this.mixer?.covers() ?? request.covers,
      // What the run itself sets, as its seed, stays.
      conditions: { ...conditions, env: { ...exchanged.conditions?.env, ...conditions.env } },
      limits: { ...request.limits, evaluation: Math.min(request.limits.evaluation, minutes) },
      take: setting.watch ? lines.take : undefined,
    })
    const trial = await this.trialOf(outcome)
    if (!setting.watch || trial.kind === 'none') return trial
    const seen = loadedUnits([...this.vocabulary.units.values()], lines.paths)
    const [kernel, another] = [...lines.kernels]
    return { ...trial, seen, asked: [...lines.hosts], ...(another === undefined && { kernel }) }
  }

  /** If the rebuild fails, the same failure is its result: that is what is to be explained. */
  private async trialOf(outcome: RunOutcome | RunFailure): Promise<Trial> {
    const { request, outcome: first } = this.replayed
    if ('finding' in outcome) {
      const same = 'finding' in first && first.finding.message === outcome.finding.message
      return same ? { kind: 'another', result: -1 } : { kind: 'none', why: outcome.finding.message }
    }
    const agrees = !differs(gradeOf(await againstRecord(request, outcome)))
    return { kind: agrees ? 'recorded' : 'another', result: await this.resultOf(outcome) }
  }

  /** The number of the results that agree with it, as the policy compares. Predictions are kept of one of each. */
  private async resultOf(outcome: RunOutcome): Promise<number> {
    for (const [number, known] of this.results.entries()) {
      if (differs(gradeOf(await againstEachOther(this.replayed.request, known, outcome)))) continue
      if (outcome.predictions) await rm(outcome.predictions.file, { force: true })
      return number
    }
    return this.results.push(outcome) - 1
  }
}
