import type { Fact } from './fact.js'
import { codeOf, lineAt, notebookCode } from './python.js'
import type { View } from './view.js'

/** A seed that a configuration or a program holds. */
export interface Seed {
  /** What it is of: `data split`, `model`, `numpy`, the name of a setting. */
  component: string
  value: number
  /** How it is set: a setting of a file, the default of an option, a literal. */
  how: 'setting' | 'default' | 'literal'
}

const KEY = /(?:^|[_.])(?:seed|random_state|rng_seed|random_seed|manual_seed|global_seed|seed_everything)$/
const SETTINGS =
  /(?:^|\/)(?:[^/]*(?:param|conf|hydra|option|arg|experiment|hparam|train)[^/]*\/)*[^/]*\.(?:ya?ml|json|toml)$/i
const IS_SETTINGS = /param|conf|hydra|option|arg|experiment|hparam/i
const NOT_SETTINGS = /(?:^|\/)(?:\.hydra|wandb|mlruns|tests?|node_modules|\.github)\//
const MOST_SETTINGS = 120
/** A line with a name and a whole number, as YAML, JSON and TOML have it. */
const SETTING = /^[ \t]*["']?([\w.-]+)["']?[ \t]*[:=][ \t]*(\d+)[ \t]*(?:,|#.*)?$/gm
/** Of one kind in one file. */
const IN_FILE = 100

/** Literals in Python, each with what it seeds, if the pattern says so. */
const LITERALS: readonly [RegExp, Seed['how'], (match: RegExpExecArray, code: string) => string][] = [
  [
    /add_argument\(\s*['"]-{1,2}[\w-]*?((?:random[_-]?|manual[_-]?)?seed|random[_-]state)['"][^]{0,200}?default\s*=\s*(\d+)/g,
    'default',
    ([, name = '']) => name,
  ],
  [
    /(?:@click\.option|typer\.Option|DEFINE_integer)\([^]{0,120}?['"]-{0,2}(\w*seed)['"][^]{0,120}?(?:default\s*=\s*|,\s*)(\d+)/g,
    'default',
    ([, name = '']) => name,
  ],
  [
    /^[ \t]*(?:self\.)?(seed|random_state|random_seed|rng_seed)\s*:\s*(?:Optional\[)?int\]?\s*=\s*(\d+)/gm,
    'default',
    ([, name = '']) => name,
  ],
  [
    /[(,]\s*(seed|random_state|random_seed)(?:\s*:(?!=)(?:\s*[\w.[\]|](?: *[\w.[\]|])*)?)?\s*=\s*(\d+)\s*[,)]/g,
    'literal',
    componentOfCall,
  ],
  [
    /\b((?:[A-Z]+_)*(?:SEED|RANDOM_STATE)(?:_[A-Z]+)*)\s*(?::\s*int\s*)?=\s*(\d+)/g,
    'literal',
    ([, name = '']) => name.toLowerCase(),
  ],
  [
    /\b(random\.seed|np\.random\.seed|numpy\.random\.seed|torch(?:\.random|\.cuda)?\.manual_seed(?:_all)?|tf\.(?:random\.)?set_(?:random_)?seed|(?:pl\.)?seed_everything|set_seed|default_rng|RandomState|PRNGKey|set\.seed)\(\s*(\d+)/g,
    'literal',
    ([, call = '']) => COMPONENTS.find(([name]) => name.test(call))?.[1] ?? 'all',
  ],
  [/['"](seed|random_state|random_seed)['"]\s*:\s*(\d+)/g, 'literal', ([, name = '']) => name],
]

const COMPONENTS: readonly [RegExp, string][] = [
  [/^random\.seed/, 'python'],
  [/^(?:np|numpy)\./, 'numpy'],
  [/^torch/, 'torch'],
  [/^tf\./, 'tensorflow'],
  [/PRNGKey/, 'jax'],
  [/default_rng|RandomState/, 'numpy'],
]

/** `train_test_split(…, random_state=42)` seeds the data split; `TSNE(…)` a figure. */
function componentOfCall(match: RegExpExecArray, code: string): string {
  const name = match[1] ?? 'seed'
  const before = code.slice(Math.max(0, match.index - 400), match.index + 1)
  let depth = 0
  for (let at = before.length - 1; at >= 0; at--) {
    if (before[at] === ')') depth++
    if (before[at] !== '(' || depth-- > 0) continue
    const call =
      before
        .slice(0, at)
        .trimEnd()
        .split(/[^\w.]/)
        .at(-1) ?? ''
    if (/^def\b|\bdef\s+[\w.]+\s*$/.test(before.slice(0, at).split('\n').at(-1) ?? '')) return name
    if (/split|fold|shuffle|sample/i.test(call)) return 'data split'
    if (/TSNE|UMAP|PCA/.test(call)) return 'figure'
    if (/SMOTE|ROSE|ADASYN/.test(call)) return 'resampling'
    return /(?:^|\.)[A-Z]\w*$/.test(call) ? 'model' : name
  }
  return name
}

/** Seeds of the settings, and the literals of the programs that the commands reach. */
export async function seedsIn(view: View, reached: readonly string[]): Promise<Fact<Seed>[]> {
  const settings = view.files
    .filter(
      (file) =>
        SETTINGS.test(file) && IS_SETTINGS.test(file) && !NOT_SETTINGS.test(file) && !view.isVendored(file),
    )
    .slice(0, MOST_SETTINGS)
  const found = await Promise.all([
    ...settings.map((file) => settingSeeds(view, file)),
    ...reached.map((file) => literalSeeds(view, file)),
  ])
  return found.flat()
}

async function settingSeeds(view: View, file: string): Promise<Fact<Seed>[]> {
  const text = (await view.text(file)) ?? ''
  if (!/seed|random_state/.test(text)) return []
  // Of YAML, JSON and TOML alike a line of its own is enough: nothing else is needed of the file.
  const found = [...text.matchAll(SETTING)].filter(([, key = '']) => KEY.test(key)).slice(0, IN_FILE)
  return found.map(({ index, 1: component = '', 2: value }) => ({
    value: { component, value: Number(value), how: 'setting' as const },
    place: view.at(file, lineAt(text, index + 1)),
    word: 'likely' as const,
    reason: 'set in a configuration',
  }))
}

async function literalSeeds(view: View, file: string): Promise<Fact<Seed>[]> {
  const text = (await view.text(file)) ?? ''
  const code = file.endsWith('.ipynb') ? (notebookCode(text) ?? '') : codeOf(text)
  const facts = LITERALS.flatMap(([pattern, how, component]) =>
    [...code.matchAll(pattern)].slice(0, IN_FILE).map((match): Fact<Seed> => {
      const at = match.index + match[0].search(/\S/)
      // Cells have lines of their own; the notebook's are of its JSON.
      const line = file.endsWith('.ipynb') ? undefined : lineAt(code, at + match[0].trim().length)
      const reason =
        how === 'default' ? 'a default of the code, which a run may not have used' : 'a literal of the code'
      return {
        value: { component: component(match, code), value: Number(match[2]), how },
        place: view.at(file, line),
        word: 'likely',
        reason,
      }
    }),
  )
  const seen = new Set<string>()
  return facts.filter(({ place, value }) => {
    const key = `${place.line} ${value.value}`
    if (place.line !== undefined && seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const UNSEEDED =
  /\b(?:(?:RandomForest|ExtraTrees|GradientBoosting|DecisionTree|XGB|LGBM|CatBoost|MLP|SGD)(?:Classifier|Regressor)|KMeans|train_test_split)\(/g

/** Calls that draw at random and are given no seed. */
export async function unseededIn(view: View, reached: readonly string[]): Promise<Fact<string>[]> {
  const found = await Promise.all(
    reached.map(async (file): Promise<Fact<string>[]> => {
      const text = (await view.text(file)) ?? ''
      const code = file.endsWith('.ipynb') ? (notebookCode(text) ?? '') : codeOf(text)
      return [...code.matchAll(UNSEEDED)].slice(0, IN_FILE).flatMap((match) => {
        const inside = bracketed(code, match.index + match[0].length)
        if (/random_state|seed|\*\*|=\s*None\s*\)/.test(inside)) return []
        const line = file.endsWith('.ipynb') ? undefined : lineAt(code, match.index + 1)
        return [
          {
            value: match[0].slice(0, -1),
            place: view.at(file, line),
            word: 'likely' as const,
            reason: 'called without a seed',
          },
        ]
      })
    }),
  )
  return found.flat()
}

function bracketed(code: string, from: number): string {
  let depth = 1
  for (let at = from; at < Math.min(code.length, from + 4000); at++) {
    if (code[at] === '(') depth++
    else if (code[at] === ')' && --depth === 0) return code.slice(from, at)
  }
  return code.slice(from, from + 4000)
}
