import { flatMetrics, type Metrics } from './flat.js'
import { FORMATS } from './formats.js'

/**
 * Reads a file of metrics, in the format that its name says: JSON, YAML, TOML, CSV, TSV, JUnit, or lines of
 * `name: value`; nested to any shape, at most 10,000 numbers and 16 levels. `problem` says what is wrong with
 * it, as the rest of a sentence about the file.
 */
export function parseMetrics(bytes: Uint8Array, path = 'metrics.json'): Metrics | { problem: string } {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { problem: 'is not text in UTF-8' }
  }
  const { read } = FORMATS.find(({ files }) => files.test(path))!
  const raw = read(text)
  return 'problem' in raw ? raw : flatMetrics(raw.value)
}
