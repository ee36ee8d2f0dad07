import type { EnvironmentTools, NoEnvironment } from './request.js'

/** Milliseconds for one question to a registry, and for pulling an image that somebody named. */
const REGISTRY_MS = 20_000
const PULL_MS = 10 * 60_000
const ENGINES = ['docker', 'podman'] as const
const BY_DIGEST = /^\S+@sha256:[0-9a-f]{64}$/

/** Prints the version of the Python that makes environments there. */
const PYTHON = 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])'

type Run = Pick<EnvironmentTools, 'run'>

/** Output of a program, without the spaces around it; undefined: it is not there, or it failed. */
async function said({ run }: Run, argv: [string, ...string[]], timeout: number): Promise<string | undefined> {
  const { code, stdout } = await run(argv, { timeout }).catch(() => ({ code: -1, stdout: '' }))
  return code === 0 ? stdout.toString().trim() : undefined
}

/** The image by the digest that a registry gives it, or that this engine has pulled it by; undefined: neither knows it. */
export async function pinnedImage(tools: Run, image: string): Promise<string | undefined> {
  if (BY_DIGEST.test(image)) return image
  const asked = [
    'docker',
    'buildx',
    'imagetools',
    'inspect',
    image,
    '--format',
    '{{.Manifest.Digest}}',
  ] as const
  const digest = /sha256:[0-9a-f]{64}/.exec((await said(tools, [...asked], REGISTRY_MS)) ?? '')?.[0]
  return digest === undefined ? await pulledImage(tools, image) : `${image}@${digest}`
}

async function pulledImage(tools: Run, image: string): Promise<string | undefined> {
  for (const engine of ENGINES) {
    const format = '{{range .RepoDigests}}{{.}}\n{{end}}'
    const names = await said(tools, [engine, 'image', 'inspect', '--format', format, image], REGISTRY_MS)
    const found = names?.split('\n').find((name) => BY_DIGEST.test(name))
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * An image that somebody named, by digest, and its Python: it is asked in a container without a network. An
 * image that this engine does not have is pulled.
 */
export async function givenBase(
  tools: Run,
  image: string,
): Promise<{ reference: string; python: string } | NoEnvironment> {
  for (const engine of ENGINES) {
    const asked = [
      'run',
      '--rm',
      '--network',
      'none',
      '--entrypoint',
      'python3',
      image,
      '-c',
      PYTHON,
    ] as const
    const python = await said(tools, [engine, ...asked], PULL_MS)
    if (python === undefined || !/^3\.\d+$/.test(python)) continue
    const reference = await pinnedImage(tools, image)
    if (reference !== undefined) return { reference, python }
    return {
      cannot: `${image} has no digest, as no registry gave it`,
      next: 'Push it to a registry, and name it as `<repository>@sha256:<digest>`.',
    }
  }
  return {
    cannot: `${image} cannot be run here, or has no python3 with the module venv`,
    next: 'Name an image with both: Debian has them as python3 and python3-venv.',
  }
}
