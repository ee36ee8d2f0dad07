import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Builder } from '../../src/engine/engine.js'

export interface Client {
  name: string
  builder: Builder
  env: NodeJS.ProcessEnv
}

const PLUGINS = [
  '/usr/libexec/docker',
  '/usr/lib/docker',
  '/usr/local/libexec/docker',
  join(homedir(), '.docker'),
]
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Debian 13, from the mirror that this machine uses for its own Debian. */
function debian13(): string {
  const mirrors = execFileSync('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Origin: Debian'], {
    encoding: 'utf8',
  })
  return `deb [signed-by=${KEYS}] ${mirrors.split('\n')[0]} trixie main\n`
}

const succeeds = (program: string, args: string[], env: NodeJS.ProcessEnv): boolean => {
  try {
    execFileSync(program, args, { env, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * buildx as a plugin: where packages put it, or unpacked from Debian 13's package into the user's
 * cache, without installing anything. null on other systems: its arguments are tested without it.
 */
function findBuildx(): string | null {
  const cache = join(homedir(), '.cache/reprogate-test/buildx')
  const unpacked = join(cache, 'usr/libexec/docker/cli-plugins/docker-buildx')
  const known = [...PLUGINS.map((folder) => join(folder, 'cli-plugins/docker-buildx')), unpacked].find(
    existsSync,
  )
  if (known !== undefined) return known
  if (!existsSync(KEYS)) return null
  mkdirSync(join(cache, 'lists/partial'), { recursive: true })
  writeFileSync(join(cache, 'sources.list'), debian13())
  const options = [
    `Dir::Etc::sourcelist=${cache}/sources.list`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${cache}/lists`,
  ]
  const apt = (...args: string[]) =>
    execFileSync('apt-get', [...options.flatMap((option) => ['-o', option]), ...args], {
      cwd: cache,
      stdio: 'ignore',
    })
  try {
    apt('update')
    apt('download', 'docker-buildx')
    const deb = readdirSync(cache).find((name) => name.endsWith('.deb'))
    execFileSync('dpkg', ['-x', join(cache, deb!), cache])
    return unpacked
  } catch {
    return null
  }
}

/**
 * The docker clients of this machine, one for each builder that can be had: the classic builder
 * everywhere, BuildKit where the client has it built in, buildx as a plugin of its own.
 */
export function dockerClients(): Client[] {
  const programs = [
    process.env.REPROGATE_DOCKER,
    '/usr/local/bin/docker',
    '/usr/bin/docker',
    ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'docker')),
  ].filter((program): program is string => program !== undefined && existsSync(program))
  const plain = mkdtempSync(join(tmpdir(), 'reprogate-docker-'))
  const clients: Client[] = []
  for (const program of new Set(programs)) {
    const env = { ...process.env, REPROGATE_DOCKER: program, DOCKER_CONFIG: plain }
    const builder = succeeds(program, ['buildx', 'version'], env)
      ? 'buildx'
      : succeeds(program, ['build', '--help'], { ...env, DOCKER_BUILDKIT: '1' })
        ? 'buildkit'
        : 'classic'
    if (!clients.some((client) => client.builder === builder))
      clients.push({ name: `${builder} (${program})`, builder, env })
  }
  const [first] = clients
  const buildx = clients.some(({ builder }) => builder === 'buildx') ? null : findBuildx()
  if (first && buildx !== null) {
    const folder = mkdtempSync(join(tmpdir(), 'reprogate-buildx-'))
    mkdirSync(join(folder, 'cli-plugins'))
    symlinkSync(buildx, join(folder, 'cli-plugins/docker-buildx'))
    clients.push({ name: 'buildx (plugin)', builder: 'buildx', env: { ...first.env, DOCKER_CONFIG: folder } })
  }
  return clients
}
