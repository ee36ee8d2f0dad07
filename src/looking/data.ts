import { plural } from '../text/numbers.js'
import type { Fact } from './fact.js'
import type { View } from './view.js'

/** Data that the tree names or holds. */
export interface DataFound {
  path: string
  digest: string | undefined
  /** `pinned, not here`, `12 files in git`. */
  state: string
}

const FOLDER = /^(?:.*\/)?(?:data|datasets?|input)\//i
const NO_DATA =
  /(?:\.(?:py|md|rst|dvc|gitkeep|sh|ya?ml|toml|R|ipynb)|\/(?:\.gitignore|\.gitkeep|README[^/]*|LICENSE))$/i
const MOST = 60

export async function dataIn(view: View, folder: string): Promise<Fact<DataFound>[]> {
  const inside = (path: string) => folder === '.' || path.startsWith(`${folder}/`)
  const pointers = view.files
    .filter((path) => path.endsWith('.dvc') && !path.startsWith('.dvc/') && inside(path))
    .slice(0, MOST)
  const tracked = await Promise.all(
    pointers.map(async (path): Promise<Fact<DataFound>> => {
      const text = (await view.text(path)) ?? ''
      const md5 = /\bmd5:\s*['"]?([0-9a-f]{32}(?:\.dir)?)/.exec(text)?.[1]
      const target = path.replace(/\.dvc$/, '')
      const here = view.has(target) || view.hasFolder(target)
      return {
        value: { path: target, digest: md5 && `md5:${md5}`, state: here ? 'pinned' : 'pinned, not here' },
        place: view.at(path),
        word: 'certain',
        reason: 'tracked by DVC',
      }
    }),
  )
  const committed = new Map<string, number>()
  for (const path of view.files) {
    const top = FOLDER.exec(path)?.[0]
    if (
      top === undefined ||
      NO_DATA.test(path) ||
      !inside(path) ||
      view.isVendored(path) ||
      view.has(path.replace(/\/[^/]*$/, '/__init__.py'))
    )
      continue
    const name = /^(?:.*?\/)??(?:data|datasets?|input)\//i.exec(path)?.[0] ?? top
    committed.set(name, (committed.get(name) ?? 0) + 1)
  }
  const folders = [...committed].slice(0, MOST).map(([path, count]): Fact<DataFound> => ({
    value: { path: path.replace(/\/$/, ''), digest: undefined, state: `${plural(count, 'file')} in git` },
    place: view.at(path.replace(/\/$/, '')),
    word: 'likely',
    reason: 'in a folder that is named for data',
  }))
  return [...tracked, ...(await lfsData(view, folder)), ...folders]
}

const POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize (\d+)/

/** Files that Git LFS keeps, where only the pointer is here. */
async function lfsData(view: View, folder: string): Promise<Fact<DataFound>[]> {
  const attributes = (await view.text('.gitattributes')) ?? ''
  const endings = [...attributes.matchAll(/^\*(\.[\w.]+)\s.*filter=lfs/gm)].map(([, ending = '']) => ending)
  if (endings.length === 0) return []
  const files = view.files
    .filter(
      (path) =>
        endings.some((ending) => path.endsWith(ending)) && (folder === '.' || path.startsWith(`${folder}/`)),
    )
    .slice(0, MOST)
  const found = await Promise.all(
    files.map(async (path): Promise<Fact<DataFound>[]> => {
      const oid = POINTER.exec((await view.text(path)) ?? '')?.[1]
      if (oid === undefined) return []
      return [
        {
          value: { path, digest: `sha256:${oid}`, state: 'pinned, not here' },
          place: view.at(path),
          word: 'certain',
          reason: 'kept by Git LFS',
        },
      ]
    }),
  )
  return found.flat()
}
