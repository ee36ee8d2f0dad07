import { fieldPath } from '../../../text/fields.js'
import type { Facts, Reserved } from '../facts.js'
import type { Saying } from '../saying.js'
import { flattened, isSeedName, partedParameters } from '../values.js'

/** `${model.width}` is not resolved, and `???` was not given: neither is a value. */
const NO_VALUE = /\$\{|^\?\?\?$/

const isSettled = (value: unknown): boolean =>
  !(Array.isArray(value) ? value : [value]).some((item) => typeof item === 'string' && NO_VALUE.test(item))

/** Says a configuration: seeds by their names, the rest as hyperparameters. */
export function saySettings(said: Saying, facts: Facts, reserved?: Reserved): void {
  // A list is no configuration.
  if (facts.keys().length === 0) return
  const values = new Map([...flattened(facts.at())].filter(([, value]) => isSettled(value)))
  for (const [name, value] of values)
    if (value === null && isSeedName(name))
      said.remark(`${name} is null: no seed was set`, facts.place(...fieldPath(name)))
  for (const [part, own] of Object.entries(partedParameters(values)))
    for (const [name, value] of own) facts.say(said, [part, name], fieldPath(name), { value, reserved })
}
