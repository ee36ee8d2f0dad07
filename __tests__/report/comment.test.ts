import { describe, expect, test } from '@jest/globals'
import { marker, renderComment } from '../../src/report/comment.js'
import { renderSummary } from '../../src/report/summary.js'
import { reportSchema, type ModelReport } from '../../src/verdict/report.js'
import { RULES } from '../../src/verdict/rules/index.js'
import {
  ATTACKS,
  FIXTURES,
  OPTIONS,
  couldNotCheck,
  couldNotCheckModel,
  exploratory,
  exploratoryModel,
  failedModel,
  hostile,
  hostileModel,
  incomplete,
  incompleteModel,
  lenientModel,
  metricsOnlyModel,
  notReproduced,
  notReproducedModel,
  reportOf,
  reproduced,
  reproducedModel,
  riskyModel,
  several,
  unpairedModel,
  unseededModel,
} from './fixtures.js'
import { dangers, rendered } from './harmless.js'

const BLOB = 'https://github.com/acme/digits/blob/a81c0de4f3b29d7706c1e5aa0b9d8c7f6e5d4c3b'
const lines = (markdown: string) => markdown.split('\n').filter(Boolean)
const bytes = (text: string) => Buffer.byteLength(text)

describe.each(Object.entries(FIXTURES))('%s', (_name, report) => {
  const comment = renderComment(report, OPTIONS)

  test('is a report', () => {
    expect(reportSchema.parse(report)).toEqual(report)
  })
  test('begins with the marker and a headline, ends with the footer, within the budget', () => {
    const all = lines(comment)
    expect(all[0]).toBe('<!-- reprogate:digits -->')
    expect(all[1]).toMatch(/^### (?:✅|❌|⚠️|➖) /u)
    expect(all.at(-1)).toMatch(/^<sub>.*<\/sub>$/)
    expect(bytes(comment)).toBeLessThanOrEqual(65_000)
  })
  test('opens and closes every fold', () => {
    const { html } = rendered(comment)
    expect(html.match(/<details>/g) ?? []).toHaveLength((html.match(/<\/details>/g) ?? []).length)
    expect(html.match(/<summary>/g) ?? []).toHaveLength((html.match(/<details>/g) ?? []).length)
  })
  test('links to its own repository only, and is otherwise text', () => {
    expect(dangers(comment, [OPTIONS.repositoryUrl])).toEqual([])
    expect(dangers(renderSummary(report, OPTIONS), [OPTIONS.repositoryUrl])).toEqual([])
  })
})

describe('the first lines', () => {
  test.each([
    [reproduced, '### ✅ Reproduced: `digits` 1.2.0'],
    [notReproduced, '### ❌ Not reproduced: `digits` 1.2.0'],
    [incomplete, '### ❌ Incomplete: `digits` 1.2.0 cannot be reproduced from its record'],
    [couldNotCheck, '### ⚠️ Could not check: `digits` 1.2.0'],
    [exploratory, '### ➖ Not rebuilt: `sketch` (exploratory track)'],
    [several, '### ❌ Not reproduced: 1 of 5 models'],
    [reportOf([reproducedModel, reproducedModel]), '### ✅ Reproduced: all 2 models'],
    [reportOf([exploratoryModel, exploratoryModel]), '### ➖ Not rebuilt: 2 models (exploratory track)'],
    [reportOf([]), '### ➖ No model was checked'],
  ])('carry the verdict', (report, headline) => {
    expect(lines(renderComment(report, OPTIONS))[1]).toBe(headline)
  })

  test('carry cause and fix, with a link to the line', () => {
    expect(renderComment(notReproduced, OPTIONS)).toContain(
      '**The rebuilt environment differs (scikit-learn 1.2.1 → 1.3.0), and so does the result: `accuracy` 0.972176 → 0.969950, allowed ±0.000001.**  \n' +
        `**To fix:** pin \`scikit-learn==1.2.1\` in [\`requirements.txt\` line 4](${BLOB}/requirements.txt#L4), or record the run again.`,
    )
  })

  test('name the place of what failed', () => {
    expect(renderComment(couldNotCheck, OPTIONS)).toContain(
      '**The build failed at step 3 of 5: RUN apt-get install -y `libgomp1=12.2.0-14`.**  \n' +
        `**To fix:** correct [\`Dockerfile\` line 3](${BLOB}/Dockerfile#L3); pin what it installs.`,
    )
  })

  test('say what the policy does not allow of a reproduced model', () => {
    const text = renderComment(reportOf([riskyModel]), OPTIONS)
    expect(lines(text)[1]).toBe('### ❌ Reproduced: `digits` 1.2.0, but blocked by the policy')
    expect(text).toContain(
      'came back, bit for bit. But the build generated the private key `/etc/ssh/ssh_host_rsa_key` into the image.  \n' +
        '**To fix:** remove `/etc/ssh/ssh_host_rsa_key` in the step of [`Dockerfile`]',
    )
    expect(text).not.toContain('| where |')
  })

  test('say what is an error by the policy alone, with its field in the table', () => {
    const text = renderComment(reportOf([lenientModel]), OPTIONS)
    expect(text).toContain(
      '**seed: unknown key: did you mean `seeds`?**  \n**To fix:** correct the spelling, or remove the key.',
    )
    expect(text).toContain(`| ❌ | [\`seed\`](${BLOB}/models/digits/provenance.yml#L24) | `)
    expect(text).not.toContain('record is complete')
  })

  test('claim no predictions that were not compared', () => {
    const report = reportOf([metricsOnlyModel])
    expect(renderComment(report, OPTIONS)).toContain('evaluated again: all 4 metrics came back, bit for bit.')
    for (const text of [renderComment(report, OPTIONS), renderSummary(report, OPTIONS)])
      expect(text).not.toMatch(/prediction/i)
  })

  const failing = { ...exploratoryModel, decision: 'warn' } as const
  test.each<[string, ModelReport, string]>([
    ['a warning about the record', failing, '➖'],
    ['a rebuild that was asked for', { ...failing, parity: 'unverifiable' }, '⚠️'],
    ['a failed stage', { ...failing, stages: couldNotCheckModel.stages }, '⚠️'],
    ['the production track', { ...failing, track: 'production' }, '⚠️'],
    ['a decision to fail', { ...failing, decision: 'fail' }, '⚠️'],
  ])('calm only where nothing went wrong: %s', (_what, model, icon) => {
    expect(lines(renderComment(reportOf([model]), OPTIONS))[1]).toMatch(new RegExp(`^### ${icon}`))
  })

  test('warn, on the exploratory track', () => {
    const model: ModelReport = { ...incompleteModel, track: 'exploratory', decision: 'warn' }
    expect(lines(renderComment(reportOf([model]), OPTIONS))[1]).toMatch(/^### ⚠️ Incomplete/)
  })
})

describe('tables', () => {
  const comment = renderComment(notReproduced, OPTIONS)
  test('stages with their level', () => {
    expect(comment).toContain('| ❌ | **Environment** | **drift**: 1 of 214 packages changed |')
    expect(renderComment(reproduced, OPTIONS)).toContain('| **content** identical: 214 packages')
  })
  test('metrics that differ, and only those', () => {
    expect(comment).toContain('| accuracy | 0.972176 | **0.969950** | −0.002226 | ±0.000001 |')
    expect(comment).not.toContain('| rows |')
    expect(renderComment(reproduced, OPTIONS)).not.toContain('| metric |')
  })
  test('predictions and environment, folded', () => {
    expect(comment).toContain(
      '<b>Predictions</b>: 4 flips; 1,793 of 1,797 rows identical, 2 other metrics unchanged<',
    )
    expect(comment).toContain('| 211 | 8 | **3** | 0.412 → 0.438 |')
    expect(comment).toContain('<b>Environment</b>: 1 package, no settings, no other files<')
    expect(comment).toContain('| `pkg:pypi/scikit-learn` | 1.2.1 | 1.3.0 |')
  })
  test('fields of an incomplete record, errors first, linked to their lines', () => {
    const rows = lines(renderComment(incomplete, OPTIONS)).filter((line) => /^\| (?:❌|⚠️) \| \[/u.test(line))
    expect(rows.map((row) => /\[`([^`]+)`\]\(([^)]+)\)/.exec(row)?.slice(1, 3))).toEqual([
      ['seeds.split', `${BLOB}/models/digits/provenance.yml#L24`],
      ['environment.image', `${BLOB}/models/digits/provenance.yml#L18`],
      ['data[1].digest', `${BLOB}/models/digits/provenance.yml#L15`],
      ['data[0].licence', `${BLOB}/models/digits/provenance.yml#L12`],
    ])
    expect(rows[3]).toMatch(/^\| ⚠️/)
  })
  test('findings that nothing else tells, and no other', () => {
    const warned = {
      ...notReproducedModel,
      findings: [
        ...notReproducedModel.findings,
        { ...incompleteModel.findings.find(({ level }) => level === 'warn')!, message: 'licence missing' },
      ],
    }
    const text = renderComment(reportOf([warned]), OPTIONS)
    expect(text).toContain('| licence missing | Add the `licence` of the data set. |')
    expect(text.match(/^\| (?:❌|⚠️) \| \[/gmu)).toHaveLength(1)
  })
  test('a record that failed is linked to, whatever its stage found', () => {
    expect(renderComment(incomplete, OPTIONS)).toContain(
      `| ❌ | **Provenance** | 13 of 14 required fields, 1 wrong: [\`models/digits/provenance.yml\`](${BLOB}/models/digits/provenance.yml) |`,
    )
    expect(renderComment(reproduced, OPTIONS)).not.toContain('models/digits/provenance.yml')
  })
  test('what the first lines tell in full is not told again, but in the summary', () => {
    const told = 'exit code 127: `exec python4 failed: No such file or directory`'
    const report = reportOf([failedModel])
    expect(renderComment(report, OPTIONS).split(told)).toHaveLength(2)
    expect(renderSummary(report, OPTIONS).split(told)).toHaveLength(3)
  })
})

describe('folds', () => {
  test('two replays against each other are neither of them the record', () => {
    const text = renderComment(reportOf([unseededModel]), OPTIONS)
    expect(text).toContain('<b>Two replays against each other</b>: 2 flips; 1,795 of 1,797 rows identical<')
    expect(text).toContain('| row | first | second |')
    expect(text).not.toContain('<b>Predictions</b>')
  })
  test('rows that cannot be paired are not called identical', () => {
    const text = renderComment(reportOf([unpairedModel]), OPTIONS)
    expect(text).toContain('The predictions cannot be compared: 3 rows are only in the record')
    expect(text).not.toContain('rows identical')
  })
  test('NaN agrees with itself, and is not counted as unchanged', () => {
    const evaluation = notReproducedModel.evidence.evaluation!
    const metrics = evaluation.metrics.map((metric) =>
      metric.name === 'rows' ? { ...metric, recorded: 'NaN', replayed: 'NaN', finite: false } : metric,
    )
    const evidence = { ...notReproducedModel.evidence, evaluation: { ...evaluation, metrics } }
    expect(renderComment(reportOf([{ ...notReproducedModel, evidence }]), OPTIONS)).toContain(
      ', 1 other metric unchanged<',
    )
  })
  test('a manifest says nothing of single files', () => {
    const environment = notReproducedModel.evidence.environment!
    const pinned = { ...environment.pinned!, from: 'manifest' as const }
    const evidence = { ...notReproducedModel.evidence, environment: { ...environment, pinned } }
    expect(renderComment(reportOf([{ ...notReproducedModel, evidence }]), OPTIONS)).toContain(
      '<b>Environment</b>: 1 package, no settings<',
    )
  })
  test('the last lines of a build', () => {
    expect(renderComment(couldNotCheck, OPTIONS)).toContain('```text\n#6 3.120 Reading package lists...')
  })
  test('commands, quoted for a shell', () => {
    expect(renderComment(incomplete, OPTIONS)).toContain('\nnpx reprogate record digits\n')
    expect(renderComment(notReproduced, OPTIONS)).toContain(
      '\ngit checkout a81c0de4f3b2 && npx reprogate check digits\n',
    )
    const named = (name: string) =>
      renderComment(reportOf([{ ...notReproducedModel, name }], { commit: 'x; rm' }), OPTIONS)
    expect(named("a'; rm -rf ~ #")).toContain("\nnpx reprogate check 'a'\\''; rm -rf ~ #'\n")
    expect(named('--help')).toContain("\nnpx reprogate check -- '--help'\n")
    expect(named('a')).not.toContain('git checkout')
  })
  test('lineage with what changed', () => {
    expect(renderComment(notReproduced, OPTIONS)).toContain(
      '  run --> model["model 1.2.0<br/>c0ffee1"] --> result["accuracy 0.972175"]\n' +
        '  classDef changed fill:#ffebe9,stroke:#cf222e,color:#1f2328\n  class env,result changed\n',
    )
  })
  test('labels of the lineage end where they should', () => {
    const graph = /```mermaid\n([\s\S]*?)\n```/.exec(renderComment(hostile, OPTIONS))?.[1] ?? ''
    for (const line of graph.split('\n').filter((l) => l.includes('"')))
      expect(line).toMatch(
        /^ {2}(?:run -->|\w+)[^"]*(?:"(?:[^"<`&[\]{}|;]|#\d+;|<br\/>)*"\]?\)?\]?(?: --> \w+\[?)?)+$/,
      )
    expect(graph).not.toContain('y["')
  })
  test('the policy that changes', () => {
    const text = renderComment(several, OPTIONS)
    expect(text).toContain(
      'judged by the policy of <code>main</code>; this pull request changes it</summary>',
    )
    expect(text).toContain('+      tolerance: {accuracy: {absolute: 0.5}}')
    const none = reportOf([reproducedModel], { policy: { path: null, from: 'main', change: '+a' } })
    expect(renderComment(none, OPTIONS)).toContain(
      'judged by the built-in defaults; this pull request changes it',
    )
  })
})

describe('several models', () => {
  const text = renderComment(several, OPTIONS)
  test('a line each, the failing first', () => {
    const rows = lines(text).filter((line) => / \| (?:✅|❌|⚠️|➖) \| .* \| (?:✅|❌|⚠️|➖) \|/u.test(line))
    expect(rows.map((row) => /`(\w+)`/.exec(row)?.[1])).toEqual([
      'digits',
      'faces',
      'sketch',
      'letters',
      'fashion',
    ])
  })
  test('a section each, folded unless it failed', () => {
    expect(text.match(/^#### .*/gm)).toEqual([
      '#### ❌ Not reproduced: `digits` 1.2.0',
      '#### ⚠️ Could not check: `faces` 1.2.0',
    ])
    expect(text).toContain('<details><summary>✅ <b>Reproduced</b>: <code>letters</code> 1.2.0</summary>')
    expect(text).toContain(
      '<details><summary>➖ <b>Not rebuilt</b>: <code>sketch</code> (exploratory track)</summary>',
    )
  })
})

describe('the ladder', () => {
  const wide: ModelReport = {
    ...notReproducedModel,
    findings: Array.from({ length: 60 }, (_, i) => ({
      ...incompleteModel.findings[0]!,
      message: `${'word '.repeat(40)}${i}`,
      rule: Object.keys(RULES)[0] as 'record/missing',
    })),
  }
  const many = reportOf(
    Array.from({ length: 25 }, (_, i) => ({ ...wide, name: `m${i}` })),
    {
      verdict: 'not-reproduced',
      decision: 'fail',
    },
  )

  test.each([65_000, 8000, 1000])('%d bytes hold the verdict, whole', (budget) => {
    for (const report of [many, reportOf([wide]), notReproduced, hostile]) {
      const text = renderComment(report, { ...OPTIONS, budget })
      // Below these nothing is left to drop: verdict, cause and fix stay.
      expect(bytes(text)).toBeLessThanOrEqual(Math.max(budget, report === hostile ? 6000 : 1000))
      expect(lines(text)[0]).toBe(marker('digits'))
      expect(lines(text)[1]).toContain('Not reproduced')
      expect(text).toMatch(/<\/sub>$/)
      const { html } = rendered(text)
      expect((html.match(/<tbody>/g) ?? []).length).toBe((text.match(/^\|:?-+:?\|/gm) ?? []).length)
      expect((html.match(/<details>/g) ?? []).length).toBe((html.match(/<\/details>/g) ?? []).length)
      expect((html.match(/<details>/g) ?? []).length).toBe((text.match(/^<details>/gm) ?? []).length)
    }
  })

  test('drops rows before differences before sections, and says so', () => {
    const full = renderComment(notReproduced, OPTIONS)
    const less = renderComment(notReproduced, { ...OPTIONS, budget: bytes(full) - 1 })
    expect(less).not.toContain('| 211 |')
    expect(less).toContain('pkg:pypi/scikit-learn')
    expect(less).toContain(
      'shortened to fit: details are in the <a href="https://github.com/acme/digits/actions/runs/1">full report</a>',
    )
    expect(full).not.toContain('shortened')
    const least = renderComment(several, { ...OPTIONS, budget: 2500 })
    expect(least).not.toContain('####')
    expect(least).toContain('| ✅ | `fashion`')
  })

  test('text of 100 kB neither fills nor breaks it', () => {
    expect(bytes(renderComment(hostile, OPTIONS))).toBeLessThan(65_000)
    expect(
      renderComment(reportOf([{ ...hostileModel, cause: '@a '.repeat(50_000) }]), OPTIONS).length,
    ).toBeLessThan(65_000)
  })
})

describe('the footer', () => {
  test('says track, consequence, time, judge, commit and where the rest is', () => {
    expect(renderComment(notReproduced, OPTIONS)).toMatch(
      /<sub>production track, blocks the merge · 2 min 14 s · judged by <code>reprogate.yml<\/code> of <code>main<\/code> · commit <code>a81c0de<\/code> · <a href="https:\/\/github.com\/acme\/digits\/actions\/runs\/1">full report<\/a><\/sub>$/,
    )
    expect(renderComment(reproduced, { id: 'x' })).toMatch(/commit <code>a81c0de<\/code><\/sub>$/)
  })
  test('the marker cannot be closed from inside', () => {
    expect(marker('a --> <b>')).toBe('<!-- reprogate:a-b- -->')
    expect(marker('a --> <b>').slice(4, -3)).not.toMatch(/--|[<>]/)
  })
})

describe('the summary', () => {
  test('has every finding, no marker, and stays far below 1 MiB', () => {
    const text = renderSummary(notReproduced, OPTIONS)
    expect(text.startsWith('### ❌ Not reproduced')).toBe(true)
    expect(text.match(/^\| ❌ \| \[/gmu)).toHaveLength(4)
    expect(
      bytes(renderSummary(reportOf(Array.from({ length: 40 }, () => hostileModel)), OPTIONS)),
    ).toBeLessThan(1_000_000)
  })
  test('hostile text is there to be read', () => {
    const { text } = rendered(renderSummary(hostile, OPTIONS))
    for (const attack of ['@everyone', '::error::owned', ATTACKS[4]]) expect(text).toContain(attack)
  })
})
