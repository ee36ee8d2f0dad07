import { dirname } from 'node:path/posix'
import { within } from '../../system/files.js'
import { fieldPath } from '../../text/fields.js'
import { readValues, valuesIn } from './documents.js'
import { Saying } from './saying.js'
import type { Reading, Source, SourceTree } from './source.js'
import { claimedMetrics, flattened, mapOf, numbersOf, partedParameters } from './values.js'

const SUMMARY = /(?:^|\/)dvclive\/metrics\.json$/

/**
 * The folder that DVCLive writes, by its `metrics.json`, and the parameters beside it. Below a `dvc.lock` it
 * is a part of that run.
 */
export const dvclive: Source = {
  name: 'dvclive',
  detect: (files) => {
    const locked = files
      .filter((file) => /(?:^|\/)dvc\.lock$/.test(file))
      .map((file) => dirname(file).replace(/^\.$/, ''))
    return files.filter((file) => SUMMARY.test(file) && !locked.some((folder) => within(folder, file)))
  },
  read: readLive,
}

async function readLive(tree: SourceTree, path: string): Promise<Reading> {
  const saying = new Saying(dvclive.name, tree.prefix + path)
  const summary = await readValues(tree, path)
  if ('refused' in summary) {
    saying.problem(summary.refused)
    return saying.reading()
  }
  const metrics = claimedMetrics(numbersOf(flattened(mapOf(summary.value))))
  saying.sayAll(['evaluation', 'metrics'], metrics, (name) => ({
    file: summary.file,
    line: summary.lineOf(fieldPath(name)),
  }))
  saying.say(['evaluation', 'output'], path, { file: summary.file })
  const params = await valuesIn(tree, `${dirname(path)}/params.yaml`)
  if (params === null) return saying.reading()
  const { seeds, hyperparameters } = partedParameters(flattened(mapOf(params.value)))
  const placeOf = (name: string) => ({ file: params.file, line: params.lineOf(fieldPath(name)) })
  saying.sayAll(['seeds'], seeds, placeOf)
  saying.sayAll(['hyperparameters'], hyperparameters, placeOf)
  return saying.reading()
}
