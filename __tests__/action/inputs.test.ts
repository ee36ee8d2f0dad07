import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { INPUT_NAMES, loadInputs } from '../../src/action/inputs.js'
import { ReprogateError } from '../../src/system/errors.js'

const load = (given: Record<string, string> = {}) => loadInputs((name) => given[name] ?? '')
const failure = (given: Record<string, string>): ReprogateError => {
  try {
    load(given)
  } catch (error) {
    if (error instanceof ReprogateError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('inputs', () => {
  test('nothing given: the defaults', () => {
    expect(load()).toEqual({
      config: 'reprogate.yml',
      models: [],
      track: undefined,
      'github-token': '',
      comment: 'always',
      rebuild: undefined,
      'working-directory': '.',
    })
  })

  test('action.yml has the same inputs and the same defaults', () => {
    const action = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as {
      inputs: Record<string, { default: string; description: string }>
    }
    expect(Object.keys(action.inputs)).toEqual(INPUT_NAMES)
    const defaults = Object.fromEntries(
      Object.entries(action.inputs).map(([name, input]) => [name, input.default]),
    )
    expect(load({ ...defaults, 'github-token': '' })).toEqual(load())
  })

  test('models come in lines, with commas or spaces, each once', () => {
    expect(load({ models: 'a\nb, c  a,\n' }).models).toEqual(['a', 'b', 'c'])
  })

  test.each([
    ['track', 'productoin', 'production', '`exploratory`, `production`'],
    ['comment', 'On-Problem', 'on-problem', '`always`, `on-problem`, `never`'],
    ['rebuild', 'cache', 'cached', '`fresh`, `cached`'],
  ])('%s: %s is refused, with what it may be and what was meant', (name, value, meant, allowed) => {
    const error = failure({ [name]: value })
    expect(error.code).toBe('input/invalid')
    expect(error.message).toBe(`Input \`${name}\` is \`${value}\`, which is not one of ${allowed}`)
    expect(error.remedy).toBe(`Did you mean \`${name}: ${meant}\`?`)
  })

  test('a value unlike any other has no suggestion', () => {
    expect(failure({ rebuild: 'true' }).remedy).toBe('Set the input to one of them, or leave it out.')
  })
})
