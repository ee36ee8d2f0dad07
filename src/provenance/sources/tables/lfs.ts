import { pointerIn, POINTER_LARGEST } from '../../../system/git/lfs.js'
import { readText, Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'

/** Bytes of an attributes file. */
const LARGEST_ATTRIBUTES = 256 * 1024
/** Pointers that are read one by one; a folder of more is one set, and its digest another's to take. */
const MOST_POINTERS = 200
const MOST_PATTERNS = 100

const WEIGHTS = /\.(?:pt|pth|ckpt|safetensors|bin|onnx|h5|keras|pb|tflite|joblib|pkl|pickle|gguf|npz)$/i
/** What stands in a README, and is no data. */
const PICTURES = /\.(?:png|jpe?g|gif|svg|pdf|mp4)$/i

/** Git LFS: what `.gitattributes` gives to it, and the pointers that git holds of those files. */
export const lfs: Source = {
  name: 'git-lfs',
  detect: (files) => files.filter((file) => file === '.gitattributes'),
  read: readLfs,
}

/** @param path of `.gitattributes`, relative to the working directory */
async function readLfs(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(lfs.name, tree.prefix + path)
  const opened = await readText(tree, path, LARGEST_ATTRIBUTES)
  if ('refused' in opened) {
    said.problem(opened.refused)
    return said.reading()
  }
  const patterns = patternsIn(opened.text)
  if (patterns.length === 0) return said.reading()
  const kept = (await tree.files.list()).filter((file) => patterns.some((pattern) => isOf(pattern, file)))
  const wanted = kept.filter((file) => !PICTURES.test(file))
  if (wanted.length > MOST_POINTERS)
    said.remark(`${MOST_POINTERS} of ${wanted.length} files that Git LFS keeps were looked at`, {
      file: opened.file,
    })
  const weights = wanted.filter((file) => WEIGHTS.test(file))
  let index = 0
  for (const file of wanted.slice(0, MOST_POINTERS)) {
    // The bytes themselves, where they were fetched, are larger: then there is nothing to say.
    const read = await tree.files.read(file, POINTER_LARGEST)
    const pointer = 'bytes' in read ? pointerIn(read.bytes) : undefined
    if (pointer === undefined) continue
    const place = { file: tree.prefix + file, line: 2 }
    const isModel = WEIGHTS.test(file)
    if (isModel && weights.length > 1) continue
    const field = isModel ? ['model'] : ['data', index++]
    said.say([...field, 'path'], file, place)
    said.say([...field, 'digest'], `sha256:${pointer.oid}`, place)
    said.remark(`the bytes of ${file} are not here: \`git lfs pull\` brings them`, place)
  }
  return said.reading()
}

/** Lines such as `*.csv filter=lfs diff=lfs merge=lfs -text`, as segments of their paths. */
function patternsIn(text: string): string[][] {
  const lines = text.split(/\r?\n/).map((line) => line.trim().split(/\s+/))
  return lines
    .filter(([glob = '', ...attributes]) => /^[^#]/.test(glob) && attributes.includes('filter=lfs'))
    .slice(0, MOST_PATTERNS)
    .map(([glob = '']) => {
      const segments = glob.replace(/^\//, '').split('/')
      // A pattern without a slash matches at any depth.
      return glob.includes('/') ? segments : ['**', ...segments]
    })
}

/** As gitattributes(5) says, without classes of characters. */
const isOf = (pattern: readonly string[], path: string): boolean =>
  matches(pattern, path.split('/'), {
    isRest: (segment) => segment === '**',
    fits: (segment, name) =>
      matches([...segment], [...name], {
        isRest: (sign) => sign === '*',
        fits: (sign, letter) => sign === '?' || sign === letter,
      }),
  })

interface Wildcards {
  /** Whether it stands for any number of items. */
  isRest(part: string): boolean
  fits(part: string, item: string): boolean
}

/** Steps back to the last wildcard only: the work is bounded by the product of the lengths. */
function matches(pattern: readonly string[], items: readonly string[], { isRest, fits }: Wildcards): boolean {
  let [at, item] = [0, 0]
  let back: { at: number; item: number } | undefined
  while (item < items.length) {
    const part = pattern[at]
    if (part !== undefined && isRest(part)) back = { at: ++at, item }
    else if (part !== undefined && fits(part, items[item]!)) {
      at++
      item++
    } else {
      if (back === undefined) return false
      back.item++
      at = back.at
      item = back.item
    }
  }
  return pattern.slice(at).every(isRest)
}
