import { describe, expect, test } from '@jest/globals'
import { compareConfig } from '../../src/environment/compare/config.js'
import { differenceFindings } from '../../src/environment/compare/findings.js'
import { Differences } from '../../src/environment/compare/comparison.js'
import { BuildLog } from '../../src/environment/build-log.js'
import { isSecret, maskKnown } from '../../src/environment/secrets.js'
import { CONFIG } from './tree.js'

const GITHUB = `ghp_${'aB3'.repeat(12)}`

test.each([
  ['API_TOKEN', 'x'],
  ['DB_PASSWORD', 'hunter2'],
  ['SSH_PRIVATE', 'x'],
  ['SIGNING_KEY', 'x'],
  ['BASIC_AUTH', 'x'],
  ['A', GITHUB],
  ['A', 'AKIAIOSFODNN7EXAMPLE'],
  ['A', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
  ['A', 'postgres://user:secret@host/db'],
  ['A', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY1'],
  ['A', '4f1c9be07d32a86e5b0f914cd7728ea3'],
  ['A', '-----BEGIN PRIVATE KEY-----\nMIIE'],
])('%s=%s is a secret', (name, value) => expect(isSecret(name, value)).toBe(true))

test.each([
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['OMP_NUM_THREADS', '4'],
  ['PYTHON_VERSION', '3.11.2'],
  ['PYTHONHASHSEED', '0'],
  ['LD_LIBRARY_PATH', '/usr/local/nvidia/lib:/usr/local/nvidia/lib64'],
  ['NVIDIA_REQUIRE_CUDA', 'cuda>=12.4 brand=tesla,driver>=470,driver<471'],
  ['KEYBOARD', 'us'],
  ['HOME_URL', 'https://example.org/a/b'],
  ['DATA', `sha256:${'4f1c9be07d32a86e'.repeat(4)}`],
  ['EMPTY_TOKEN', ''],
])('%s=%s is none', (name, value) => expect(isSecret(name, value)).toBe(false))

test('a secret that differs is named, and shown nowhere', () => {
  const of = (value: string) => ({
    ...CONFIG,
    env: [`HF_TOKEN=${value}`],
    cmd: ['serve', `--password=${value}`],
  })
  const found = compareConfig(of('first'), of('second'))
  expect(found.map(({ difference }) => difference)).toEqual([
    { kind: 'config', name: 'Env.HF_TOKEN', pinned: '•••', rebuilt: '•••', note: 'another value' },
    { kind: 'config', name: 'Cmd', pinned: '•••', rebuilt: '•••', note: 'another value' },
  ])
  const differences = new Differences()
  for (const one of found) differences.add(one)
  const findings = differenceFindings(differences.conclude(false), 'Dockerfile', [])
  expect(JSON.stringify(findings)).not.toMatch(/first|second/)
  expect(findings[1]).toMatchObject({
    message: 'environment variable HF_TOKEN changed: ••• → •••, another value',
    remedy: 'Set HF_TOKEN in Dockerfile to the value that the recorded image has, or record the run again.',
  })
})

describe('what a build prints', () => {
  test('loses its obvious secrets, and keeps everything else', () => {
    const log = new BuildLog('FROM a\n')
    const lines = [
      `fatal: https://bot:${'x'.repeat(9)}@example.org/a refused`,
      `curl -H "Authorization: Bearer ${GITHUB}"`,
      'pip install --token=abcdefgh six==1.16.0',
      `--hash=sha256:${'4f1c9be07d32a86e'.repeat(4)}`,
      ' ---> Running in 4f1c9be07d32',
    ]
    for (const line of lines) log.add(line)
    expect(log.failure('failed').tail).toEqual([
      'fatal: https://•••@example.org/a refused',
      'curl -H "Authorization: Bearer •••"',
      'pip install --token=••• six==1.16.0',
      lines[3],
      lines[4],
    ])
  })

  test('is masked in linear time', () => {
    for (const hostile of ['token=', '//a:b', 'eyJaaaaaaaa.', 'bearer ', '-----BEGIN PRIVATE KEY-----', 'A'])
      expect(maskKnown(hostile.repeat(Math.ceil(4096 / hostile.length))).length).toBeLessThan(10_000)
  })
})
