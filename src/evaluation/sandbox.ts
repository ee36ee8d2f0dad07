import { posix } from 'node:path'
import { within } from '../system/files.js'
import { TOOLS, type Conditions, type User } from './conditions.js'

/** Where the throwaway export lies in the container, and where the command starts. */
export const WORKSPACE = '/workspace'

export interface Mount {
  /** Absolute path on this machine, links resolved. */
  source: string
  /** Relative to the workspace. */
  target: string
}

/** Paths of an image that nobody has compared, absolute. */
export interface ImageCovers {
  /** Covered by an empty folder, and by an empty file. */
  folders: readonly string[]
  files: readonly string[]
  /** What cannot be covered: nothing is run if there is any. */
  open: readonly string[]
}

export interface Sandbox {
  /** Unique, so that the container can be removed by it. */
  name: string
  /** `reprogate.check=<id>` */
  label: string
  /** An image id, never a tag. */
  image: string
  command: readonly string[]
  /** Absolute path of the throwaway export on this machine. */
  workspace: string
  /** Mounted over the workspace, read-only. */
  mounts: readonly Mount[]
  /** Paths of the image that are out of sight: below an empty folder, or an empty file. Absolute. */
  covers: Pick<ImageCovers, 'folders' | 'files'>
  /** An empty file on this machine that everybody may read. */
  nothing: string
  /** Paths that the image declares as volumes. */
  volumes: readonly string[]
  user: User
  conditions: Conditions
  /** Bytes. */
  memory: number
  processes: number
  /** Bytes that a single file may have. */
  fileSize: number
}

/** `nobody` nearly everywhere. */
const UNPRIVILEGED: User = { uid: 65534, gid: 65534 }

/** Who the evaluation runs as: us, or nobody if we are root. */
export function sandboxUser(): User {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  return uid === undefined || gid === undefined || uid === 0 ? UNPRIVILEGED : { uid, gid }
}

/**
 * The docker client would hand the proxies of its own configuration file, passwords included, to every
 * container. Naming a variable without a value keeps it out.
 */
export const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
])

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** One argument for each variable, always with its value: a bare name would take it from this machine. */
const variables = (env: Conditions['env']): string[] =>
  Object.entries(env).flatMap(([name, value]) => {
    if (!VARIABLE.test(name)) throw new Error(`not the name of a variable: ${name}`)
    return ['--env', `${name}=${value}`]
  })

/** `--mount` takes one line of CSV: a path may hold commas and quotes. */
function mount(fields: Record<string, string | true>): string[] {
  const line = Object.entries(fields).map(([key, value]) => (value === true ? key : `${key}=${value}`))
  return ['--mount', line.map((f) => (/[",\r\n]/.test(f) ? `"${f.replaceAll('"', '""')}"` : f)).join(',')]
}

type Volumes = Pick<Sandbox, 'volumes' | 'mounts' | 'covers'>

/** Where a mount over the workspace is seen in the container. */
export function targetOf(target: string): string {
  const path = posix.join(WORKSPACE, target)
  if (posix.isAbsolute(target) || path === WORKSPACE || !within(WORKSPACE, path))
    throw new Error(`not inside the workspace: ${target}`)
  return path
}

/** What is mounted over a path of the workspace is ours, whatever the image has there. */
const outside = (paths: readonly string[]): string[] => paths.filter((path) => !within(WORKSPACE, path))

/** The volumes of an image that nothing else is mounted on. */
export function openVolumes({ volumes, mounts, covers }: Volumes): string[] {
  const taken = new Set(['/tmp', WORKSPACE, ...mounts.map(({ target }) => targetOf(target))])
  return [...new Set(volumes.map((path) => posix.join('/', path).replace(/(.)\/$/, '$1')))].filter(
    (path) => !taken.has(path) && !covers.folders.some((folder) => within(folder, path)),
  )
}

/** Names of the volumes that `createArguments` makes; they have to be removed with the container. */
export const volumeNames = (sandbox: Volumes & Pick<Sandbox, 'name'>): string[] =>
  openVolumes(sandbox).map((_, index) => `${sandbox.name}-${index}`)

/**
 * The arguments of `docker create` for one replay: no network unless its conditions allow it, nothing writable
 * but the workspace and a bounded `/tmp`, no capabilities, no way to get new ones, an unprivileged user, bounded memory,
 * processes and file size. The image's ENV stays under that of the conditions, its entrypoint and command
 * do not; nothing of this machine's environment is passed.
 *
 * A container is created and then started, not `run`: once it has a name that exists, removing it by
 * name is certain, also when the check is cancelled in between. It is not removed by the engine
 * itself (`--rm`), because only a container that is still there says that it ran out of memory.
 *
 * What nobody has compared of the image is covered by empty folders and files.
 *
 * An image can declare volumes, which the engine would make writable and without a limit: they get
 * the image's content, read-only like the rest of it.
 *
 * @throws Error if a mount leaves the workspace or a variable has no proper name; the record's paths are
 *   checked before
 */
export function createArguments(sandbox: Sandbox): [string, ...string[]] {
  const [program, ...rest] = sandbox.command
  const { uid, gid } = sandbox.user
  const { hostname, env, cpus, tools, network = 'none' } = sandbox.conditions
  return [
    'create',
    ...['--name', sandbox.name, '--label', sandbox.label, '--pull', 'never', '--init'],
    ...['--network', network, '--hostname', hostname, '--ipc', 'private', '--log-driver', 'none'],
    ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--no-healthcheck'],
    ...['--user', `${uid}:${gid}`, '--pids-limit', String(sandbox.processes)],
    ...['--memory', `${sandbox.memory}b`, '--memory-swap', `${sandbox.memory}b`],
    ...['--ulimit', 'nofile=4096:4096', '--ulimit', 'core=0:0'],
    ...['--ulimit', `fsize=${sandbox.fileSize}:${sandbox.fileSize}`],
    // Both count as memory of the container.
    ...['--tmpfs', `/tmp:size=${Math.ceil(sandbox.memory / 2)},nosuid,nodev`],
    ...['--shm-size', `${Math.ceil(sandbox.memory / 2)}b`],
    ...(cpus === undefined ? [] : ['--cpuset-cpus', cpus]),
    ...variables(env),
    ...PROXIES.flatMap((name) => ['--env', name]),
    ...mount({ type: 'bind', source: sandbox.workspace, target: WORKSPACE }),
    ...(tools === undefined ? [] : mount({ type: 'bind', source: tools, target: TOOLS, readonly: true })),
    ...sandbox.mounts.flatMap(({ source, target }) =>
      mount({ type: 'bind', source, target: targetOf(target), readonly: true }),
    ),
    ...openVolumes(sandbox).flatMap((path, index) =>
      mount({ type: 'volume', source: `${sandbox.name}-${index}`, target: path, readonly: true }),
    ),
    ...outside(sandbox.covers.folders).flatMap((target) =>
      mount({ type: 'tmpfs', target, 'tmpfs-size': '4096', 'tmpfs-mode': '0555', readonly: true }),
    ),
    ...outside(sandbox.covers.files).flatMap((target) =>
      mount({ type: 'bind', source: sandbox.nothing, target, readonly: true }),
    ),
    ...['--workdir', WORKSPACE, `--entrypoint=${program}`, '--', sandbox.image, ...rest],
  ]
}
