import { distinctSeeds } from '../looking/reading.js'
import { oneLine } from '../text/clean.js'
import { placeText, type Written } from './policy-text.js'

const HEADER = `# A draft, written by \`reprogate init\`. \`reprogate record\` fills in what a machine can know: commit, environment,
# metrics, digests. What stands below as a comment was read in the repository: take out the # of what is true of the run.
`
const MOST = 20

/** The draft of a record: it claims nothing but a name, as no run has been seen. */
export function draftText({ model, record }: Written): string {
  const seeds = distinctSeeds(model.seeds).slice(0, MOST)
  const settings = Object.entries(model.parameters?.value.values ?? {}).slice(0, MOST)
  const data = model.data.slice(0, MOST)
  return `${HEADER}reprogate: record/1
model: {name: ${JSON.stringify(record.name)}}
${[
  ...(data.length > 0 ? ['# data:'] : []),
  ...data.map(
    ({ value, place }) =>
      `#   - {path: ${one(value.path)}, name: , version: , licence: } # ${one(placeText(place))}, ${value.state}`,
  ),
  ...(seeds.length > 0 ? ['# seeds:'] : []),
  ...seeds.map(
    ([name, { value, place, reason }]) =>
      `#   ${one(name)}: ${value.value} # ${one(placeText(place))}: ${reason}`,
  ),
  ...(settings.length > 0 ? ['# hyperparameters:'] : []),
  ...settings.map(
    ([name, value]) =>
      `#   ${one(name)}: ${one(JSON.stringify(value))} # ${one(model.parameters!.value.path)}`,
  ),
]
  .map((line) => `${line}\n`)
  .join('')}`
}

const one = (text: string): string => oneLine(text, 160)
