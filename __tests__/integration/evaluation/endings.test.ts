import { describe, expect, test } from '@jest/globals'
import { readdir } from 'node:fs/promises'
import { checkEvaluation } from '../../../src/evaluation/check.js'
import { replay } from '../../../src/evaluation/replay.js'
import { runOnce } from '../../../src/evaluation/run.js'
import { LIMITS, useLab } from './lab.js'

const lab = useLab()

describe('an evaluation that does not come to its end', () => {
  test('a failing one is named by exit code and the last line of its standard error', async () => {
    const script =
      "import sys; sys.stderr.write('no such model\\n'); sys.stderr.flush(); print('almost there'); sys.exit(1)"
    const result = await checkEvaluation(lab.context, await lab.request(script))
    expect(result).toMatchObject({
      agreement: null,
      summary: 'failed: exit code 1',
      evidence: { exitCode: 1, tail: expect.arrayContaining(['almost there', 'no such model']) },
      findings: [
        {
          rule: 'evaluation/failed',
          message: 'the evaluation ended with exit code 1: `no such model`',
          actual: 'exit code 1',
        },
      ],
    })
    await expect(runOnce(lab.context, await lab.request(script))).rejects.toMatchObject({
      code: 'evaluation/failed',
    })
  }, 60_000)

  test('a program that is not there', async () => {
    const result = await checkEvaluation(
      lab.context,
      await lab.request('', {}, { command: ['no-such-program', '--privileged'] }),
    )
    expect(result.agreement).toBeNull()
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/failed', message: expect.stringContaining('no-such-program') },
    ])
  }, 60_000)

  test('one that sleeps is stopped at its time limit', async () => {
    const script = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'
    const begun = performance.now()
    const result = await checkEvaluation(
      lab.context,
      await lab.request(script, {}, { limits: { ...LIMITS, evaluation: 0.05 } }),
    )
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(result).toMatchObject({
      agreement: null,
      summary: 'out of time',
      findings: [
        {
          rule: 'evaluation/timeout',
          message: 'the evaluation was stopped after 0.05 minutes',
          remedy: 'Make the evaluation smaller, or raise `limits.evaluation` in the policy.',
        },
      ],
    })
  }, 60_000)

  test('one that needs too much memory is named as such', async () => {
    const result = await checkEvaluation(
      lab.context,
      await lab.request('x = bytearray(2**30)\nfor i in range(0, 2**30, 4096): x[i] = 1'),
    )
    expect(result.findings).toMatchObject([
      {
        rule: 'evaluation/timeout',
        message: 'the evaluation needed more than 0.5 GiB of memory',
        remedy: 'Make the evaluation smaller, or raise `limits.memory` in the policy.',
      },
    ])
  }, 60_000)

  test('one that writes without end is stopped; no file outgrows the limit', async () => {
    const script = `
import time
for n in range(10**6):
    open(f'part-{n}', 'wb').write(b'x' * 2**20)
    time.sleep(0.01)
`
    const result = await checkEvaluation(lab.context, await lab.request(script))
    expect(result.findings).toMatchObject([
      { rule: 'evaluation/timeout', message: 'the evaluation wrote more than 0.05 GiB or 500,000 files' },
    ])
    const single = await checkEvaluation(
      lab.context,
      await lab.request("f = open('metrics.json', 'wb'); f.truncate(2**40)"),
    )
    expect(single.findings).toMatchObject([
      { rule: 'evaluation/failed', message: expect.stringContaining('File too large') },
    ])
  }, 60_000)

  test('a cancelled one leaves nothing behind', async () => {
    const running = replay(
      lab.context,
      await lab.request("import time\nprint('started', flush=True)\ntime.sleep(600)"),
    )
    const watch = setInterval(
      () => lab.shown.includes('started') && lab.controller.abort(new Error('cancelled')),
      20,
    )
    await expect(running).rejects.toThrow('cancelled')
    clearInterval(watch)
    expect(await readdir(lab.scratch)).toEqual([])
    expect(lab.containers()).toBe('')
  }, 60_000)

  test('one that is cancelled while its container is made leaves nothing behind', async () => {
    for (const delay of [0, 60, 120, 240]) {
      lab.renew()
      const running = replay(lab.context, await lab.request('import time; time.sleep(600)'))
      setTimeout(() => lab.controller.abort(new Error('cancelled')), delay)
      await expect(running).rejects.toThrow('cancelled')
      expect(lab.containers()).toBe('')
      expect(await readdir(lab.scratch)).toEqual([])
    }
  }, 60_000)
})
