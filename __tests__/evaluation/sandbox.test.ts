import { describe, expect, test } from '@jest/globals'
import { STANDARD, type Conditions } from '../../src/evaluation/conditions.js'
import {
  createArguments,
  openVolumes,
  targetOf,
  volumeNames,
  type Sandbox,
} from '../../src/evaluation/sandbox.js'

const SANDBOX: Sandbox = {
  name: 'reprogate-replay-1',
  label: 'reprogate.check=1',
  image: 'sha256:abc',
  command: ['python3', 'evaluate.py', '--privileged', '-v', '/:/host'],
  workspace: '/tmp/w, "quoted"',
  mounts: [{ source: '/home/a,b/data', target: 'data/train.csv' }],
  covers: { folders: [], files: [] },
  nothing: '/scratch/nothing',
  volumes: [],
  user: { uid: 65534, gid: 65534 },
  conditions: STANDARD,
  memory: 1024,
  processes: 64,
  fileSize: 2048,
}
const after = (args: readonly string[], option: string) =>
  args.flatMap((arg, index) => (args[index - 1] === option ? [arg] : []))

describe('the arguments of a sandbox', () => {
  const args = createArguments(SANDBOX)

  test('everything that confines is there', () => {
    const text = args.join(' ')
    for (const part of [
      '--network none',
      '--read-only',
      '--cap-drop ALL',
      '--security-opt no-new-privileges',
      '--user 65534:65534',
      '--pids-limit 64',
      '--memory 1024b --memory-swap 1024b',
      '--ulimit fsize=2048:2048',
      '--tmpfs /tmp:size=512,nosuid,nodev',
      '--shm-size 512b',
      '--ipc private',
      '--hostname replay',
      '--pull never',
      '--log-driver none',
      '--init',
      '--workdir /workspace',
      '--label reprogate.check=1',
    ])
      expect(text).toContain(part)
    expect(after(args, '--env').filter((value) => value.includes('='))).toEqual([
      'HOME=/tmp',
      'LOGNAME=replay',
    ])
  })

  test('the command comes after the image: none of it is an option', () => {
    const end = args.indexOf('--')
    expect(args.slice(end - 1)).toEqual([
      '--entrypoint=python3',
      '--',
      'sha256:abc',
      'evaluate.py',
      '--privileged',
      '-v',
      '/:/host',
    ])
  })

  test('paths with commas and quotes stay one field each', () => {
    expect(after(args, '--mount')).toEqual([
      'type=bind,"source=/tmp/w, ""quoted""",target=/workspace',
      'type=bind,"source=/home/a,b/data",target=/workspace/data/train.csv,readonly',
    ])
  })

  test('what nobody compared is covered, and the workspace and the volumes stay ours', () => {
    const covering = {
      ...SANDBOX,
      mounts: [],
      volumes: ['/run/lock', '/keep'],
      covers: {
        folders: ['/run', '/a,b', '/workspace/.git/logs'],
        files: ['/etc/machine-id', '/workspace/x'],
      },
    }
    expect(after(createArguments(covering), '--mount').slice(1)).toEqual([
      'type=volume,source=reprogate-replay-1-0,target=/keep,readonly',
      'type=tmpfs,target=/run,tmpfs-size=4096,tmpfs-mode=0555,readonly',
      'type=tmpfs,"target=/a,b",tmpfs-size=4096,tmpfs-mode=0555,readonly',
      'type=bind,source=/scratch/nothing,target=/etc/machine-id,readonly',
    ])
  })

  test('a path cannot add a field', () => {
    const hostile = createArguments({
      ...SANDBOX,
      mounts: [{ source: '/d', target: 'x,readonly=false,source=/' }],
    })
    expect(after(hostile, '--mount')[1]).toBe(
      'type=bind,source=/d,"target=/workspace/x,readonly=false,source=/",readonly',
    )
  })

  test.each(['..', '../x', 'a/../../x', '/etc', '.', ''])(
    'a target that leaves the workspace: %s',
    (target) => {
      expect(() => targetOf(target)).toThrow('not inside the workspace')
    },
  )

  test('volumes of the image become read-only, but for those that something else is mounted on', () => {
    const sandbox = {
      ...SANDBOX,
      volumes: ['/keep/', '/keep', '/tmp', '/workspace/', '/workspace/data/train.csv'],
    }
    expect(openVolumes(sandbox)).toEqual(['/keep'])
    expect(volumeNames(sandbox)).toEqual(['reprogate-replay-1-0'])
    expect(after(createArguments(sandbox), '--mount').at(-1)).toBe(
      'type=volume,source=reprogate-replay-1-0,target=/keep,readonly',
    )
  })

  test('the conditions of a replay arrive, and take nothing else with them', () => {
    const given = createArguments({
      ...SANDBOX,
      conditions: { hostname: 'other', env: { ...STANDARD.env, OMP_NUM_THREADS: '1', TZ: '' } },
    })
    expect(after(given, '--hostname')).toEqual(['other'])
    expect(after(given, '--env').filter((value) => value.includes('='))).toEqual([
      'HOME=/tmp',
      'LOGNAME=replay',
      'OMP_NUM_THREADS=1',
      'TZ=',
    ])
    const fixed = (all: readonly string[]) =>
      all.filter(
        (_, index) => !['--hostname', '--env'].includes(all[index - 1] ?? '') && all[index] !== '--env',
      )
    expect(fixed(given)).toEqual(fixed(args))
  })

  test('a condition cannot add an option: its value stays one argument after its own', () => {
    const hostile = createArguments({
      ...SANDBOX,
      conditions: {
        hostname: '--privileged',
        env: { A: 'x --privileged\n--network host', B: '--cap-add=ALL' },
      },
    })
    expect(hostile[hostile.indexOf('--privileged') - 1]).toBe('--hostname')
    for (const value of ['A=x --privileged\n--network host', 'B=--cap-add=ALL'])
      expect(hostile[hostile.indexOf(value) - 1]).toBe('--env')
  })

  test.each(['', '--privileged', 'A=B', 'A B', 'Ä', 'A\0B'])('a variable may not be called %j', (name) => {
    expect(() => createArguments({ ...SANDBOX, conditions: { ...STANDARD, env: { [name]: 'x' } } })).toThrow(
      'not the name of a variable',
    )
  })
})

describe('conditions', () => {
  const text = (conditions: Partial<Conditions>) =>
    createArguments({ ...SANDBOX, conditions: { ...STANDARD, ...conditions } }).join(' ')

  test('may name processors and a folder of tools, which is read-only', () => {
    expect(text({ cpus: '0', tools: '/scratch/tools' })).toMatch(
      /--cpuset-cpus 0 .*--mount type=bind,source=\/scratch\/tools,target=\/reprogate,readonly/,
    )
  })
  test('alone can give the network', () => {
    expect(text({})).toContain('--network none')
    expect(text({ network: 'bridge' })).toContain('--network bridge')
  })
})
