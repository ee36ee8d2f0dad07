import { describe, expect, test } from '@jest/globals'
import { buildArguments } from '../../src/environment/build.js'
import { BuildLog } from '../../src/environment/build-log.js'

const DOCKERFILE =
  'FROM debian\n# comment\nRUN apt-get update\nRUN apt-get install -y \\\n    libgomp1=12.2.0-14\nCOPY a b\n'

const follow = (text: string) => {
  const log = new BuildLog(DOCKERFILE)
  for (const line of text.split('\n')) log.add(line)
  return log
}

describe('the arguments of a build', () => {
  const command = {
    dockerfile: '/x/Dockerfile',
    context: '/x',
    args: { BASE: 'a=b', EMPTY: '' },
    fresh: true,
    pull: true,
    namespace: 'own',
    idFile: '/id',
  }
  const common = ['--file', '/x/Dockerfile', '--iidfile', '/id']
  const given = ['--build-arg', 'BASE=a=b', '--build-arg', 'EMPTY=']
  const args = [...given, '--build-arg', 'BUILDKIT_CACHE_MOUNT_NS=own', '--', '/x']

  test('buildx', () => {
    expect(buildArguments('buildx', command)).toEqual([
      'buildx',
      'build',
      '--load',
      '--provenance=false',
      '--progress',
      'plain',
      ...common,
      '--no-cache',
      '--pull',
      ...args,
    ])
  })
  test('built-in BuildKit', () => {
    expect(buildArguments('buildkit', { ...command, pull: false })).toEqual([
      'build',
      '--progress',
      'plain',
      ...common,
      '--no-cache',
      ...args,
    ])
  })
  test('classic, cached, for another platform', () => {
    expect(
      buildArguments('classic', { ...command, platform: 'linux/arm64', fresh: false, pull: false }),
    ).toEqual([
      ...['build', '--force-rm', ...common, '--ulimit', 'nproc=16384'],
      ...['--platform', 'linux/arm64', ...given, '--', '/x'],
    ])
  })
  test('without network, with a limit of memory where the builder takes one, labelled', () => {
    const more = { ...command, network: 'none', memory: 2, label: 'a=b' } as const
    const classic = buildArguments('classic', more).join(' ')
    expect(classic).toContain('--network none --memory 2147483648 --memory-swap 2147483648 --ulimit')
    expect(classic).toContain('--label a=b')
    const buildx = buildArguments('buildx', more).join(' ')
    expect(buildx).toContain('--network none --label a=b')
    expect(buildx).not.toContain('--memory')
  })
  test('nobody chooses the namespace of the caches', () => {
    const args = { BUILDKIT_CACHE_MOUNT_NS: 'shared' }
    expect(buildArguments('buildx', { ...command, args }).join(' ')).toContain('CACHE_MOUNT_NS=own --')
  })
})

describe('a failing build', () => {
  test('of the classic builder', () => {
    const log = follow(
      'Step 1/4 : FROM debian\n ---> f610260839a5\nStep 2/4 : RUN apt-get update\n ---> Running in 0123456789ab\n' +
        ' ---> aaaaaaaaaaaa\nStep 3/4 : RUN apt-get install -y     libgomp1=12.2.0-14\n\u001b[91mE: Version not found\n\u001b[0m' +
        'The command returned a non-zero code: 100',
    )
    expect(log.failure('failed')).toMatchObject({
      reason: 'failed',
      step: { number: 3, total: 4, text: 'RUN apt-get install -y     libgomp1=12.2.0-14' },
      line: 4,
    })
    expect(log.failure('failed').tail.slice(-2)).toEqual([
      'E: Version not found',
      'The command returned a non-zero code: 100',
    ])
    expect([...log.images]).toEqual(['f610260839a5', 'aaaaaaaaaaaa'])
  })

  test('of BuildKit 20.10', () => {
    const log = follow(
      '#5 [2/4] RUN apt-get update\n#5 DONE 0.9s\n#6 [3/4] RUN apt-get install -y     libgomp1=12.2.0-14\n#6 0.5 E: no\n' +
        '#6 ERROR: executor failed running [/bin/sh -c apt-get]: exit code: 100\n------\n > [3/4] RUN apt-get install -y     libgomp1=12.2.0-14:\n------\nexecutor failed',
    )
    expect(log.failure('failed')).toMatchObject({
      step: { number: 3, total: 4, text: 'RUN apt-get install -y     libgomp1=12.2.0-14' },
      line: 4,
    })
  })

  test('of buildx, which names the line itself, in one of several stages', () => {
    const log = follow(
      '#6 [build 3/4] RUN x\n------\n > [build 3/4] RUN x:\n0.5 E: no\n------\nDockerfile:17\n--------------------\n  17 | >>> RUN x',
    )
    expect(log.failure('failed')).toMatchObject({ step: { number: 3, total: 4, text: 'RUN x' }, line: 17 })
  })

  test('at the Dockerfile itself', () => {
    expect(
      follow('Error response from daemon: dockerfile parse error line 3: unknown instruction: RUM').failure(
        'failed',
      ),
    ).toEqual({
      reason: 'failed',
      line: 3,
      tail: ['Error response from daemon: dockerfile parse error line 3: unknown instruction: RUM'],
    })
  })

  test('keeps the last 20 lines, without the notices of the builder and what moves a cursor', () => {
    const text = `DEPRECATED: The legacy builder is deprecated and will be removed\n${Array.from({ length: 30 }, (_, i) => `\u001b[2Kline ${i}\r`).join('\n\n')}`
    const { tail } = follow(text).failure('timeout')
    expect([tail.length, tail[0], tail.at(-1)]).toEqual([20, 'line 10', 'line 29'])
  })

  test('knows the images that BuildKit has written', () => {
    const id = `sha256:${'a'.repeat(64)}`
    expect([...follow(`#9 writing image ${id} 0.0s done`).images]).toEqual([id])
  })
})
