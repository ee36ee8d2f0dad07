import { oneLine } from '../../text/clean.js'
import { plural, short } from '../../text/numbers.js'
import type { LineageEvidence } from '../../verdict/evidence.js'

/** Data sets drawn one by one; the rest share a node. */
const DATA_NODES = 6

/** Untrusted text for a quoted mermaid label: everything that mermaid or HTML could read is an entity of mermaid's. */
const label = (text: string): string =>
  oneLine(text, 80).replace(/[^\p{L}\p{M}\p{N} .,:·→±()/+_-]/gu, (c) => `#${c.codePointAt(0)};`)

/** `env-v1:sha256:77ab03c…` → `env-v1 77ab03c` */
const shortHash = (hash: string): string => `${/^env-v\d+/.exec(hash)?.[0] ?? ''} ${short(hash)}`.trim()

const lines = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join('<br/>')

interface Input {
  id: string
  text: string
  changed: boolean
}

/**
 * The run as a mermaid flowchart: data, code and environment → run → model → result. What the check
 * found changed is drawn in red, in colours that can be read on light and dark.
 */
export function lineageGraph(lineage: LineageEvidence): string {
  const { run, model, result } = lineage
  const inputs = [...dataNodes(lineage), ...codeNode(lineage), ...environmentNode(lineage)]
  const changed = [...inputs, { id: 'model', ...model }, { id: 'result', ...result }].flatMap((node) =>
    node.changed ? [node.id] : [],
  )
  const runText = lines(label(run.label), label(run.seeds))
  const modelText = lines(label(model.label), model.digest && label(short(model.digest)))
  return [
    'flowchart LR',
    `  run(["${runText}"])`,
    ...inputs.map(({ id, text }) => `  ${id}["${text}"] --> run`),
    `  run --> model["${modelText}"] --> result["${label(result.label)}"]`,
    ...(changed.length > 0
      ? [
          '  classDef changed fill:#ffebe9,stroke:#cf222e,color:#1f2328',
          `  class ${changed.join(',')} changed`,
        ]
      : []),
  ].join('\n')
}

function dataNodes({ data }: LineageEvidence): Input[] {
  const drawn = data.slice(0, DATA_NODES).map((set, index) => {
    const names = [label(set.label), set.digest && label(short(set.digest))]
    return {
      id: data.length > 1 ? `data${index + 1}` : 'data',
      text: lines('data', names.filter(Boolean).join(' · ')),
      changed: set.changed,
    }
  })
  const rest = data.slice(DATA_NODES)
  if (rest.length === 0) return drawn
  const text = lines('data', plural(rest.length, 'more set'))
  return [...drawn, { id: 'others', text, changed: rest.some(({ changed }) => changed) }]
}

const codeNode = ({ code }: LineageEvidence): Input[] =>
  code ? [{ id: 'code', text: lines('code', label(short(code.commit))), changed: code.changed }] : []

const environmentNode = ({ environment }: LineageEvidence): Input[] =>
  environment
    ? [
        {
          id: 'env',
          text: lines('environment', label(shortHash(environment.hash))),
          changed: environment.changed,
        },
      ]
    : []
