import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Trigger } from './events.js'

/**
 * What GitHub's runner does with a JavaScript action, without GitHub: `action.yml` with its
 * defaults, the environment, the command files, the commands on standard output and standard error,
 * and the limits. The bundle is started, never imported.
 */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** The npm package `node` is Node 24, whatever runs the tests. */
export const NODE_24 = join(ROOT, 'node_modules/node/bin/node')

const ANNOTATIONS_PER_LEVEL = 10
const MESSAGE = 4096
const SUMMARY_BYTES = 1024 * 1024

export interface Command {
  name: string
  properties: Record<string, string>
  data: string
}
export interface Annotation {
  level: 'error' | 'warning' | 'notice'
  message: string
  title: string | undefined
  file: string | undefined
  line: number | undefined
}

export interface Step {
  /** Its inputs, as under `with:`. */
  with?: Record<string, string>
  event: Trigger
  /** The checked-out repository. */
  workspace: string
  /** Base address of the API. */
  api: string
  token?: string
  repository?: string
  env?: Record<string, string>
  /** Cancels the job as GitHub does when this line is printed. */
  cancelAt?: RegExp
}

export interface StepResult {
  exitCode: number | null
  outputs: Record<string, string>
  /** Those that GitHub shows. */
  annotations: Annotation[]
  /** null: larger than 1 MiB, so dropped. */
  summary: string | null
  /** Every command that the runner obeyed. */
  commands: Command[]
  /** What the job's log shows. */
  log: string
  /** Variables and folders for later steps. */
  env: Record<string, string>
  /** Milliseconds from the cancellation to the end. */
  cancelled: number | undefined
}

/** Commands that the runner knows; other lines are text. */
const KNOWN = new Set(
  (
    'error warning notice debug group endgroup echo add-mask set-output save-state set-env add-path ' +
    'add-matcher remove-matcher stop-commands'
  ).split(' '),
)

const unescape = (text: string) => text.replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%25/g, '%')
const unescapeProperty = (text: string) => unescape(text.replace(/%3A/g, ':').replace(/%2C/g, ','))

function properties(text: string, separator: string): Record<string, string> {
  const pairs = text
    .split(separator)
    .map((pair) => /^([^=]+)=(.*)$/s.exec(pair.trim()))
    .flatMap((match) => (match ? [[match[1]!, unescapeProperty(match[2]!)]] : []))
  return Object.fromEntries(pairs) as Record<string, string>
}

/** `::name key=value,…::data` at the start of a line, or the older `##[name key=value;…]data` anywhere in it. */
function parseCommand(line: string, known: (name: string) => boolean): Command | undefined {
  const now = /^\s*::(\S+?)(?: (.*?))?::(.*)$/s.exec(line)
  if (now && known(now[1]!)) {
    return { name: now[1]!, properties: properties(now[2] ?? '', ','), data: unescape(now[3]!) }
  }
  const old = /##\[(\S+?)(?: (.*?))?\](.*)$/s.exec(line)
  if (old && known(old[1]!)) {
    return { name: old[1]!, properties: properties(old[2] ?? '', ';'), data: unescape(old[3]!) }
  }
  return undefined
}

/** Takes the lines of a step one by one, as the runner does. */
export function interpreter() {
  const commands: Command[] = []
  const log: string[] = []
  const masks: string[] = []
  let stopped: string | undefined
  return {
    commands,
    get log() {
      return masks.reduce((text, mask) => text.replaceAll(mask, '***'), log.join('\n'))
    },
    mask: (secret: string) => masks.push(secret),
    line(line: string) {
      const command = parseCommand(line, (name) =>
        stopped === undefined ? KNOWN.has(name) : name === stopped,
      )
      if (!command) return void log.push(line)
      if (stopped !== undefined) {
        stopped = undefined
        return
      }
      commands.push(command)
      if (command.name === 'stop-commands') stopped = command.data
      else if (command.name === 'add-mask') masks.push(command.data)
      else log.push(command.data)
    },
  }
}

/** `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`. */
function parseFile(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/)
  const values: Record<string, string> = {}
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    const heredoc = /^([^=]+?)<<(.+)$/.exec(line)
    if (heredoc) {
      const end = lines.indexOf(heredoc[2]!, at + 1)
      if (end < 0) throw new Error(`Matching delimiter not found '${heredoc[2]}'`)
      values[heredoc[1]!] = lines.slice(at + 1, end).join('\n')
      at = end
    } else if (line !== '') {
      const equals = line.indexOf('=')
      if (equals < 1) throw new Error(`Invalid format '${line}'`)
      values[line.slice(0, equals)] = line.slice(equals + 1)
    }
  }
  return values
}

function shown(commands: readonly Command[]): Annotation[] {
  const levels = ['error', 'warning', 'notice'] as const
  return levels.flatMap((level) =>
    commands
      .filter(({ name }) => name === level)
      .slice(0, ANNOTATIONS_PER_LEVEL)
      .map(({ properties: { title, file, line }, data }) => ({
        level,
        message: data.slice(0, MESSAGE),
        title,
        file,
        line: line === undefined ? undefined : Number(line),
      })),
  )
}

interface Action {
  inputs: Record<string, { default?: string; required?: boolean }>
  outputs: Record<string, unknown>
  runs: { using: string; main: string }
}

export async function readAction(): Promise<Action> {
  return parse(await readFile(join(ROOT, 'action.yml'), 'utf8')) as Action
}

/** Variables of this machine that a runner has as well. */
const own = (names: readonly string[]) =>
  Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )

/** Runs the action as one step of a job. */
export async function runStep(step: Step): Promise<StepResult> {
  const action = await readAction()
  if (action.runs.using !== 'node24') throw new Error(`the mini runner has no ${action.runs.using}`)
  for (const name of Object.keys(step.with ?? {})) {
    if (!(name in action.inputs)) throw new Error(`Unexpected input(s) '${name}'`)
  }
  const token = step.token ?? 'ghs_write'
  const inputs = Object.entries(action.inputs).map(([name, { default: preset = '' }]) => [
    `INPUT_${name.replace(/ /g, '_').toUpperCase()}`,
    (step.with?.[name] ?? preset).replace('${{ github.token }}', token),
  ])

  const temp = await mkdtemp(join(tmpdir(), 'runner-'))
  try {
    const files = { output: '', env: '', path: '', state: '', step_summary: '' }
    for (const name of Object.keys(files)) await writeFile(join(temp, name), '')
    const eventPath = join(temp, 'event.json')
    await writeFile(eventPath, JSON.stringify(step.event.payload))
    const env = {
      ...own(['HOME', 'DOCKER_HOST', 'DOCKER_BUILDKIT', 'XDG_RUNTIME_DIR']),
      PATH: `${dirname(NODE_24)}:${process.env.PATH}`,
      CI: 'true',
      RUNNER_OS: 'Linux',
      RUNNER_TEMP: temp,
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_REPOSITORY: 'acme/reprogate',
      GITHUB_API_URL: step.api,
      GITHUB_GRAPHQL_URL: `${step.api}/graphql`,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: step.repository ?? 'acme/digits',
      GITHUB_WORKSPACE: step.workspace,
      GITHUB_EVENT_NAME: step.event.name,
      GITHUB_EVENT_PATH: eventPath,
      GITHUB_SHA: step.event.sha,
      GITHUB_REF: step.event.ref,
      GITHUB_RUN_ID: '77',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'check',
      ...Object.fromEntries(
        Object.keys(files).map((name) => [`GITHUB_${name.toUpperCase()}`, join(temp, name)]),
      ),
      ...Object.fromEntries(inputs),
      ...step.env,
    }
    const { exitCode, seen, cancelled } = await start(join(ROOT, action.runs.main), env, step, token)

    const read = (name: keyof typeof files) => readFile(join(temp, name), 'utf8')
    const summary = await read('step_summary')
    return {
      exitCode,
      outputs: parseFile(await read('output')),
      annotations: shown(seen.commands),
      summary: Buffer.byteLength(summary) > SUMMARY_BYTES ? null : summary,
      commands: seen.commands,
      log: seen.log,
      env: { ...parseFile(await read('env')), ...((await read('path')) && { PATH: await read('path') }) },
      cancelled,
    }
  } finally {
    await rm(temp, { recursive: true })
  }
}

async function start(main: string, env: NodeJS.ProcessEnv, step: Step, token: string) {
  const seen = interpreter()
  seen.mask(token)
  const child = spawn(NODE_24, [main], { cwd: step.workspace, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const timers: NodeJS.Timeout[] = []
  let asked: number | undefined
  const cancel = () => {
    asked = Date.now()
    child.kill('SIGINT')
    timers.push(
      setTimeout(() => child.kill('SIGTERM'), 7500),
      setTimeout(() => child.kill('SIGKILL'), 10_000),
    )
  }
  for (const stream of [child.stdout, child.stderr]) {
    let pending = ''
    const take = (line: string) => {
      seen.line(line)
      if (asked === undefined && step.cancelAt?.test(line)) cancel()
    }
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (pending + chunk).split(/\r\n|\n|\r/)
      pending = lines.pop()!
      lines.forEach(take)
    })
    stream.on('end', () => pending && take(pending))
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  timers.forEach(clearTimeout)
  return { exitCode, seen, cancelled: asked === undefined ? undefined : Date.now() - asked }
}
