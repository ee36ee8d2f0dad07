import type { ModelReport } from '../../verdict/report.js'
import { oneLine, plural, short } from '../../text/text.js'

type Lineage = NonNullable<ModelReport['evidence']['lineage']>

/** Data sets drawn one by one; the rest share a node. */
const DATA_NODES = 6

/** Untrusted text for a quoted mermaid label: everything that mermaid or HTML could read is an entity of mermaid's. */
const label = (text: string): string =>
  oneLine(text, 80).replace(/[^\p{L}\p{M}\p{N} .,:·→±()/+_-]/gu, (c) => `#${c.codePointAt(0)};`)

const titled = (title: string, text: string): string =>
  text.toLowerCase().startsWith(title) ? label(text) : `${title} ${label(text)}`

/** `env-v1:sha256:77ab03c…` → `env-v1 77ab03c` */
const hash = (text: string): string => `${/^env-v\d+/.exec(text)?.[0] ?? ''} ${short(text)}`.trim()

const lines = (...parts: (string | undefined)[]): string => parts.filter((part) => part).join('<br/>')

/**
 * The run as a mermaid flowchart: data, code and environment → run → model → result. What the check
 * found changed is drawn in red, in colours that read on light and dark.
 */
export function lineageGraph(lineage: Lineage): string {
  const { data, code, environment, run, model, result } = lineage
  const drawn = data.slice(0, DATA_NODES)
  const rest = data.slice(DATA_NODES)
  const inputs = [
    ...drawn.map((set, i) => ({
      id: `data${drawn.length > 1 || rest.length > 0 ? i + 1 : ''}`,
      text: lines(
        'data',
        [label(set.label), set.digest && label(short(set.digest))].filter(Boolean).join(' · '),
      ),
      changed: set.changed,
    })),
    ...(rest.length > 0
      ? [
          {
            id: 'others',
            text: lines('data', `${plural(rest.length, 'more set')}`),
            changed: rest.some((d) => d.changed),
          },
        ]
      : []),
    ...(code ? [{ id: 'code', text: lines('code', label(short(code.commit))), changed: code.changed }] : []),
    ...(environment
      ? [
          {
            id: 'env',
            text: lines('environment', label(hash(environment.hash))),
            changed: environment.changed,
          },
        ]
      : []),
  ]
  const changed = [
    ...inputs.filter((node) => node.changed).map(({ id }) => id),
    ...(model.changed ? ['model'] : []),
    ...(result.changed ? ['result'] : []),
  ]
  const modelText = lines(titled('model', model.label), model.digest && label(short(model.digest)))
  return [
    'flowchart LR',
    `  run(["${lines(titled('run', run.label), run.seeds && (/seed/i.test(run.seeds) ? label(run.seeds) : `seeds ${label(run.seeds)}`))}"])`,
    ...inputs.map(({ id, text }) => `  ${id}["${text}"] --> run`),
    `  run --> model["${modelText}"] --> result["${label(result.label.slice(0, 200).replace(/\b\d+\.\d{7,}\b/g, (n) => Number(n).toFixed(6)))}"]`,
    ...(changed.length > 0
      ? [
          '  classDef changed fill:#ffebe9,stroke:#cf222e,color:#1f2328',
          `  class ${changed.join(',')} changed`,
        ]
      : []),
  ].join('\n')
}
