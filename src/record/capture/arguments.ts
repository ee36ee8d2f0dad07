import { isDecimal } from '../../text/numbers.js'

const SEED = /(?:^|[^a-z])(?:seed|random[_-]?state|rng)$|seed$/i
const OPTION = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s

/** What a command line sets: `--seed 7`, `--lr=0.1`, and `model.depth=3` as hydra has it. */
export interface CommandValues {
  seeds: Record<string, number>
  hyperparameters: Record<string, string | number | boolean>
}

/** Options of the interpreter are none of the script's: reading begins behind the first file or module. */
export function commandValues(command: readonly string[]): CommandValues {
  const start = command.findIndex((word, at) => at > 0 && !word.startsWith('-'))
  const pairs: [string, string | true][] = []
  for (let at = Math.max(start, 0) + 1; start >= 0 && at < command.length; at++) {
    const word = command[at]!
    const [, name, value] = OPTION.exec(word) ?? []
    const next = command[at + 1]
    if (name === undefined) {
      const [, key, set] = /^\+*([A-Za-z_][\w.]*)=(.*)$/s.exec(word) ?? []
      if (key !== undefined) pairs.push([key, set!])
    } else if (value !== undefined) pairs.push([name, value])
    else if (next !== undefined && (!next.startsWith('-') || isDecimal(next))) {
      pairs.push([name, next])
      at++
    } else pairs.push([name, true])
  }
  const typed = pairs.map(
    ([name, value]) => [name, typeof value === 'string' && isDecimal(value) ? Number(value) : value] as const,
  )
  const isSeed = ([name, value]: (typeof typed)[number]) => SEED.test(name) && Number.isSafeInteger(value)
  return {
    seeds: Object.fromEntries(typed.filter(isSeed)) as Record<string, number>,
    hyperparameters: Object.fromEntries(typed.filter((one) => !isSeed(one))),
  }
}
