import type { Found } from '../verdict/finding.js'
import type { Subject } from './subject.js'

/** No run is recorded: there is no record, or a draft of one. What comes next depends on what is missing. */
export function unrecordedFinding(
  { name, claims, model, plan }: Subject,
  dockerfile: string | undefined,
): Found | undefined {
  const { record, problems } = claims
  const missing = problems.find(({ rule }) => rule === 'record/missing')
  const says = ['code.commit', 'environment.image', 'model.digest', 'run.id'].some(
    (field) => claims.at(field).evidence.length > 0,
  )
  if (
    says ||
    (missing === undefined && record?.evaluation?.metrics !== undefined && model.found === undefined)
  )
    return undefined
  const message = missing?.message ?? `no run is recorded in ${model.settings.record}`
  return {
    rule: 'record/missing',
    message,
    file: missing?.file ?? claims.at('code.commit').place.file,
    remedy: remedyFor({ name, model, plan }, dockerfile),
  }
}

function remedyFor(
  { name, model, plan }: Pick<Subject, 'name' | 'model' | 'plan'>,
  dockerfile: string | undefined,
): string {
  if (model.found) return 'Run `reprogate init`: it writes down what was found, and what is still to be said.'
  const run = `run \`reprogate record ${name}\``
  if (plan.command === undefined)
    return `Say in the policy how it is evaluated, under \`models.${name}.evaluation.command\`, and ${run}.`
  if (dockerfile === undefined)
    return `Commit a Dockerfile in which \`${plan.command.join(' ')}\` runs, and ${run}.`
  return `R${run.slice(1)}.`
}
