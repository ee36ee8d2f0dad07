import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseDocument, type Document } from 'yaml'
import type { World } from '../world.js'
import { attempt, docker, run } from '../world/system.js'
import { lastLines, type Command } from './command.js'
import { startPackageIndex, type PackageIndex } from './package-index.js'

const EXAMPLE = resolve(import.meta.dirname, '../../examples/digits')
export const RECORD = 'models/digits/provenance.yml'

/** What every place of one demo has in common. */
export interface Setting {
  world: Pick<World, 'base' | 'registry'>
  command: Command
}

/** A throwaway git repository that holds the example, and what a scenario may do to it. */
export interface Place extends Setting {
  folder: string
  read(path: string): Promise<string>
  /** @throws Error when the change changes nothing: the scenario would prove nothing */
  edit(path: string, change: (text: string) => string): Promise<void>
  editRecord(change: (record: Document) => void): Promise<void>
  /** Commits everything. @returns the commit */
  commit(message: string): Promise<string>
  git(...args: string[]): Promise<string>
  /** Runs `reprogate record digits`. */
  record(...args: string[]): Promise<void>
  /** Builds an image from the recorded one and one more instruction, and pushes it. @returns it by digest */
  alterImage(instruction: string): Promise<string>
  startPackageIndex(requirements: readonly string[]): Promise<PackageIndex>
  /** Removes the repository and what was started for it. */
  leave(): Promise<void>
}

/** Nobody's own settings, hooks or signing key have a say. */
const GIT_ENV = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

/** The example, recorded: a commit with the code, and one with the record of its run. */
export async function recordedPlace(setting: Setting): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'reprogate-demo-'))
  const place = open(folder, setting)
  try {
    await cp(EXAMPLE, folder, {
      recursive: true,
      filter: (path) => !/\/(?:\.reprogate|__pycache__|metrics\.json|predictions\.csv)$/.test(path),
    })
    await cp(join(folder, 'models/digits/provenance.draft.yml'), join(folder, RECORD))
    await place.edit('reprogate.yml', (text) => {
      const policy = parseDocument(text)
      policy.setIn(['models', 'digits', 'environment', 'args'], { BASE: setting.world.base })
      return policy.toString({ lineWidth: 0 })
    })
    await place.git('init', '-q', '-b', 'main')
    await place.commit('Train a model of digits')
    await place.record('--push', `${setting.world.registry}/digits`)
    await place.commit('Record its run')
    return place
  } catch (error) {
    await place.leave()
    throw error
  }
}

/** An example as its users have it, without any file of ours, committed. */
export async function freshPlace(example: string, setting: Setting): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'reprogate-demo-'))
  const place = open(folder, setting)
  try {
    // Only what is in git: a run may have left files in the example.
    const examples = resolve(import.meta.dirname, '../../examples', example)
    for (const file of (await run(['git', 'ls-files'], { cwd: examples })).split('\n')) {
      await cp(join(examples, file), join(folder, file), { recursive: true })
    }
    await place.git('init', '-q', '-b', 'main')
    await place.commit('Their project')
    return place
  } catch (error) {
    await place.leave()
    throw error
  }
}

/** A copy of its own, times of files included. */
export async function copyOf({ folder, ...setting }: Place): Promise<Place> {
  const copy = await mkdtemp(join(tmpdir(), 'reprogate-demo-'))
  await cp(folder, copy, { recursive: true, preserveTimestamps: true })
  return open(copy, setting)
}

function open(folder: string, { world, command }: Setting): Place {
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  const git = (...args: string[]) => run(['git', ...args], { cwd: folder, env: GIT_ENV })
  const read = (path: string) => readFile(join(folder, path), 'utf8')
  const edit = async (path: string, change: (text: string) => string) => {
    const before = await read(path)
    const after = change(before)
    if (after === before) throw new Error(`the scenario changes nothing in ${path}`)
    await writeFile(join(folder, path), after)
  }
  return {
    world,
    command,
    folder,
    read,
    edit,
    git,
    editRecord: (change) =>
      edit(RECORD, (text) => {
        const record = parseDocument(text)
        change(record)
        return record.toString({ lineWidth: 0, flowCollectionPadding: false })
      }),
    commit: async (message) => {
      await git('add', '-A')
      await git('commit', '-q', '-m', message)
      return git('rev-parse', 'HEAD')
    },
    record: async (...args) => {
      const ended = await command(['record', 'digits', ...args], folder)
      if (ended.code !== 0) throw new Error(`reprogate record ended with ${ended.code}: ${lastLines(ended)}`)
    },
    alterImage: async (instruction) => {
      const pinned = String(parseDocument(await read(RECORD)).getIn(['environment', 'image']))
      const image = `${world.registry}/altered-${randomUUID().slice(0, 8)}:1`
      undo.push(() => attempt(['docker', 'rmi', image]))
      await docker('pull', '-q', pinned)
      await run(['docker', 'build', '-q', '--force-rm', '-t', image, '-'], {
        input: `FROM ${pinned}\n${instruction}\n`,
      })
      await docker('push', '-q', image)
      return docker('image', 'inspect', '--format', '{{index .RepoDigests 0}}', image)
    },
    startPackageIndex: async (requirements) => {
      const index = await startPackageIndex(world.base, requirements)
      undo.push(index.stop)
      return index
    },
    leave: async () => {
      for (const step of undo.reverse()) await step()
    },
  }
}
