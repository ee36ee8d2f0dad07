import { withoutEnd } from '../text/trim.js'

/** The parts of an image's reference, with the registry that engines put in if none is named. */
export interface Reference {
  /** With its registry: `docker.io/library/debian`. */
  repository: string
  tag?: string | undefined
  digest?: string | undefined
}

const HUB = 'docker.io'

export function parseReference(text: string): Reference {
  const [, name = '', digest] = /^([^@]*)(?:@(.*))?$/s.exec(text) ?? []
  const [, path = '', tag] = /^(.*?)(?::([^:/]*))?$/s.exec(name) ?? []
  return { repository: fullName(path), tag, digest }
}

function fullName(path: string): string {
  const slash = path.indexOf('/')
  const host = slash === -1 ? '' : path.slice(0, slash)
  if (!/[.:]/.test(host) && host !== 'localhost') return fullName(`${HUB}/${path}`)
  const rest = path.slice(slash + 1)
  if (host !== HUB && host !== 'index.docker.io') return `${host.toLowerCase()}/${rest}`
  return `${HUB}/${rest.includes('/') ? rest : `library/${rest}`}`
}

/** Where the policy lets images come from; no list: from anywhere. */
export interface AllowedImages {
  /** Registries, or the beginnings of repositories: `ghcr.io/acme`. */
  registries?: readonly string[] | undefined
  /** Base images, by repository or by reference. */
  bases?: readonly string[] | undefined
  /** Frontends of the builder, by digest, besides Docker's own by its tags. */
  frontends?: readonly string[] | undefined
}

/** Whether an image is in one of these registries, or below one of these repositories. */
export function isInRegistry(reference: string, registries: readonly string[]): boolean {
  const { repository } = parseReference(reference)
  return registries.some((entry) => {
    const registry = withoutEnd(entry, '/')
    // A registry alone has no path that could be completed.
    const prefix = /^(?:[^/.:]*[.:][^/]*|localhost)$/.test(registry)
      ? registry.toLowerCase().replace(/^index\.docker\.io$/, HUB)
      : beginning(registry)
    return repository === prefix || repository.startsWith(`${prefix}/`)
  })
}

/** `acme` → `docker.io/acme`: the beginning of names, not a name. */
function beginning(registry: string): string {
  const [host = ''] = registry.split('/')
  return /[.:]/.test(host) || host === 'localhost'
    ? registry.replace(host, host.toLowerCase().replace(/^index\.docker\.io$/, HUB))
    : `${HUB}/${registry}`
}

/** Whether an image is one of these: the same repository, and the same tag and digest where they name one. */
export function isListed(reference: string, list: readonly string[]): boolean {
  const image = parseReference(reference)
  return list.some((entry) => {
    const { repository, tag, digest } = parseReference(entry)
    return (
      repository === image.repository &&
      (digest === undefined || digest === image.digest) &&
      // A digest says more than the tag beside it.
      (tag === undefined || digest !== undefined || tag === image.tag)
    )
  })
}
