import { listOf, mapOf, scalarText } from '../values.js'
import type { MlflowRun, Wanted } from './run.js'
import { withoutEnd } from '../../../text/trim.js'

/**
 * A tracking server's REST interface (mlflow.org/docs, "REST API"). The address comes from the policy, which
 * is trusted; what the server answers is not.
 */

const API = '/api/2.0/mlflow'
/** Milliseconds for one answer, and its bytes. */
const TIMEOUT = 30_000
const LARGEST = 16 * 1024 * 1024
const REDIRECTS = 3

/** The server gives no answer that can be used; the message is a sentence. */
export class Unreachable extends Error {}

/** What MLflow's own client reads: a name with a password before a token. */
function authorization(env: NodeJS.ProcessEnv): Record<string, string> {
  const {
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password,
    MLFLOW_TRACKING_TOKEN: token,
  } = env
  if (user && password)
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  return token ? { authorization: `Bearer ${token}` } : {}
}

/**
 * A run of a server; null: it has none like that.
 *
 * @param address `https://mlflow.example.org`, with a path in front of the API if it has one
 * @throws Unreachable
 */
export async function runOnServer(
  address: string,
  wanted: Exclude<Wanted, undefined>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<MlflowRun | null> {
  const base = `${withoutEnd(address, '/')}${API}`
  const ask: Ask = (path, query) =>
    answerOf(`${base}/${path}?${new URLSearchParams(query)}`, authorization(env))
  const registered = 'model' in wanted ? await versionOn(ask, wanted) : undefined
  if (registered === null) return null
  const id = 'run' in wanted ? wanted.run : registered!.run
  const answer = await ask('runs/get', { run_id: id })
  if (answer === null) return null
  const run = runOf(mapOf(answer['run']), id)
  return registered ? { ...run, registered } : run
}

type Ask = (path: string, query: Record<string, string>) => Promise<Record<string, unknown> | null>

async function versionOn(ask: Ask, { model, version, alias }: Extract<Wanted, { model: string }>) {
  const one = async () => {
    if (alias !== undefined)
      return (await ask('registered-models/alias', { name: model, alias }))?.['model_version']
    if (version !== undefined)
      return (await ask('model-versions/get', { name: model, version }))?.['model_version']
    const filter = `name='${model.replaceAll("'", "''")}'`
    const found = await ask('model-versions/search', {
      filter,
      max_results: '1',
      order_by: 'version_number DESC',
    })
    return listOf(found?.['model_versions'])[0]
  }
  const found = mapOf(await one())
  const run = scalarText(found['run_id'])
  return run === undefined || run === ''
    ? null
    : { name: model, version: scalarText(found['version']) ?? '', run }
}

/** JSON of a server; null: it says that there is no such thing. */
async function answerOf(
  address: string,
  headers: Record<string, string>,
  redirects = REDIRECTS,
): Promise<Record<string, unknown> | null> {
  const url = new URL(address)
  const where = url.origin
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT),
    })
    text = await bodyOf(response)
  } catch (error) {
    if (error instanceof Unreachable) throw error
    throw new Unreachable(`the MLflow server ${where} does not answer: ${reasonOf(error)}`)
  }
  const target = response.headers.get('location')
  if (response.status >= 300 && response.status < 400 && target !== null) {
    const next = new URL(target, url)
    // A password goes to the host that the policy names, and to no other.
    if (next.origin !== where || redirects === 0)
      throw new Unreachable(
        `the MLflow server ${where} leads to ${next.origin}, which the policy does not name`,
      )
    return answerOf(next.href, headers, redirects - 1)
  }
  if (
    response.status === 404 ||
    (response.status === 400 && /RESOURCE_DOES_NOT_EXIST|INVALID_PARAMETER/.test(text))
  )
    return null
  if (!response.ok) throw new Unreachable(`the MLflow server ${where} answers ${response.status}`)
  try {
    return mapOf(JSON.parse(text))
  } catch {
    throw new Unreachable(`the MLflow server ${where} does not answer in JSON`)
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > LARGEST)
      throw new Unreachable(`an answer of the MLflow server is larger than ${LARGEST / 1024 ** 2} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A number; NaN and the infinities come as words, and numbers of 64 bits as text. */
const numberIn = (value: unknown): number =>
  Number(value === '-Infinity' || value === 'Infinity' ? value : (value ?? NaN))

function runOf(run: Record<string, unknown>, id: string): MlflowRun {
  const info = mapOf(run['info'])
  const data = mapOf(run['data'])
  const pairs = (list: unknown) =>
    listOf(list).map((item) => {
      const { key, value } = mapOf(item)
      return [scalarText(key) ?? '', value] as const
    })
  const texts = (list: unknown) => new Map(pairs(list).map(([key, value]) => [key, scalarText(value) ?? '']))
  return {
    id,
    started: numberIn(info['start_time']) || undefined,
    ended: numberIn(info['end_time']) || undefined,
    params: texts(data['params']),
    tags: texts(data['tags']),
    metrics: new Map(pairs(data['metrics']).map(([key, value]) => [key, numberIn(value)])),
    datasets: listOf(mapOf(run['inputs'])['dataset_inputs']).map((item) => {
      const about = mapOf(mapOf(item)['dataset'])
      const word = (key: string) => scalarText(about[key]) ?? ''
      const context = texts(mapOf(item)['tags']).get('mlflow.data.context')
      return {
        name: word('name'),
        digest: word('digest'),
        kind: word('source_type'),
        source: word('source'),
        context,
      }
    }),
    models: listOf(mapOf(run['outputs'])['model_outputs']).flatMap(
      (item) => scalarText(mapOf(item)['model_id']) ?? [],
    ),
  }
}
