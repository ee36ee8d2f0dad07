import { describe, expect, test } from '@jest/globals'
import { renderJson } from '../../src/report/json.js'
import { renderRecorded } from '../../src/report/recorded.js'
import { renderTerminal } from '../../src/report/terminal.js'
import { oneLine } from '../../src/text/clean.js'
import { duration, magnitude, pair, short, signed } from '../../src/text/numbers.js'
import type { Report } from '../../src/verdict/report.js'
import {
  ATTACKS,
  FIXTURES,
  couldNotCheck,
  exploratory,
  failedModel,
  hostile,
  incomplete,
  metricsOnlyModel,
  notReproduced,
  recomputedModel,
  outsideModel,
  reportOf,
  reproduced,
  several,
} from './fixtures.js'

const plain = (report: Report) => renderTerminal(report, { colour: false })

describe('the terminal', () => {
  test('a difference, as in the user guide', () => {
    expect(renderTerminal(notReproduced, { colour: false, reportPath: '.reprogate/report.json' })).toBe(
      [
        'digits 1.2.0   production   a81c0de',
        '',
        '  ✔ provenance    complete: commit, data version, environment hash, 2 seeds         0.1 s',
        '  ✔ data          digits@v3: 3 files hashed again, as recorded                      0.0 s',
        '  ✖ environment   drift: 1 of 214 packages changed                                 41.3 s',
        '                    scikit-learn  1.2.1 → 1.3.0',
        '  ✖ evaluation    different: 4 of 1,797 predictions flipped, the same way twice    24.0 s',
        '                    accuracy  0.972176 → 0.969950   allowed ±0.000001',
        '                    f1_macro  0.972061 → 0.969840   allowed ±0.000001',
        '',
        '  Not reproduced: The rebuilt environment differs (scikit-learn 1.2.1 → 1.3.0), and so does the result: accuracy 0.972176 → 0.969950, allowed ±0.000001.',
        '  Rung 2 of 6, the claims agree with the repository; not yet 4, the environment comes back.',
        '  Fix: Pin scikit-learn==1.2.1 in requirements.txt:4, or record the run again.',
        '',
        '  report: .reprogate/report.json',
        '',
      ].join('\n'),
    )
  })
  test('findings under their stage, with place and fix', () => {
    const text = plain(incomplete)
    expect(text).toContain(
      '  ✖ provenance    13 of 14 required fields, 1 wrong                     0.1 s\n' +
        '                  ✖ models/digits/provenance.yml:24  seed split is missing\n' +
        '                    fix: Record every seed that the run set under seeds ({} if it set none).\n',
    )
    expect(text).toMatch(
      /✖ data .*\n +✖ models\/digits\/provenance\.yml:15 {2}data\/test\.csv does not match its recorded digest: row 211/,
    )
    expect(text).toContain('  – evaluation    not replayed: the record is not complete\n')
  })
  test('a path of the data under the data, whatever subject its rule has', () => {
    expect(plain(reportOf([outsideModel]))).toMatch(
      /✖ data .*\n +✖ models\/digits\/provenance\.yml:9 {2}data\/train\.csv leads out of the repository by a link\n/,
    )
  })
  test('what the first lines or the figures tell is not told twice', () => {
    const text = plain(reportOf([failedModel]))
    expect(text.match(/exit code 127/g)).toHaveLength(2)
    expect(text).toMatch(
      /⚠ evaluation {4}failed: exit code 127 .*\n +\[FATAL tini \(7\)\] exec python4 failed/,
    )
    expect(text).not.toContain('fix:')
    expect(plain(notReproduced)).not.toContain('fix:')
  })
  test('a grade reads as a sentence', () => {
    expect(plain(reproduced)).toContain('  ✔ environment   content identical: 214 packages, 28,374 files ')
    expect(plain(reproduced)).toContain('  ✔ evaluation    identical: 1,797 predictions, 4 metrics; ')
  })
  test('nothing is said of predictions that were not compared', () => {
    expect(plain(reportOf([metricsOnlyModel]))).not.toContain('prediction')
  })
  test('how many metrics follow from the committed predictions', () => {
    expect(plain(reportOf([recomputedModel]))).toContain(
      '\n                    metrics from predictions: 2 follow, 1 consistent, 1 definition unknown\n',
    )
  })
  test('what did not build', () => {
    expect(plain(couldNotCheck)).toContain(
      "                    #6 4.385 E: Version '12.2.0-14' for 'libgomp1' was not found\n",
    )
  })
  test('nothing alarming where nothing was asked for', () => {
    expect(plain(exploratory)).toContain('  Not rebuilt: The record is complete')
    expect(plain(exploratory)).not.toMatch(/[✖⚠]/)
  })
  test('several models, and none', () => {
    expect(plain(several)).toMatch(
      / {2}5 models: 2 reproduced, 1 not rebuilt, 1 not reproduced, 1 could not check\.\n/,
    )
    expect(plain(several)).toContain('The policy changes here; judged by that of main.')
    expect(plain(reportOf([]))).toBe('  No model was checked.\n')
  })
  test('colour only when asked for', () => {
    expect(renderTerminal(reproduced, { colour: true })).toContain('\u001b[32m✔\u001b[0m')
    for (const report of Object.values(FIXTURES)) expect(plain(report)).not.toContain('\u001b')
  })
  test('untrusted text neither drives the terminal nor the runner', () => {
    const text = plain(hostile)
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/)
    expect(text).not.toMatch(/^\s*::|##\[/m)
    expect(text).toContain('::error::owned')
    expect(text).not.toMatch(/^line/m)
    const tail = reportOf([
      { ...couldNotCheck.models[0]!, evidence: { ...hostile.models[0]!.evidence }, cause: '::error::x' },
    ])
    expect(plain(tail)).not.toMatch(/^\s*::|##\[/m)
    expect(plain(tail)).toContain(': :error::owned')
  })
  test('what was recorded', () => {
    const text = renderRecorded({
      model: 'digits',
      files: ['models/digits/provenance.yml', 'models/digits/predictions.csv'],
      dirty: ['train.py'],
      metrics: { accuracy: 0.972175 },
      pin: 'manifest',
      leftOut: ['eval_runtime'],
      missing: [{ field: 'seeds.split', message: 'seeds are missing', remedy: 'Record `split`.' }],
    })
    expect(text).toBe(
      [
        '  ✔ recorded digits: accuracy 0.972175',
        '    models/digits/provenance.yml',
        '    models/digits/predictions.csv',
        '    left out, as it never comes out the same again: eval_runtime',
        '    environment: built here, pinned by its manifest; `--push <repository>` pins the image itself.',
        '  ⚠ the work tree has changes that are not committed: train.py',
        '    fix: commit them, and record again.',
        '',
        '  Only a person can add:',
        '    seeds.split  seeds are missing',
        '      fix: Record split.',
        '',
      ].join('\n'),
    )
    const files = ATTACKS.map((attack) => attack)
    expect(
      renderRecorded({
        model: '\u001b[2J',
        files,
        dirty: files,
        metrics: {},
        leftOut: [],
        pin: 'image',
        missing: [],
      }),
    ).not.toMatch(/^\s*::|##\[|[\u0000-\u0009\u000b-\u001f]/m)
  })
})

describe('text', () => {
  test('figures that differ look different', () => {
    expect(pair('0.9721758486366165', '0.9699499165275459')).toEqual(['0.972176', '0.969950'])
    expect(pair('0.5', '0.50000001')).toEqual(['0.50000000', '0.50000001'])
    expect(pair('0.1', '0.10000000000000002')).toEqual(['0.1', '0.10000000000000002'])
    expect(pair('3.2e-9', '3.3e-9')).toEqual(['3.2e-9', '3.3e-9'])
    expect(pair('1797', undefined)).toEqual(['1797', '–'])
    expect(pair('NaN', '0.5')).toEqual(['NaN', '0.500000'])
    expect(signed(-0.002226)).toBe('−0.002226')
    expect(signed(0)).toBe('0')
    expect(magnitude(1e-6)).toBe('0.000001')
    expect(magnitude(9.7218e-7)).toBe('9.722e-7')
  })
  test('times and digests', () => {
    expect([0.04, 9.94, 9.96, 134, 3900].map(duration)).toEqual([
      '0.0 s',
      '9.9 s',
      '10 s',
      '2 min 14 s',
      '1 h 5 min',
    ])
    expect(short(`env-v1:sha256:${'c0ffee1'.repeat(9)}0`)).toBe('c0ffee1')
    expect(short('main')).toBe('main')
  })
  test('one line of anything', () => {
    expect(oneLine('a\r\nb\u2028c\u202ed\u001b[1me', 99)).toBe('a b c�de')
    expect(oneLine('👍'.repeat(9), 4)).toBe('👍…')
    expect(oneLine('x'.repeat(1e6), 5)).toBe('xxxx…')
    expect(oneLine('a\ud800b', 5)).toBe('a�b')
  })
})

describe('JSON', () => {
  test('is the report, in the order of its schema', () => {
    const { models, reprogate, ...rest } = notReproduced
    const shuffled = { models, ...rest, reprogate }
    expect(renderJson(shuffled)).toBe(renderJson(notReproduced))
    expect(renderJson(notReproduced)).toMatch(
      /^\{\n {2}"reprogate": "report\/1",\n {2}"verdict": [\s\S]*\n\}\n$/,
    )
    expect(JSON.parse(renderJson(hostile))).toEqual(hostile)
  })
  test('is nothing else', () => {
    expect(() => renderJson({ ...notReproduced, verdict: 'fine' as 'reproduced' })).toThrow(/verdict/)
  })
})
