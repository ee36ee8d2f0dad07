import type { Fact } from './fact.js'
import { importedPackages, lineAt, scriptCode } from './python.js'
import type { View } from './view.js'

/** What a run needs beside its files. */
export interface Need {
  kind: 'gpu' | 'api'
  /** `may`: it is used if it is there. */
  how: 'needs' | 'may use'
  /** What says so: a call, a package, a provider. */
  sign: string
}

const NEEDS_GPU =
  /\.cuda\(\)|device\s*=\s*["']cuda|\.to\(["']cuda|set_device\(|init_process_group\(|--gres=gpu|CUDA_VISIBLE_DEVICES=|accelerator\s*[:=]\s*["']?gpu|nvcr\.io|^[ \t]*gpu:[ \t]*true/m
const PACKAGES_OF_GPU = ['triton', 'flash_attn', 'bitsandbytes', 'vllm', 'deepspeed', 'apex']
const MAY_USE = ['torch', 'tensorflow', 'jax', 'keras']
const ASKS = /cuda\.is_available\(\)|list_physical_devices\(|\bif\b[^\n]*cuda/
const APIS = ['openai', 'anthropic', 'mistralai', 'groq', 'together', 'cohere', 'litellm', 'replicate']
const API_MODEL = /--model (openai|anthropic|google|together|groq|mistral|bedrock|openrouter)\//

/** @param command as it was found; undefined: none was */
export async function needsOf(
  view: View,
  reached: readonly string[],
  command: string | undefined,
): Promise<Fact<Need>[]> {
  const api = API_MODEL.exec(command ?? '')?.[1]
  if (api !== undefined)
    return [
      {
        value: { kind: 'api', how: 'needs', sign: api },
        place: view.at(reached[0] ?? '.'),
        word: 'likely',
        reason: 'the command names a hosted model',
      },
    ]
  const needs = new Map<string, Fact<Need>>()
  for (const file of reached) {
    const code = await scriptCode(view, file)
    if (code === undefined) continue
    const packages = importedPackages(code)
    const asks = ASKS.test(code)
    const found = (value: Need, at: number | undefined): void => {
      const key = `${value.kind} ${value.how}`
      const reason = value.how === 'needs' ? `\`${value.sign}\`` : `it uses ${value.sign}`
      const line = at === undefined || file.endsWith('.ipynb') ? undefined : lineAt(code, at + 1)
      if (!needs.has(key)) needs.set(key, { value, place: view.at(file, line), word: 'likely', reason })
    }
    const must = NEEDS_GPU.exec(code)
    if (must && !asks) found({ kind: 'gpu', how: 'needs', sign: must[0].trim() }, must.index)
    const gpuPackage = PACKAGES_OF_GPU.find((name) => packages.has(name))
    if (gpuPackage !== undefined) found({ kind: 'gpu', how: 'needs', sign: gpuPackage }, undefined)
    const framework = MAY_USE.find((name) => packages.has(name))
    if (framework !== undefined) found({ kind: 'gpu', how: 'may use', sign: framework }, undefined)
    const hosted = APIS.find((name) => packages.has(name))
    if (hosted !== undefined)
      found({ kind: 'api', how: 'needs', sign: hosted }, code.search(new RegExp(`\\b${hosted}\\b`)))
  }
  const all = [...needs.values()]
  return all.filter(({ value }) => value.how === 'needs' || !needs.has(`${value.kind} needs`))
}

/** `needs a GPU: .cuda()` */
export const needText = ({ kind, how, sign }: Need): string =>
  `${how} ${kind === 'gpu' ? 'a GPU' : 'a hosted model'}: ${sign}`
