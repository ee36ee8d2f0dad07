import type { EvaluationRequest } from '../../../src/evaluation/request.js'
import type { CauseEvidence } from '../../../src/verdict/evidence.js'
import type { RuleId } from '../../../src/verdict/rules/index.js'

/** What an image has over the base. */
export interface Contents {
  /** By absolute path. */
  files?: Readonly<Record<string, string>>
  env?: Readonly<Record<string, string>>
  /** Steps of the Dockerfile, as `RUN` has them. */
  run?: readonly string[]
}

/** A small evaluation, and what made its result another one. */
export interface Planted {
  name: string
  /** Reads what is planted; writes `metrics.json`. */
  script: string
  /** Needs NumPy, as a wheel with its own OpenBLAS; or torch and scikit-learn, as Debian packages. */
  needs?: 'numpy' | 'torch'
  files?: Readonly<Record<string, string>>
  /** Two images that differ; by default there is one. */
  pinned?: Contents
  rebuilt?: Contents
  /** Conditions under which the record was made, beside the standard ones. */
  recordedWith?: EvaluationRequest['conditions']
  /** Files as the previous record has them: the record was not renewed along with them. */
  before?: Readonly<Record<string, string>>
  /** The variable that has the size of a batch. */
  batch?: string
  /** Writes `predictions.csv`, with these columns. */
  predictions?: { key: string }
  /** What somebody wrote into the record afterwards. */
  edited?: { metrics?: Record<string, number>; predictions?: (text: string) => string }
  expected: Expected
}

/** What has to be named: by a search, by a finding alone, or nothing. */
export type Expected =
  | { shown: CauseEvidence['shown']; names: readonly string[]; atMost: number; dispatch?: string }
  | { rules: readonly RuleId[]; atMost: 0 }

const SITE = '/usr/local/lib/python3.11/dist-packages'

/** A Python distribution as pip leaves it. */
export function wheel(
  name: string,
  version: string,
  code: string,
  more: { files?: Record<string, string>; requires?: readonly string[] } = {},
): Record<string, string> {
  const requires = (more.requires ?? []).map((one) => `Requires-Dist: ${one}\n`).join('')
  const files: Record<string, string> = {
    [`${SITE}/${name}/__init__.py`]: code,
    ...Object.fromEntries(Object.entries(more.files ?? {}).map(([path, text]) => [`${SITE}/${path}`, text])),
    [`${SITE}/${name}-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires}`,
  }
  const record = `${SITE}/${name}-${version}.dist-info/RECORD`
  const lines = [...Object.keys(files), record].map((path) => `${path.slice(SITE.length + 1)},,`)
  return { ...files, [record]: `${lines.join('\n')}\n` }
}

/** `count` packages of one version, each of which says 0 unless it is told otherwise. */
export const wheels = (
  version: string,
  values: Readonly<Record<string, string>> = {},
  count = 20,
): Record<string, string> =>
  Object.assign(
    {},
    ...Array.from({ length: count }, (_, index) => {
      const name = `part${index + 1}`
      return wheel(name, version, `VALUE = ${values[name] ?? '0'}\nMADE = "${version}"\n`)
    }),
  ) as Record<string, string>

/** A Debian package with one file, in an image without a package manager. */
export const deb = (name: string, version: string, path: string, text: string): Record<string, string> => ({
  [path]: text,
  [`/var/lib/dpkg/status.d/${name}`]: `Package: ${name}\nVersion: ${version}\nArchitecture: all\n`,
  [`/var/lib/dpkg/info/${name}.list`]: `/.\n${path}\n`,
})

/** Python that writes one metric. */
export const metric = (lines: string, value: string): string =>
  `import json\n${lines}\nopen('metrics.json', 'w').write(json.dumps({'accuracy': ${value}}))\n`
