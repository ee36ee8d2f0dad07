import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { readFileSync } from 'node:fs'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Node = { [key: string]: Json }

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  schema: Node
}
interface Body {
  content?: Record<string, { schema: Node }>
}
interface Operation {
  operationId: string
  parameters?: (Parameter | { $ref: string })[]
  requestBody?: Body
  responses: Record<string, Body | { $ref: string }>
}
interface Description {
  paths: Record<string, Record<string, Operation>>
  components: {
    parameters: Record<string, Parameter>
    responses: Record<string, Body>
    examples: Record<string, { value: Node }>
  }
}

/** GitHub's own description of the operations that are used (scripts/prune-openapi.ts). */
const text = readFileSync(new URL('openapi.json', import.meta.url), 'utf8')
const description = JSON.parse(text.replaceAll('"#/components/', '"github#/components/')) as Description

// GitHub's keywords (`deprecated`, discriminators) are not all JSON Schema's.
const ajv = new Ajv({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ $id: 'github', components: description.components })

const compiled = new Map<object, ValidateFunction>()
function problems(schema: Node, value: unknown, what: string): string[] {
  const validate = compiled.get(schema) ?? ajv.compile(schema)
  compiled.set(schema, validate)
  return validate(value) ? [] : (validate.errors ?? []).map((e) => `${what}${e.instancePath}: ${e.message}`)
}

function resolve<T extends object>(part: T | { $ref: string }, kind: 'parameters' | 'responses'): T {
  if (!('$ref' in part)) return part
  return description.components[kind][part.$ref.split('/').at(-1)!] as T
}

export interface Route {
  id: string
  params: Record<string, string>
  /** What the request does that the description does not allow. */
  checkRequest(query: URLSearchParams, body: unknown): string[]
  checkResponse(status: number, body: unknown): string[]
}

export const example = (name: 'pull-request' | 'issue-comment'): Node =>
  structuredClone(description.components.examples[name]!.value)

/** The described operation that a request is for; none: GitHub has it perhaps, the action has no business there. */
export function findRoute(method: string, path: string): Route | undefined {
  for (const [template, operations] of Object.entries(description.paths)) {
    const pattern = new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
    const match = pattern.exec(path)
    const operation = operations[method.toLowerCase()]
    if (match && operation) return describe(operation, { ...match.groups })
  }
  return undefined
}

function describe(operation: Operation, params: Record<string, string>): Route {
  const parameters = (operation.parameters ?? []).map((part) => resolve<Parameter>(part, 'parameters'))
  /** A query is text; the schema says whether it should read as a number. */
  const typed = (schema: Node, value: string) => (schema.type === 'integer' ? Number(value) : value)
  return {
    id: operation.operationId,
    params,
    checkRequest(query, body) {
      const schema = operation.requestBody?.content?.['application/json']?.schema
      const known = new Set(parameters.filter((p) => p.in === 'query').map((p) => p.name))
      const knownKeys = Object.keys((schema?.properties ?? {}) as Node)
      return [
        ...[...query.keys()].filter((key) => !known.has(key)).map((key) => `unknown query key ${key}`),
        ...Object.keys((body ?? {}) as object)
          .filter((key) => !knownKeys.includes(key))
          .map((key) => `unknown body key ${key}`),
        ...parameters.flatMap((p) => {
          const value = p.in === 'path' ? params[p.name] : p.in === 'query' ? query.get(p.name) : undefined
          if (value === undefined || value === null) return p.required ? [`${p.name} is required`] : []
          return problems(p.schema, typed(p.schema, value), p.name)
        }),
        ...(schema
          ? problems(schema, body, 'body')
          : body === undefined
            ? []
            : ['a body where none belongs']),
      ]
    },
    checkResponse(status, body) {
      const described = operation.responses[String(status)]
      // The description lists few of the errors that every operation can answer with.
      if (!described) return status >= 400 ? [] : [`status ${status} is not described`]
      const schema = resolve<Body>(described, 'responses').content?.['application/json']?.schema
      if (schema) return problems(schema, body, 'response')
      return body === undefined ? [] : ['a body where none is described']
    },
  }
}
