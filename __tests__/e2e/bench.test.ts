import { describe, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import type { Bench } from '../../scripts/bench/measure.js'

/** That the bench measures; never how fast anything is. */

const bench = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/bench.ts', ...args], { encoding: 'utf8' })

describe('npm run bench', () => {
  test('prints figures of every cost, each beside its floor', () => {
    const { status, stdout, stderr } = bench('--quick', '--json')
    expect({ status, stderr }).toEqual({ status: 0, stderr })
    const { benches } = JSON.parse(stdout) as { benches: Bench[] }
    expect(benches.map(({ unit, floor }) => [unit, floor !== null])).toEqual([
      ['s', true],
      ['s', true],
      ['MB', true],
      ['s', true],
      ['s', true],
      ['s', true],
      ['s', true],
      ['B', false],
      ['s', true],
      ['s', true],
      ['s', false],
    ])
    for (const { ours, ratio, floor, runs } of benches) {
      expect(ours).toBeGreaterThan(0)
      expect(ratio === null).toBe(floor === null)
      expect(runs.length).toBeGreaterThan(0)
    }
    const left = spawnSync('docker', ['image', 'ls', '--quiet', 'reprogate-bench'], { encoding: 'utf8' })
    expect(left.stdout).toBe('')
  }, 900_000)

  test('says what it does not know', () => {
    const { status, stderr } = bench('nothing')
    expect(status).toBe(1)
    expect(stderr).toContain('no bench is called nothing: image, data, entries, gate')
  })
})
