import { describe, expect, test } from '@jest/globals'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkEvaluation } from '../../../src/evaluation/check.js'
import { useLab } from './lab.js'

const lab = useLab()

describe('output that cannot be used', () => {
  test.each([
    ['nothing', 'pass', '`metrics.json` was not written'],
    ['a FIFO', "import os; os.mkfifo('metrics.json')", '`metrics.json` is not a regular file'],
    [
      'a link to a file of this machine',
      "import os; os.symlink('/etc/passwd', 'metrics.json')",
      '`metrics.json` is a link or lies behind one',
    ],
    ['no JSON', "open('metrics.json', 'w').write('accuracy: 0.75')", '`metrics.json` is not JSON'],
    ['a sparse file', "open('metrics.json', 'w').truncate(2 * 2**20)", '`metrics.json` is larger than 1 MiB'],
  ])(
    '%s',
    async (_, script, problem) => {
      const result = await checkEvaluation(lab.context, await lab.request(script))
      expect(result.agreement).toBeNull()
      expect(result.findings).toMatchObject([
        {
          rule: 'evaluation/output-unusable',
          message: expect.stringContaining(problem),
          field: 'evaluation',
        },
      ])
    },
    60_000,
  )

  test('a folder that the run replaces by a link to one of this machine', async () => {
    const outside = join(lab.home, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'metrics.json'), '{"accuracy": 0.75}')
    await chmod(outside, 0o755)
    const script = `import os, shutil; shutil.rmtree('out'); os.symlink(${JSON.stringify(outside)}, 'out')`
    const result = await checkEvaluation(
      lab.context,
      await lab.request(script, { 'out/keep': '' }, { metrics: 'out/metrics.json' }),
    )
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/output-unusable', message: expect.stringContaining('lies behind one') },
    ])
  }, 60_000)

  test('a metrics file that was there before is not output', async () => {
    const result = await checkEvaluation(
      lab.context,
      await lab.request('pass', { 'metrics.json': '{"accuracy": 0.75}' }),
    )
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/output-unusable', message: expect.stringContaining('was not written') },
    ])
  }, 60_000)
})
