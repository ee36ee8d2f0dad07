import type { Record_ } from '../provenance/schema.js'
import { storeOf } from '../provenance/sources/index.js'
import { matcherOf } from '../system/patterns.js'
import type { Found } from '../verdict/finding.js'
import type { SelectedModel } from './models.js'
import type { Policy } from './schema.js'

type Naming = NonNullable<Policy['naming']>

/** Characters of a name that is held against a glob: a longer one fits none. */
const LONGEST = 200

/** What is named, and where: the policy's word for it, how people call it, and the field that is at fault. */
function namesOf({ settings }: SelectedModel, { model, run, evaluation }: Record_) {
  const named: [keyof Naming, string, string | undefined, string | undefined][] = [
    ['record', 'the record', storeOf(settings.record), undefined],
    ['model', 'the model', model?.name, 'model.name'],
    ['version', 'the version', model?.version, 'model.version'],
    ['run', 'the run', run?.id, 'run.id'],
  ]
  const metrics = Object.keys(evaluation?.metrics ?? {}).map((name): (typeof named)[number] => [
    'metrics',
    'the metric',
    name,
    `evaluation.metrics.${name}`,
  ])
  return [...named, ...metrics]
}

/**
 * Names that do not follow the team's convention. A name that is missing is for the completeness rules.
 *
 * @param prefix the working directory in the repository, as `models/`; empty at the top
 */
export function namingFindings(
  naming: Naming | undefined,
  model: SelectedModel,
  record: Record_,
  prefix: string,
): Found[] {
  if (naming === undefined) return []
  return namesOf(model, record).flatMap(([key, what, name, field]): Found[] => {
    const pattern = naming[key]
    if (pattern === undefined || name === undefined) return []
    if (name.length <= LONGEST && matcherOf([pattern])(name)) return []
    return [
      {
        rule: 'record/name-unconventional',
        message: `${what} is called ${name}, and the policy asks for names like ${pattern}`,
        ...(field === undefined ? { file: prefix + storeOf(model.settings.record) } : { field }),
        expected: pattern,
        actual: name,
      },
    ]
  })
}
