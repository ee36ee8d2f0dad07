import { during } from '../system/context.js'
import type { Finding, Found, StageName } from '../verdict/finding.js'
import type { StageRun } from '../verdict/fold.js'
import { levelOf } from '../verdict/levels.js'
import { RULES } from '../verdict/rules/index.js'
import { waivedBy } from '../verdict/waivers.js'
import type { Products, SoFar, Stage, Tools } from './stage.js'
import type { Subject } from './subject.js'

/** Runs the stages in order, and keeps the books: findings with their place and level, and seconds. */
export async function runStages(
  tools: Tools,
  subject: Subject,
  stages: readonly Stage[],
): Promise<StageRun[]> {
  const runs: StageRun[] = []
  let products: Products = {}
  for (const stage of stages) {
    const begun = tools.now()
    const outcome = await during(tools, `${subject.name} · ${stage.title}`, () =>
      stage.check(tools, subject, soFar(subject, runs, products)),
    )
    const seconds = (tools.now() - begun) / 1000
    if ('notRun' in outcome) {
      runs.push({ name: stage.name, seconds, outcome })
      continue
    }
    products = { ...products, ...outcome.products }
    const findings = outcome.findings.map((found) => stamp(found, stage.name, subject))
    runs.push({ name: stage.name, seconds, outcome: { ...outcome, findings } })
  }
  return runs
}

function soFar({ levels }: Subject, runs: readonly StageRun[], products: Products): SoFar {
  const findings = runs.flatMap(({ outcome }) => ('notRun' in outcome ? [] : outcome.findings))
  return {
    products,
    blocked: findings.some(({ rule, waived }) => !waived && levelOf(rule, 'production', levels) === 'error'),
    notRun: Object.fromEntries(
      runs.flatMap(({ name, outcome }) => ('notRun' in outcome ? [[name, outcome.notRun]] : [])),
    ),
  }
}

/** Completes a finding: its stage and level, where its field stands, and the rule's remedy if it has no own. */
export function stamp(found: Found, stage: StageName, { claims, track, levels, waivers }: Subject): Finding {
  const { rule, field } = found
  const waived = waivers && waivedBy(found, waivers)
  const place =
    found.file === undefined && field !== undefined
      ? claims.at(field).place
      : { file: found.file, line: found.line }
  return {
    ...found,
    ...place,
    stage,
    level: levelOf(rule, track, levels),
    remedy: found.remedy ?? RULES[rule].remedy,
    ...(waived && { waived }),
  }
}
