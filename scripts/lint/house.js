/**
 * The house as ESLint rules: which room may import which, no circles (types included), and no exported
 * name twice. Plugins that find circles overlook `import type`, so the graph is made here, by TypeScript's
 * own reader of imports.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import ts from 'typescript'

/** What each room may import, from the cellar up. CONTRIBUTING.md shows the same table. */
export const ROOMS = {
  text: [],
  verdict: ['text'],
  results: ['text', 'verdict'],
  report: ['text', 'verdict'],
  system: ['text', 'verdict'],
  terminal: ['text', 'system'],
  engine: ['text', 'verdict', 'system'],
  provenance: ['text', 'verdict', 'results', 'system'],
  data: ['text', 'verdict', 'system'],
  environment: ['text', 'verdict', 'system', 'engine'],
  evaluation: ['text', 'verdict', 'results', 'system', 'engine'],
  looking: ['text', 'verdict', 'results', 'system', 'provenance'],
  diagnosis: ['text', 'verdict', 'results', 'system', 'engine', 'environment', 'evaluation'],
  policy: ['text', 'verdict', 'results', 'system', 'provenance', 'looking'],
  stages: [
    ...['text', 'verdict', 'results', 'system', 'engine'],
    ...['provenance', 'looking', 'data', 'environment', 'evaluation', 'diagnosis', 'policy'],
  ],
  action: ['text', 'verdict', 'system', 'policy', 'report'],
}
const BELOW_STAGES = ROOMS.stages
Object.assign(ROOMS, {
  record: [...BELOW_STAGES, 'stages'],
  init: [...BELOW_STAGES, 'stages'],
  'gate.ts': [...BELOW_STAGES, 'stages'],
  cli: [
    ...['text', 'verdict', 'results', 'system', 'policy', 'stages'],
    ...['record', 'init', 'report', 'gate.ts'],
  ],
  'cli.ts': ['text', 'system', 'report', 'terminal', 'cli'],
  'main.ts': ['text', 'verdict', 'system', 'policy', 'report', 'action', 'gate.ts'],
})

/** Packages that exist on a runner only, and who may import them. */
const RUNNER_ONLY = /^@(?:actions|octokit)\//
const ON_THE_RUNNER = ['action', 'main.ts']

const roomOf = (root, file) => relative(root, file).split(sep)[0]

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : []
  })
}

function exportedNames(text, path) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
  return file.statements.flatMap((statement) => {
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
    if (!exported) return []
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap(({ name }) =>
        ts.isIdentifier(name) ? [name.text] : [],
      )
    return statement.name ? [statement.name.text] : []
  })
}

const houses = new Map()

/** Every file below `root`, with what it imports and exports. Read once a run. */
function houseAt(root) {
  const known = houses.get(root)
  if (known) return known
  const files = new Map(
    sources(root).map((path) => {
      const text = readFileSync(path, 'utf8')
      const targets = ts
        .preProcessFile(text, true, true)
        .importedFiles.map(({ fileName }) => fileName)
        .filter((name) => name.startsWith('.'))
        .map((name) => resolve(dirname(path), name.replace(/\.js$/, '.ts')))
      return [path, { targets, names: exportedNames(text, path) }]
    }),
  )
  houses.set(root, files)
  return files
}

/** The shortest way from a file back to itself. */
export function circleThrough(files, start) {
  const from = new Map([[start, undefined]])
  for (const at of from.keys()) {
    for (const next of files.get(at)?.targets ?? []) {
      if (next === start) {
        const way = []
        for (let step = at; step !== undefined; step = from.get(step)) way.unshift(step)
        return way
      }
      if (files.has(next) && !from.has(next)) from.set(next, at)
    }
  }
  return undefined
}

const rule = (check) => ({
  meta: { type: 'problem', schema: [{ type: 'object', properties: { root: { type: 'string' } } }] },
  create: (context) => check(context, resolve(context.options[0]?.root ?? 'src')),
})

const imports = rule((context, root) => {
  const room = roomOf(root, context.filename)
  const allowed = ROOMS[room]
  const visit = (node) => {
    const name = node.source?.value
    if (typeof name !== 'string') return
    if (RUNNER_ONLY.test(name) && !ON_THE_RUNNER.includes(room))
      context.report({
        node,
        message: `Only ${ON_THE_RUNNER.join(' and ')} may import what only a runner has.`,
      })
    const target = resolve(dirname(context.filename), name)
    if (!name.startsWith('.') || relative(root, target).startsWith('..')) return
    const other = roomOf(root, target.replace(/\.js$/, '.ts'))
    if (other !== room && !allowed.includes(other))
      context.report({ node, message: `The room ${room} may not import ${other} (scripts/lint/house.js).` })
  }
  return {
    Program: (node) => {
      if (!allowed)
        context.report({ node, message: `${room} is not a room of the house (scripts/lint/house.js).` })
    },
    ...(allowed && {
      ImportDeclaration: visit,
      ImportExpression: visit,
      ExportNamedDeclaration: visit,
      ExportAllDeclaration: visit,
    }),
  }
})

const noCircle = rule((context, root) => ({
  Program: (node) => {
    const circle = circleThrough(houseAt(root), context.filename)
    if (!circle) return
    const names = [...circle, circle[0]].map((path) => relative(root, path))
    context.report({ node, message: `These files import one another in a circle: ${names.join(' → ')}` })
  },
}))

const uniqueNames = rule((context, root) => ({
  Program: (node) => {
    const files = houseAt(root)
    for (const name of files.get(context.filename)?.names ?? [])
      for (const [path, { names }] of files)
        if (path !== context.filename && names.includes(name))
          context.report({
            node,
            message: `${relative(root, path)} exports \`${name}\` too: give one another name.`,
          })
  },
}))

export default { rules: { imports, 'no-circle': noCircle, 'unique-names': uniqueNames } }
