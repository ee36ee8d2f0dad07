import { describe, expect, test } from '@jest/globals'
import { dockerfileFindings } from '../../src/environment/dockerfile.js'
import { isInRegistry, isListed, parseReference } from '../../src/environment/reference.js'

const D = `sha256:${'a'.repeat(64)}`

test.each([
  ['debian', 'docker.io/library/debian'],
  ['acme/model:1', 'docker.io/acme/model'],
  ['index.docker.io/debian:12', 'docker.io/library/debian'],
  ['localhost/a', 'localhost/a'],
  ['GHCR.io/acme/a:1', 'ghcr.io/acme/a'],
  [`r.example:5000/a/b:1@${D}`, 'r.example:5000/a/b'],
])('%s is in %s', (text, repository) => expect(parseReference(text).repository).toBe(repository))

test.each([
  ['ghcr.io/acme/a:1', 'ghcr.io/acme', true],
  ['ghcr.io/acme-evil/a', 'ghcr.io/acme', false],
  ['ghcr.io.evil.example/acme/a', 'ghcr.io', false],
  ['evil.example/ghcr.io/acme/a', 'ghcr.io/acme', false],
  ['debian', 'docker.io', true],
  ['debian', 'docker.io/library', true],
  ['acme/a', 'acme', true],
  ['r.example:5000/a', 'r.example:5000/', true],
  ['r.example:5001/a', 'r.example:5000', false],
  ['', 'ghcr.io', false],
])('%j in %s: %j', (reference, registry, expected) =>
  expect(isInRegistry(reference, [registry])).toBe(expected),
)

test.each([
  [`debian:12@${D}`, 'debian', true],
  [`debian:12@${D}`, 'debian:12', true],
  [`debian:11@${D}`, 'debian:12', false],
  [`debian@${D}`, `docker.io/library/debian@${D}`, true],
  [`debian@sha256:${'b'.repeat(64)}`, `debian@${D}`, false],
  [`evil/debian@${D}`, `debian@${D}`, false],
])('%s is %s: %j', (reference, entry, expected) => expect(isListed(reference, [entry])).toBe(expected))

describe('what the policy allows', () => {
  const rules = (text: string, allowed: Parameters<typeof isListed>[1], of: 'bases' | 'registries') =>
    dockerfileFindings('Dockerfile', text, {}, { allowed: { [of]: allowed } }).map(({ rule, line }) => [
      rule,
      line,
    ])

  test('holds for every image of the Dockerfile', () => {
    const text = `FROM debian@${D} AS a\nFROM scratch\nCOPY --from=a / /\nCOPY --from=evil.example/x@${D} / /\n`
    expect(rules(text, ['debian'], 'bases')).toEqual([['environment/base-not-allowed', 4]])
    expect(rules(text, ['docker.io'], 'registries')).toEqual([['environment/registry-not-allowed', 4]])
    expect(rules(text, ['debian', 'evil.example/x'], 'bases')).toEqual([])
    expect(rules(text, [], 'registries')).toHaveLength(2)
  })
})
