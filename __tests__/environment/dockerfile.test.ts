import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { baseImages, readDockerfile } from '../../src/environment/base-images.js'
import { dockerfileFindings, instructionLine } from '../../src/environment/dockerfile.js'
import { isLinear, stepsOf } from '../support/work.js'

const D = `sha256:${'a'.repeat(64)}`
const bases = (text: string, args?: Record<string, string>) =>
  baseImages(text, args).map(
    ({ reference, line, pinned }) => `${line} ${reference}${pinned ? ' pinned' : ''}`,
  )

describe('base images', () => {
  test.each<[string, string, Record<string, string>, string[]]>([
    ['a digest', `FROM debian@${D}`, {}, [`1 debian@${D} pinned`]],
    ['a tag with digest', `FROM r.example:5000/a/b:1@${D}`, {}, [`1 r.example:5000/a/b:1@${D} pinned`]],
    ['a tag', 'FROM debian:12', {}, ['1 debian:12']],
    ['a short digest', 'FROM debian@sha256:abc', {}, ['1 debian@sha256:abc']],
    ['lower case and a platform', `from --platform=linux/amd64 debian:12 as x`, {}, ['1 debian:12']],
    ['a continued line', `FROM \\\n  debian:12 \\\n  AS x`, {}, ['1 debian:12']],
    ['another escape character', '# escape=`\nFROM `\n debian:12', {}, ['2 debian:12']],
    ['a stage', `FROM debian@${D} AS Build\nFROM build`, {}, [`1 debian@${D} pinned`]],
    [
      'a name that is a stage only later',
      `FROM build\nFROM debian@${D} AS build`,
      {},
      ['1 build', `2 debian@${D} pinned`],
    ],
    ['scratch', 'FROM scratch', {}, []],
    ['a default', `ARG BASE=debian@${D}\nFROM $BASE`, {}, [`2 debian@${D} pinned`]],
    ['an argument', 'ARG BASE=debian:12\nFROM ${BASE}', { BASE: `debian@${D}` }, [`2 debian@${D} pinned`]],
    ['an argument that is not declared', 'FROM $BASE', { BASE: `debian@${D}` }, ['1 ']],
    ['an argument declared too late', 'FROM debian:12\nARG BASE=x\nFROM $BASE', {}, ['1 debian:12', '3 ']],
    ['a default from another', `ARG V=12\nARG BASE="debian:$V"\nFROM \${BASE:-x}`, {}, ['3 debian:12']],
    ['a fallback', `ARG BASE\nFROM \${BASE:-debian@${D}}`, {}, [`2 debian@${D} pinned`]],
    ['a replacement', 'ARG A=1\nFROM ${A:+debian:12}', {}, ['2 debian:12']],
    [
      'COPY --from',
      `FROM debian@${D}\nCOPY --chown=1 --from=alpine:3 /a /b`,
      {},
      [`1 debian@${D} pinned`, '2 alpine:3'],
    ],
    [
      'COPY --from a stage',
      `FROM debian@${D} AS a\nFROM scratch\nCOPY --from=a / /\nCOPY --from=0 / /`,
      {},
      [`1 debian@${D} pinned`],
    ],
    [
      'COPY --from a number that is no stage',
      `FROM debian@${D}\nCOPY --from=7 / /`,
      {},
      [`1 debian@${D} pinned`, '2 7'],
    ],
    [
      'RUN --mount',
      `FROM debian@${D}\nRUN --mount=type=bind,from=alpine:3,target=/x ls`,
      {},
      [`1 debian@${D} pinned`, '2 alpine:3'],
    ],
    ['a flag of the program', `FROM debian@${D}\nRUN x --mount=from=alpine`, {}, [`1 debian@${D} pinned`]],
    ['FROM in a heredoc', `FROM debian@${D}\nRUN <<EOF\nFROM evil\nEOF`, {}, [`1 debian@${D} pinned`]],
    ['nothing', '', {}, []],
  ])('%s', (_, text, args, expected) => expect(bases(text, args)).toEqual(expected))

  test('findings carry line and remedy', () => {
    expect(dockerfileFindings('a/Dockerfile', 'ARG X\nFROM debian:12\n')).toEqual([
      {
        rule: 'environment/base-not-pinned',
        message: 'FROM names debian:12, which is not pinned by digest',
        file: 'a/Dockerfile',
        line: 2,
        expected: 'debian:12@sha256:<64 hex digits>',
        actual: 'debian:12',
        remedy: expect.stringContaining(
          'Write `FROM <image>@sha256:…` in a/Dockerfile:2 with the digest that debian:12 names',
        ),
      },
    ])
    expect(dockerfileFindings('Dockerfile', `# syntax=docker/dockerfile:1\nFROM debian@${D}`)).toEqual([])
  })

  test.each<[string, (n: number) => string]>([
    ['instructions', (n) => 'FROM a\n'.repeat(n / 7)],
    ['one line', (n) => `FROM ${'a'.repeat(n)}`],
    ['nested variables', (n) => `ARG A\nFROM ${'${A:-'.repeat(n / 5)}`],
    ['many dollars', (n) => `ARG A\nFROM ${'$A${'.repeat(n / 4)}`],
    ['unclosed heredocs', (n) => 'RUN <<A <<B\n'.repeat(n / 12)],
    ['escapes', (n) => `RUN ${'\\\n'.repeat(n / 2)}`],
    ['quotes and brackets', (n) => `ENV A=${'"['.repeat(n / 2)}`],
    ['flags', (n) => `COPY ${'--from=a '.repeat(n / 9)}`],
    ['mounts', (n) => `RUN --mount=${'from=,'.repeat(n / 6)}`],
    ['carriage returns', (n) => `FROM a${'\r'.repeat(n)}x`],
  ])('%s are read in steps that grow with the text', async (_, text) => {
    const read = (n: number) => {
      baseImages(text(n), {})
      dockerfileFindings('Dockerfile', text(n))
    }
    expect(await isLinear(read, 10_000)).toBe(true)
  })

  test.each<[string, string]>([
    ['control characters', '\0\u001b[31mFROM\u2028a\r\r\n\uFEFF'],
    [
      'arguments that double',
      Array.from({ length: 60 }, (_, i) => `ARG a${i + 1}=$a${i}$a${i}x`).join('\n') + '\nFROM $a60',
    ],
    // Each could be split in two ways: a reader that tries both would still be at it.
    ['references that are not closed', `ARG A\nFROM \${A:-${'$ab'.repeat(300)}`],
    ['a prototype', 'ARG __proto__=x\nARG constructor\nFROM $constructor$__proto__'],
  ])('%s take no more than a step for each of their characters, ten thousand times over', async (_, text) => {
    const read = () => [baseImages(text, {}), dockerfileFindings('Dockerfile', text)]
    expect(await stepsOf(read)).toBeLessThan(10_000 * text.length)
  })

  test('what is too long to be read is not pinned', () => {
    const text = `FROM debian@${D}\n${'#\n'.repeat(200_000)}`
    expect(dockerfileFindings('Dockerfile', text)).toMatchObject([{ rule: 'environment/base-not-pinned' }])
  })
})

describe('the frontend', () => {
  const named = (text: string, args?: Record<string, string>) =>
    dockerfileFindings('Dockerfile', `${text}\nFROM scratch`, args).map(({ rule, line, actual }) => [
      rule,
      line,
      actual,
    ])
  const not = 'environment/syntax-not-allowed'

  test.each([
    '# syntax=docker/dockerfile:1',
    '#syntax = docker.io/docker/dockerfile',
    '# syntax=docker/dockerfile:1.7-labs',
    '# escape=`',
    '# just a comment about syntax',
    'FROM a AS b\n# syntax=evil/image',
  ])('%j is fine', (text) => expect(named(text).filter(([rule]) => rule === not)).toEqual([]))

  test.each([
    ['# syntax=evil/image', 'evil/image', 1],
    ['#SYNTAX=evil/image', 'evil/image', 1],
    ['\uFEFF# syntax=evil/image', 'evil/image', 1],
    ['#!/bin/sh\n# syntax=evil/image', 'evil/image', 2],
    ['# escape=`\r\n#\tsyntax\t=\tevil/image\r', 'evil/image', 2],
    ['// syntax=evil/image', 'evil/image', 1],
    ['# syntax=docker/dockerfile:1\n# syntax=evil/image', 'evil/image', 2],
    ['# syntax=docker/dockerfile-upstream', 'docker/dockerfile-upstream', 1],
    ['# syntax=evil.example/docker/dockerfile', 'evil.example/docker/dockerfile', 1],
    ['# syntax=docker/dockerfile:1@sha256:abc', 'docker/dockerfile:1@sha256:abc', 1],
    ['\n\n# syntax=evil/image', 'evil/image', 3],
    ['# syntax=', '', 1],
  ])('%j is found', (text, actual, line) => expect(named(text)).toContainEqual([not, line, actual]))

  test('in JSON', () => {
    expect(dockerfileFindings('Dockerfile', '{"Syntax": "evil/image x"}')).toContainEqual(
      expect.objectContaining({ rule: not, actual: 'evil/image', line: 1 }),
    )
  })

  test('in a build argument', () => {
    expect(dockerfileFindings('Dockerfile', 'FROM scratch', { BUILDKIT_SYNTAX: 'evil/image' })).toEqual([
      expect.objectContaining({
        rule: not,
        actual: 'evil/image',
        remedy: 'Remove the build argument BUILDKIT_SYNTAX.',
      }),
    ])
  })
})

describe('what is not understood', () => {
  const unclear = (text: string) =>
    dockerfileFindings('Dockerfile', text)
      .filter(({ rule }) => rule === 'environment/dockerfile-unclear')
      .map(({ line }) => line)

  test.each<[string, string, number]>([
    ['full-width letters', `FROM debian@${D}\nＦＲＯＭ evil`, 2],
    ['a no-break space behind the keyword', 'FROM\u00a0debian', 1],
    ['an instruction that nobody knows', `FROM debian@${D}\nRUM x`, 2],
    ['the Kelvin sign', `FROM debian@${D}\nWOR\u212aDIR /x`, 2],
    ['words behind FROM', `FROM debian@${D} evil`, 1],
    ['ONBUILD twice', `FROM debian@${D}\nONBUILD ONBUILD RUN x`, 2],
    ['two backslashes before an instruction', `FROM debian@${D}\nLABEL a=b \\\\\nCOPY --from=evil / /`, 3],
    [
      'an escape directive too late',
      `#\n# escape=\`\nFROM debian@${D}\nLABEL a=b \\\nCOPY --from=evil / /`,
      5,
    ],
    ['a here-document that ends with an instruction', `FROM debian@${D}\nCOPY <<CMD /x\nFROM evil\nCMD`, 3],
    ['a here-document that does not end', `FROM debian@${D}\nRUN <<EOF\nx`, 2],
    ['a mount of an unknown type', `FROM debian@${D}\nRUN --mount=type=evil x`, 2],
    ['escapes in a flag', `FROM debian@${D}\nCOPY --from=\\a / /`, 2],
    ['an escape in the name of an image', `FROM ev\\il@${D}`, 1],
    ['quotes inside the name of an image', `FROM ev"il"@${D}`, 1],
    ['an escape in the value of a variable', `ARG A=evil\\/x\nARG B=$A\nFROM \${B:-debian}@${D}`, 3],
    ['a variable in a new way', `ARG A=xevil\nFROM \${A#x}`, 2],
    ['an escape in a mount', `FROM debian@${D}\nRUN --mount=type=bind,from=ev\`il x`, 2],
    [
      'a flag that hides in the other reading of an escape directive',
      `# syntax=docker/dockerfile:1\n# escape=\`\nFROM debian@${D}\nUSER \\\nCOPY --from=\\evil / /`,
      5,
    ],
    ['a preset with a value', `ARG TARGETOS=x\nFROM debian@${D}`, 1],
  ])('%s is said', (_, text, line) => expect(unclear(text)).toContain(line))

  test.each<[string, string]>([
    [
      'quotes and escapes in a variable that names no image',
      `ARG A="a 'b' \\$x"\nARG V="${D}"\nFROM debian@\${V}`,
    ],
    ['CRLF', `FROM debian@${D}\r\nRUN a \\\r\n  b\r\n`],
    ['a byte order mark', `\uFEFFFROM debian@${D}`],
    ['comments and empty lines in a step', `FROM debian@${D}\nRUN a && \\\n# why\n\n  b`],
    ['SQL in a here-document', `FROM debian@${D}\nRUN <<EOF\nSELECT 1\nFROM users\nEOF`],
    ['two here-documents', `FROM debian@${D}\nCOPY <<A <<-"B" /x/\nFROM a\nA\n\tFROM b\n\tB`],
    ['a shift in a shell', `FROM debian@${D}\nRUN echo $((1 << 2)) "<<EOF"`],
    ['backslashes', `FROM debian@${D}\nRUN printf 'a\\\\'`],
    ['unicode', `FROM debian@${D}\nLABEL who="Zoë \u00a0 名前"\nCOPY "ein ordner" /größe/`],
    ['lower case and tabs', `from\tdebian@${D}\tas\tx\nrun\ttrue`],
    ['a platform', `FROM --platform=$BUILDPLATFORM debian@${D} AS b\nFROM debian@${D}`],
    ['Windows', `# escape=\`\nFROM debian@${D}\nCOPY a C:\\b\\\nRUN x`],
    [
      'a mount of everything',
      `FROM debian@${D} AS a\nRUN --mount=type=bind,from=a,target=/x --mount=type=tmpfs,target=/t y`,
    ],
    [
      'a stage by its architecture',
      `FROM debian@${D} AS x-amd64\nFROM debian@${D} AS x-arm64\nFROM x-\${TARGETARCH}`,
    ],
  ])('%s is honest', (_, text) =>
    expect(
      dockerfileFindings('Dockerfile', text).filter(
        ({ rule }) => rule !== 'environment/base-not-pinned' || !text.includes('TARGETARCH'),
      ),
    ).toEqual([]),
  )

  test('an architecture is known with the platform', () => {
    const text = `FROM debian@${D} AS x-amd64\nFROM x-\${TARGETARCH}`
    expect(dockerfileFindings('Dockerfile', text, {}, { platform: 'linux/amd64' })).toEqual([])
    const evil = `FROM \${TARGETOS:+evil}\${TARGETOS:-debian@${D}}`
    expect(readDockerfile(evil, {}, 'linux/amd64').bases).toMatchObject([{ pinned: false }])
  })

  test('mounts that get nothing are named; arguments that steer the builder are refused', () => {
    const text = `FROM debian@${D}\nRUN --mount=type=cache,target=/c --mount=type=secret,id=s --mount=type=ssh x`
    expect(dockerfileFindings('Dockerfile', text, { BUILDKIT_CACHE_MOUNT_NS: 'x', A: 'b' })).toMatchObject([
      { rule: 'environment/argument-not-allowed', actual: 'BUILDKIT_CACHE_MOUNT_NS' },
      {
        rule: 'environment/mount-empty',
        line: 2,
        message: expect.stringContaining('cache and secret and ssh'),
      },
    ])
  })

  test.each([
    ['docker/dockerfile:1.3', false],
    ['docker/dockerfile:1.0-experimental', false],
    ['docker/dockerfile:master', false],
    [`docker/dockerfile@${D}`, false],
    ['docker/dockerfile:1.4', true],
    ['docker/dockerfile:1.12.1', true],
    ['docker/dockerfile:1-labs', true],
    // Somebody's digest under a good name.
    [`docker/dockerfile:1@${D}`, false],
    [`docker.io/docker/dockerfile:1.7-labs@${D}`, false],
  ])('the frontend %s: %j', (frontend, allowed) => {
    const found = dockerfileFindings('Dockerfile', `# syntax=${frontend}\nFROM scratch`)
    expect(found.map(({ rule }) => rule)).toEqual(allowed ? [] : ['environment/syntax-not-allowed'])
  })

  test('the policy lists frontends by digest, and by nothing else', () => {
    const found = (frontend: string, ...frontends: string[]) =>
      dockerfileFindings('Dockerfile', `# syntax=${frontend}\nFROM scratch`, {}, { allowed: { frontends } })
    const other = D.replace(/.$/, '0')
    expect(found(`docker/dockerfile:1@${D}`, `docker/dockerfile:1.7@${D}`)).toEqual([])
    expect(found(`docker/dockerfile:1@${other}`, `docker/dockerfile:1@${D}`)).toHaveLength(1)
    expect(found(`evil/dockerfile@${D}`, `docker/dockerfile@${D}`)).toHaveLength(1)
    expect(found('evil/dockerfile:1', 'evil/dockerfile')).toHaveLength(1)
  })

  test('no text makes it throw, and every image behind FROM is seen', () => {
    const piece = fc.constantFrom(
      'FROM ',
      'evil',
      '\\',
      '\n',
      '\r',
      '\v',
      '\u00a0',
      '#',
      '<<',
      'EOF',
      '"',
      ' ',
      'RUN ',
      'ONBUILD ',
      '--from=',
      'ARG A=',
      '$A',
      '`',
      'escape=',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { bases, unclear } = readDockerfile(`FROM debian@${D}\n${pieces.join('')}\nFROM evil\n`)
        // It may be part of a step or of a document; what is read in two ways is unclear.
        expect(bases.length + unclear.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('instructionLine', () => {
  const text = `FROM a\n# comment\nRUN one && \\\n    two\n\nCOPY x y\n`
  test('by number', () => expect(instructionLine(text, { number: 3 })).toBe(6))
  test('by text', () => expect(instructionLine(text, { text: 'RUN one &&     two' })).toBe(3))
  test('of what is not there', () => expect(instructionLine(text, { text: 'RUN three' })).toBeUndefined())
})
