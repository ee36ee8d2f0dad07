import { describe, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Docker } from '../../../src/engine/docker.js'
import { readImage } from '../../../src/environment/manifest/read.js'
import { replay } from '../../../src/evaluation/replay.js'
import { BASE, docker, PREDICTIONS, sha256, useLab } from './lab.js'

const lab = useLab()

describe('the sandbox', () => {
  test('recorded answers are out of sight, by path and under any other name', async () => {
    await mkdir(join(lab.tree, 'model'), { recursive: true })
    await symlink('answers/real.csv', join(lab.tree, 'link.csv'))
    const { text, exitCode } = await lab.prints(
      "import os\nfor top, _, names in os.walk('.'):\n  for n in names: print(os.path.join(top, n))",
      {
        'model/predictions.csv': PREDICTIONS,
        'model/copy of it': PREDICTIONS,
        'model/metrics.json': '{"accuracy": 0.75}',
        'answers/real.csv': 'other bytes',
        'model/weights': 'w',
      },
      {
        hide: {
          paths: ['model/predictions.csv', 'model/metrics.json', 'link.csv'],
          digests: [sha256(PREDICTIONS)],
        },
      },
    )
    expect(exitCode).toBe(0)
    expect(text.split('\n').sort()).toEqual(['./evaluate.py', './model/weights'])
  }, 60_000)

  test('a hidden path below a mounted folder is refused', async () => {
    const source = join(lab.tree, 'data')
    const visible = await lab.request('', { 'data/predictions.csv': PREDICTIONS })
    await expect(
      replay(lab.context, {
        ...visible,
        mounts: [{ source, target: 'data' }],
        hide: { paths: ['data/predictions.csv'], digests: [] },
      }),
    ).rejects.toMatchObject({ code: 'data/exposes-answers' })
  })

  test('no hidden file is looked for behind a link that leads out of the export', async () => {
    const outside = join(lab.home, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'predictions.csv'), 'precious')
    await symlink(outside, join(lab.tree, 'model'))
    await lab.prints(
      'pass',
      {},
      { hide: { paths: ['model/predictions.csv', '../outside/predictions.csv'], digests: [] } },
    )
    expect(await readFile(join(outside, 'predictions.csv'), 'utf8')).toBe('precious')
  }, 60_000)

  test('data is there, from a path with commas and quotes, and cannot be written', async () => {
    const source = join(lab.tree, 'data')
    const { text } = await lab.prints(
      `
for path in ('data/x.csv', 'deep/er/x.csv'):
    print(open(path).read())
    for act in (lambda: open(path, 'w'), lambda: __import__('os').remove(path)):
        try: act(); print('WRITTEN')
        except OSError as e: print(e.strerror)
`,
      { 'data/x.csv': 'real data' },
      {
        mounts: [
          { source, target: 'data' },
          { source: join(source, 'x.csv'), target: 'deep/er/x.csv' },
        ],
      },
    )
    expect(text).not.toContain('WRITTEN')
    expect(text.match(/real data/g)).toHaveLength(2)
    expect(text.match(/Read-only file system/g)).toHaveLength(3)
  }, 60_000)

  test('no network, no privileges, nothing of the runner, no proxy of the docker client', async () => {
    const config = join(lab.home, 'docker')
    await mkdir(config)
    await writeFile(
      join(config, 'config.json'),
      JSON.stringify({ proxies: { default: { httpProxy: 'http://user:secret-of-proxy@proxy:3128' } } }),
    )
    const { engine } = lab
    const { program, builder, platform, label } = engine
    const env = {
      ...engine.env,
      DOCKER_CONFIG: config,
      HTTP_PROXY: 'http://secret-of-client:1',
      MY_TOKEN: 'secret-of-job',
    }
    const hostile = new Docker(lab.context.run, { program, builder, platform, label, env })
    const run = await replay(
      { ...lab.context, engine: hostile },
      await lab.request(
        `
import os, socket
try: socket.create_connection(('1.1.1.1', 53), 2); print('NETWORK')
except OSError as e: print('no network:', e)
print(sorted(os.environ))
for pid in (1, os.getpid()):
    try: print(open(f'/proc/{pid}/environ').read().split(chr(0)))
    except OSError as e: print(e)
print([l.strip() for l in open('/proc/self/status') if l.startswith(('Cap', 'NoNewPrivs', 'Uid', 'Seccomp:'))])
print(socket.gethostname(), os.getcwd(), os.listdir('/sys/class/net'), os.path.exists('/var/run/docker.sock'))
try: open('/etc/x', 'w'); print('ROOT WRITTEN')
except OSError as e: print(e.strerror)
`,
        {},
        { metrics: undefined },
      ),
    )
    const text = run.tail.join('\n')
    expect(run.exitCode).toBe(0)
    expect(text).not.toMatch(/NETWORK|ROOT WRITTEN|secret|PROXY|TOKEN/)
    expect(text).toContain("replay /workspace ['lo'] False")
    expect(text).toMatch(/CapBnd:\\t0{16}/)
    expect(text).toMatch(/CapEff:\\t0{16}/)
    expect(text).toContain('NoNewPrivs:\\t1')
    expect(text).toContain('Seccomp:\\t2')
    if (process.getuid?.() === 0) expect(text).toContain('Uid:\\t65534\\t65534')
  }, 60_000)

  test('processes are bounded', async () => {
    const { text } = await lab.prints(`
import os, time
made = 0
try:
    while made < 2000:
        if os.fork() == 0: time.sleep(600); os._exit(0)
        made += 1
except OSError as e: print(made < 70, e.strerror)
`)
    expect(text).toContain('True Resource temporarily unavailable')
  }, 60_000)

  test('the entrypoint of the image does not interfere, and its volumes cannot be filled', async () => {
    const id = spawnSync('docker', ['build', '--quiet', '-'], {
      input: `FROM ${BASE}\nRUN mkdir /keep && echo kept > /keep/a && chmod 777 /keep\nVOLUME /keep /tmp /workspace/deep/er\nENV OF_IMAGE=there\nENTRYPOINT ["false"]\nCMD ["x"]\nHEALTHCHECK CMD false\n`,
      encoding: 'utf8',
    })
      .stdout.trim()
      .split('\n')
      .at(-1)!
    try {
      const { text, exitCode } = await lab.prints(
        `
import os
print(os.environ['OF_IMAGE'], open('/keep/a').read().strip())
for path in ('/keep/b', 'deep/er/b'):
    try: open(path, 'w'); print('WRITTEN')
    except OSError as e: print(e.strerror)
open('/tmp/x', 'w')
`,
        {},
        { image: id },
      )
      expect([exitCode, text]).toEqual([0, 'there kept\nRead-only file system\nRead-only file system'])
    } finally {
      docker('rmi', id)
    }
  }, 120_000)

  test('what nobody compared of the image cannot be read', async () => {
    const places = [
      'run/x',
      'var/log/apt/x',
      'var/log/dpkg.log',
      'var/lib/apt/lists/x',
      'var/lib/dpkg/status-old',
      'var/cache/fontconfig/x',
      'var/cache/ldconfig/aux-cache',
      'root/.cache/pip/x',
      'root/.cache/file',
      'home/u/.cache/a b, "c":d/x',
      'root/.npm/_cacache/x',
      'app/.git/logs/HEAD',
      'app/.git/index',
      'app/node_modules/.cache/x',
      'env/conda-meta/history',
      'etc/machine-id',
      'etc/passwd-',
      'etc/ssh/ssh_host_rsa_key',
      'tmp/x',
      '.dockerenv',
    ]
    const words = places.map((place) => `'/${place}'`).join(' ')
    const id = spawnSync('docker', ['build', '--quiet', '-'], {
      input: `FROM ${BASE}\nRUN for p in ${words}; do mkdir -p "$(dirname "$p")" && echo secret > "$p"; done; echo seen > /root/kept; chmod -R a+rX /root /home /app /env /etc/ssh\nVOLUME /run/volume\n`,
      encoding: 'utf8',
    })
      .stdout.trim()
      .split('\n')
      .at(-1)!
    try {
      const { covers } = await readImage(lab.context, (await lab.engine.inspect(id))!)
      expect(covers.open).toEqual([])
      const script = `
for path in ${JSON.stringify([...places, 'root/kept'].map((place) => `/${place}`))}:
    try: print(path, repr(open(path).read()))
    except OSError: print(path, 'hidden')
open('/tmp/scratch', 'w')
`
      const open = await lab.prints(script, {}, { image: id })
      expect(open.text.match(/secret/g)?.length).toBeGreaterThan(10)
      const { text, exitCode } = await lab.prints(script, {}, { image: id, covers })
      expect([exitCode, text]).toEqual([0, expect.stringContaining("/root/kept 'seen\\n'")])
      expect(text).not.toContain('secret')
    } finally {
      docker('rmi', id)
    }
  }, 120_000)

  test('what it prints is kept as text, cut and bounded', async () => {
    const { tail } = await lab.prints(
      "print('::error file=x::no');print(chr(27)+'[31mred'+chr(27)+'[0m'+chr(7));print('x'*10**7)\nfor i in range(5000): print(i)\nprint('::error::end')",
    )
    expect(lab.shown[0]).toBe('::error file=x::no')
    expect(lab.shown.length).toBeLessThan(2010)
    expect(tail).toHaveLength(40)
    expect(tail.at(-1)).toBe('::error::end')
  }, 60_000)

  test('folders without permissions and without end are removed', async () => {
    const { exitCode } = await lab.prints(`
import os
os.mkdir('locked'); open('locked/x', 'w'); os.chmod('locked', 0)
for i in range(300):
    os.mkdir('d' * 100); os.chdir('d' * 100)
`)
    expect([0, 137]).toContain(exitCode)
    expect(await readdir(lab.scratch)).toEqual([])
  }, 60_000)
})
