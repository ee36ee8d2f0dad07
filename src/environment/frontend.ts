import { isListed, type AllowedImages } from './reference.js'

/** An image that is named as the builder's frontend. */
export interface Frontend {
  /** '' if the line names none. */
  value: string
  /** From 1; none for a build argument. */
  line?: number | undefined
}

/**
 * Docker's own, by a tag that says what it can do: from 1.4 on, which is the first that reads
 * here-documents, to the next major one. A digest decides, whatever tag stands before it: it names any
 * version, also the experiments, or what somebody else has under that name.
 */
const ALLOWED =
  /^(?:docker\.io\/)?docker\/dockerfile(?:|:(?:latest|labs|1|1\.(?:[4-9]|[1-9]\d)(?:\.\d{1,3})?|1-labs|1\.(?:[4-9]|[1-9]\d)(?:\.\d{1,3})?-labs))$/
const DIGEST = /@sha256:[0-9a-f]{64}$/

/**
 * Whether it is Docker's own, in a version that reads a Dockerfile as it is read here; or one that the
 * policy lists by its digest.
 */
export const isAllowed = ({ value }: Frontend, { frontends = [] }: AllowedImages = {}): boolean =>
  ALLOWED.test(value) ||
  (DIGEST.test(value) &&
    isListed(
      value,
      frontends.filter((listed) => DIGEST.test(listed)),
    ))

/**
 * The frontends that BuildKit would load: `# syntax=`, `// syntax=` or JSON, in the lines before the
 * first instruction. Read more generously than BuildKit does: a line that it would overlook is no
 * loss to name, one that it finds and this does not would be.
 */
export function frontendsOf(text: string): Frontend[] {
  return [...inComments(text), ...inJson(text)]
}

function inComments(text: string): Frontend[] {
  const found: Frontend[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const comment = /^\s*(?:#|\/\/)(.*)$/s.exec(line)
    if (!comment && line.trim() !== '') break
    const directive = /^!?\s*syntax\s*=\s*(\S*)/i.exec(comment?.[1] ?? '')
    if (directive) found.push({ value: directive[1]!, line: index + 1 })
  }
  return found
}

function inJson(text: string): Frontend[] {
  try {
    return Object.entries((JSON.parse(text) as unknown) ?? {})
      .filter(([key]) => key.toLowerCase() === 'syntax')
      .map(([, value]) => ({ value: String(value).split(' ')[0]!, line: 1 }))
  } catch {
    // Not JSON: a Dockerfile.
    return []
  }
}
