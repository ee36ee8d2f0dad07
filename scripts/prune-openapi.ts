/**
 * Writes `__tests__/e2e/github/openapi.json`: the operations of GitHub's own OpenAPI description that
 * the action uses, so that the test server can hold every request and response against it.
 *
 *   npm install --prefix "$(mktemp -d)" @octokit/openapi@23     # 385 MB, so not a dependency
 *   npx tsx scripts/prune-openapi.ts <that folder>/node_modules/@octokit/openapi/generated/api.github.com.json
 *
 * What is read by people only is left out, and OpenAPI's `nullable` becomes JSON Schema's `null`.
 */
import { readFile, writeFile } from 'node:fs/promises'

const OPERATIONS = [
  ['get', '/repos/{owner}/{repo}/pulls/{pull_number}'],
  ['get', '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
  ['post', '/repos/{owner}/{repo}/issues/{issue_number}/comments'],
  ['patch', '/repos/{owner}/{repo}/issues/comments/{comment_id}'],
  ['delete', '/repos/{owner}/{repo}/issues/comments/{comment_id}'],
] as const
/** The server's answers start from these. */
const EXAMPLES = ['pull-request', 'issue-comment']
const TARGET = new URL('../__tests__/e2e/github/openapi.json', import.meta.url)

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Node = { [key: string]: Json }

const isNode = (value: Json | undefined): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function at(document: Node, ...path: string[]): Node {
  let found: Json | undefined = document
  for (const key of path) found = isNode(found) ? found[key] : undefined
  if (!isNode(found)) throw new Error(`${path.join(' › ')} is not in the description`)
  return found
}

/** Without prose and vendor keys. `named`: the keys are names of properties, not keywords. */
function slim(value: Json, named = false): Json {
  if (Array.isArray(value)) return value.map((item) => slim(item))
  if (!isNode(value)) return value
  const kept = Object.entries(value).filter(
    ([key]) =>
      named ||
      !(
        ['description', 'summary', 'example', 'examples', 'externalDocs', 'tags'].includes(key) ||
        key.startsWith('x-')
      ),
  )
  const { nullable, ...node } = Object.fromEntries(
    kept.map(([key, item]) => [key, slim(item, !named && key === 'properties')]),
  )
  if (named || nullable === undefined) return nullable === undefined ? node : { ...node, nullable }
  return nullable === true ? { anyOf: [node, { type: 'null' }] } : node
}

function references(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (!isNode(value)) return []
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item] : references(item),
  )
}

const [source] = process.argv.slice(2)
if (!source) throw new Error('usage: tsx scripts/prune-openapi.ts <api.github.com.json>')
const whole = JSON.parse(await readFile(source, 'utf8')) as Node

const paths: Record<string, Node> = {}
for (const [method, path] of OPERATIONS) {
  ;(paths[path] ??= {})[method] = slim(at(whole, 'paths', path, method))
}

const components: Record<string, Record<string, Json>> = {}
const waiting = references(paths)
for (let reference = waiting.pop(); reference !== undefined; reference = waiting.pop()) {
  const [, , kind = '', name = ''] = reference.split('/')
  if (kind === 'examples' || components[kind]?.[name] !== undefined) continue
  const part = slim(at(whole, 'components', kind, name))
  ;(components[kind] ??= {})[name] = part
  waiting.push(...references(part))
}
components.examples = Object.fromEntries(
  EXAMPLES.map((name) => [name, at(whole, 'components', 'examples', name)]),
)

const { title, version, license } = at(whole, 'info')
const pruned = { openapi: whole.openapi!, info: { title, version, license }, paths, components }
await writeFile(TARGET, `${JSON.stringify(pruned, null, 1)}\n`)
