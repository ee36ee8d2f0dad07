import { basename } from 'node:path/posix'
import { isSure } from '../looking/fact.js'
import type { FoundModel } from '../looking/look.js'
import type { FoundRecord } from '../policy/models.js'
import { oneLine } from '../text/clean.js'
import type { Place } from '../verdict/finding.js'

/** A model and where its record is. */
export interface Written {
  model: FoundModel
  record: FoundRecord
  /** The one that was made for it. */
  dockerfile?: string | undefined
}

const HEADER = `# What this repository asks of a model run. Written by \`reprogate init\` from what it read, without running
# anything: correct what is wrong. Behind each line stands where it was found, and how sure that is.
`

/** A value in YAML's flow style; JSON is that, and quotes are left out if nothing needs them. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n|~)$)[A-Za-z_./][\w./-]*$/i
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const flow = (value: string): string =>
  PLAIN.test(value)
    ? value
    : JSON.stringify(value).replace(UNSEEN, (unseen) =>
        [...unseen.matchAll(/[^]/g)]
          .map(([unit]) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
      )

/** A path that a policy may hold. */
const isPath = (path: string): boolean => /^[^-/]/.test(path) && path.length <= 1024

export const placeText = ({ file, line }: Place): string => (line === undefined ? file : `${file}:${line}`)
const note = (text: string): string => ` # ${oneLine(text, 160)}`

/**
 * The policy for what was found: what is certain or likely as a setting, a guess as a question in a comment.
 * The text is a valid policy.
 */
export function policyText(models: readonly Written[]): string {
  return `${HEADER}models:\n${models.map(modelText).join('')}`
}

function modelText({ model, record, dockerfile: made }: Written): string {
  const { name, command, others, metrics, predictions, dockerfile } = model
  const [file] = metrics.filter((one) => isSure(one) && isPath(one.value.path) && !isDated(one.value.path))
  const [rows] = predictions.filter((one) => isSure(one) && isPath(one.value.path))
  const sureCommand = command && isSure(command) ? command : undefined
  const evaluation = [
    ...(sureCommand
      ? [
          `command: [${sureCommand.value.argv.map(flow).join(', ')}]${note(`${placeText(sureCommand.place)}, ${sureCommand.word}: ${sureCommand.reason}`)}`,
        ]
      : []),
    ...(file
      ? [`metrics: ${flow(file.value.path)}${note(`${placeText(file.place)}, ${file.word}: ${file.reason}`)}`]
      : []),
    ...(rows && sureCommand
      ? [
          `predictions: {path: ${flow(rows.value.path)}${rows.value.key === undefined ? '' : `, key: ${flow(rows.value.key)}`}}${note(`${placeText(rows.place)}, ${rows.word}: ${rows.reason}`)}`,
        ]
      : []),
  ]
  const questions = [
    ...(sureCommand ? [] : [command, ...others].filter((one) => one !== undefined).slice(0, 3)),
  ].map(
    ({ value, place, reason }) =>
      `# is it evaluated by \`${oneLine(value.text, 160)}\`? (${oneLine(placeText(place), 120)}: ${oneLine(reason, 80)})`,
  )
  const unknown = sureCommand
    ? []
    : [
        '# How it is evaluated was not found for sure; then say it here:',
        '# evaluation: {command: [<program>, <argument>], metrics: metrics.json}',
        ...questions,
      ]
  const fits = dockerfile && isSure(dockerfile) && isPath(dockerfile.value.path)
  return [
    `  ${name}:`,
    `    record: ${flow(record.record)}`,
    ...unknown.map((line) => `    ${line}`),
    ...(fits
      ? [
          `    environment: {dockerfile: ${flow(dockerfile.value.path)}}${note(`${placeText(dockerfile.place)}, ${dockerfile.word}: ${dockerfile.reason}`)}`,
        ]
      : made !== undefined && basename(made) !== 'Dockerfile'
        ? [`    environment: {dockerfile: ${flow(made)}} # made by \`reprogate init\``]
        : []),
    ...(evaluation.length > 0 ? ['    evaluation:', ...evaluation.map((line) => `      ${line}`)] : []),
    '',
  ].join('\n')
}

/** A name with a date in it is of one run: the next one writes another. */
const isDated = (path: string): boolean => /\d{4}-\d{2}-\d{2}|\d{8}[-_T]\d{4}/.test(path)
