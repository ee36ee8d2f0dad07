import { expect, test } from '@jest/globals'
import { namingFindings } from '../../src/policy/naming.js'

const model = { name: 'digits', named: true, settings: { record: 'models/digits/provenance.yml' } }
const record = {
  model: { name: 'digits', version: '1.2.0' },
  run: { id: '2026-11-18-a' },
  evaluation: { metrics: { accuracy: 0.97, F1: 0.9 } },
}
const naming = {
  model: '[a-z]*',
  version: '+([0-9]).+([0-9]).+([0-9])',
  run: '20??-??-??-*',
  metrics: '*([a-z0-9_])',
  record: 'models/*/provenance.yml',
}

test('names that follow the convention, and a policy without one', () => {
  expect(namingFindings(naming, model, { ...record, evaluation: { metrics: { f1: 0.9 } } }, '')).toEqual([])
  expect(namingFindings(undefined, model, record, '')).toEqual([])
  expect(namingFindings(naming, model, {}, '')).toEqual([])
})

test.each([
  [
    'evaluation.metrics.F1',
    record,
    'the metric is called F1, and the policy asks for names like *([a-z0-9_])',
  ],
  ['model.name', { model: { name: 'Digits' } }, 'the model is called Digits'],
  ['model.version', { model: { version: 'v2-final' } }, 'the version is called v2-final'],
  ['run.id', { run: { id: 'last' } }, 'the run is called last'],
])('%s does not', (field, own, message) => {
  const findings = namingFindings(naming, model, own, '')
  expect(findings).toHaveLength(1)
  expect(findings[0]).toMatchObject({ rule: 'record/name-unconventional', field })
  expect(findings[0]?.message).toContain(message)
})

test('nor does the record at another place; a name without end fits nothing', () => {
  const elsewhere = { ...model, settings: { record: 'digits/provenance.yml' } }
  expect(namingFindings(naming, elsewhere, {}, 'team/')).toMatchObject([
    { file: 'team/digits/provenance.yml' },
  ])
  const endless = { evaluation: { metrics: { ['a'.repeat(201)]: 1 } } }
  expect(namingFindings({ metrics: '**' }, model, endless, '')).toHaveLength(1)
})
