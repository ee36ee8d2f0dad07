import { dirname } from 'node:path/posix'
import type { Fact } from './fact.js'
import type { View } from './view.js'

/** A file of settings, and the plain ones among them. */
export interface Settings {
  path: string
  values: Readonly<Record<string, string | number | boolean>>
  lines: ReadonlyMap<string, number>
}

const FILES: readonly RegExp[] = [
  /(?:^|\/)params\.ya?ml$/,
  /(?:^|\/)(?:conf|configs?|param)\/(?:base\/)?(?:parameters|config|train|default|main)\.ya?ml$/,
  /(?:^|\/)(?:config|hparams|hyperparams|hyperparameters)\.ya?ml$/,
  /(?:^|\/)(?:conf|configs?|param)\/[^/]+\.(?:ya?ml|json)$/,
]
const NOT_OURS = /(?:^|\/)(?:\.hydra|wandb|mlruns|\.github|tests?|docs?)\//
const MOST = 200

/** The file that sets what a run is given; an empty one, or one of paths alone, is none. */
export async function parametersOf(view: View, folder: string): Promise<Fact<Settings> | undefined> {
  for (const pattern of FILES)
    for (const path of view.files
      .filter((file) => pattern.test(file) && !NOT_OURS.test(file) && !view.isVendored(file))
      .slice(0, 20)) {
      if (folder !== '.' && !path.startsWith(`${folder}/`) && dirname(path) !== '.') continue
      const parsed = await view.yaml(path)
      const found: [string, string | number | boolean, number][] = []
      const visit = (value: unknown, at: (string | number)[]): void => {
        if (found.length >= MOST || at.length > 6) return
        if (
          typeof value === 'number' ||
          typeof value === 'boolean' ||
          (typeof value === 'string' && value.length <= 100 && !/[/\\]/.test(value))
        )
          found.push([at.join('.'), value, parsed?.lineOf(at) ?? 1])
        else if (typeof value === 'object' && value !== null && !Array.isArray(value))
          for (const [key, child] of Object.entries(value)) visit(child, [...at, key])
      }
      visit(parsed?.value, [])
      const usable = found.filter(([name]) => name !== '' && !/(?:^|[._])(?:seed|random_state)$/.test(name))
      if (!usable.some(([, value]) => typeof value === 'number')) continue
      return {
        value: {
          path,
          values: Object.fromEntries(usable.map(([name, value]) => [name, value])),
          lines: new Map(usable.map(([name, , line]) => [name, line])),
        },
        place: view.at(path),
        word: 'likely',
        reason: 'a file of settings',
      }
    }
  return undefined
}
