import { dirname } from 'node:path/posix'
import { PARSED_CAP } from '../environment/base-images.js'
import { dockerfileClaims } from '../environment/dockerfile/claims.js'
import { planOf, trackOf, type Plan } from '../policy/plan.js'
import type { LoadedPolicy } from '../policy/load.js'
import type { Base, JudgedTree } from '../policy/occasion.js'
import type { Policy } from '../policy/schema.js'
import type { SelectedModel } from '../policy/models.js'
import { claimsOf, type Claims } from '../provenance/claims.js'
import { lockReadingOf } from '../provenance/lockfiles/reading.js'
import { readMapped } from '../provenance/sources/map.js'
import { detectNative, detectSiblings, readSources } from '../provenance/sources/index.js'
import type { Reading, SourceTree } from '../provenance/sources/source.js'
import type { RuleLevels } from '../verdict/levels.js'
import { waiversOf, type Waivers } from '../verdict/waivers.js'
import type { Track } from '../verdict/rules/rule.js'

/** How costly stages are asked for on the exploratory track; `fresh` is what production does anyway. */
export type Rebuild = 'fresh' | 'cached'

/** How the outputs are probed. */
export interface Probe {
  /** Whether the evaluation may have the network once: only on one's own machine. */
  network: boolean
}

/** What is asked of the training, beside what the policy says. */
export interface Training {
  /** By the command line: whatever the policy says. */
  asked?: boolean | undefined
  /** The check was started by a schedule, or by hand. */
  scheduled?: boolean | undefined
  /** With how many other seeds it is trained. */
  seeds?: number | undefined
}

/** One model under judgement. Read once, passed whole. */
export interface Subject {
  readonly name: string
  readonly tree: JudgedTree
  /** The commit whose rules hold, if there is one. */
  readonly base: Base | undefined
  readonly track: Track
  readonly levels: RuleLevels
  readonly rebuild: Rebuild | undefined
  /** Asks what moves the outputs, whatever they are. */
  readonly probe?: Probe | undefined
  readonly training?: Training | undefined
  /** What the policy says of the model. */
  readonly model: SelectedModel
  /** Fields that the policy requires besides. */
  readonly required: readonly string[]
  /** What the policy waives of it. */
  readonly waivers?: Waivers | undefined
  /** How the policy wants things called. */
  readonly naming?: Policy['naming']
  /** Whether neither policy nor tree speaks of another model. */
  readonly alone?: boolean
  readonly claims: Claims
  /** What the base's record claims; undefined: there is no base. */
  readonly before?: Claims | undefined
  readonly plan: Plan
}

/** What is the same for every model of a check. */
export interface Terms {
  tree: JudgedTree
  base: Base | undefined
  /** The base's tree, to be read as the judged one. */
  before: SourceTree | undefined
  loaded: LoadedPolicy
  /** Asked for by input or option; the stricter of this, the policy and the record wins. */
  track?: Track | undefined
  rebuild?: Rebuild | undefined
  /** What the tree itself shows of a model, for one that no run speaks of. */
  shown(model: SelectedModel): Promise<Reading | undefined>
  probe?: Probe | undefined
  training?: Training | undefined
}

/** Reads everything that is claimed of a model, and plans its check. */
export async function subjectOf(
  records: SourceTree,
  model: SelectedModel,
  { tree, base, before, loaded, track, rebuild, shown, probe, training }: Terms,
): Promise<Subject> {
  const { record } = model.settings
  const said = await readingsOf(records, model)
  const plan = planOf(model, loaded, claimsOf(said).record)
  const lock = await environmentSaid(records, model, plan)
  // A record that names its commit is of a run: it needs no help.
  const isOfRun = said.some(({ record }) => record?.code?.commit !== undefined)
  const looked = isOfRun || model.removed ? undefined : await shown(model)
  const claims = claimsOf([...said, ...lock, ...(looked ? [looked] : [])])
  return {
    name: model.name,
    tree,
    base,
    track: trackOf(loaded.policy, model, claims.record, track),
    levels: loaded.policy.rules ?? {},
    rebuild,
    probe,
    training,
    model,
    required: loaded.policy.required ?? [],
    waivers: {
      waivers: waiversOf(loaded.policy.waivers, model.name),
      today: new Date().toISOString().slice(0, 10),
    },
    naming: loaded.policy.naming,
    alone: await isAlone(records, loaded),
    claims,
    before:
      before && base?.commit !== tree.commit && !record.includes('://')
        ? claimsOf(await readingsOf(before, model))
        : undefined,
    plan,
  }
}

async function isAlone({ files }: SourceTree, { policy }: LoadedPolicy): Promise<boolean> {
  return Object.keys(policy.models ?? {}).length <= 1 && detectNative(await files.list()).length <= 1
}

/** What its record says, and what other tools left beside it. */
async function readingsOf(
  records: SourceTree,
  { settings: { record, map }, found }: SelectedModel,
): Promise<[Reading, ...Reading[]]> {
  if (map) return [await readMapped(records, record, map)]
  const beside = found?.others ?? detectSiblings(await records.files.list(), record)
  const others = await Promise.all(beside.map((path) => readSources(records, path)))
  return [...(await readSources(records, record)), ...others.flat()]
}

/** What the lock says that the Dockerfile installs, else the one that lies where such files usually are. */
async function environmentSaid(
  tree: SourceTree,
  { settings }: SelectedModel,
  { dockerfiles }: Pick<Plan, 'dockerfiles'>,
): Promise<Reading[]> {
  const texts = await Promise.all(dockerfiles.map((path) => tree.files.read(path, PARSED_CAP)))
  const text = texts.flatMap((read) => ('bytes' in read ? read.bytes.toString() : []))[0] ?? ''
  const installed = dockerfileClaims('', text).files
  const lock = await lockReadingOf(tree, { folder: dirname(settings.record), installed })
  return lock ? [lock] : []
}
