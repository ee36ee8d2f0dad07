import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findEngine } from '../../src/engine/find.js'
import type { Engine } from '../../src/engine/engine.js'
import { readDockerfile } from '../../src/environment/base-images.js'
import { buildArguments } from '../../src/environment/build.js'
import { createRunner } from '../../src/system/process.js'
import { dockerClients } from '../environment/clients.js'

jest.setTimeout(120_000)

const execute = promisify(execFile)
const docker = async (...args: string[]) =>
  (await execute(process.env.REPROGATE_DOCKER ?? 'docker', args)).stdout.trim()

/** An image with one file, `/good` or `/evil`, by a name of this machine. */
const name = (what: string) => `reprogate-test-${process.pid}/${what}:1`
const GOOD = name('good')
const EVIL = name('evil')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprogate-dockerfile-'))
  for (const what of ['good', 'evil']) {
    await mkdir(join(folder, what))
    await writeFile(join(folder, what, what), what)
    await writeFile(join(folder, what, 'Dockerfile'), `FROM scratch\nCOPY ${what} /${what}\n`)
    await docker('build', '-q', '-t', name(what), join(folder, what))
  }
})
afterAll(async () => {
  for (const what of ['good', 'evil']) await docker('image', 'rm', '--force', name(what))
  await rm(folder, { recursive: true, force: true })
})

/** Every one of them tries to start or copy from the evil image without anybody seeing it. */
const ODD: readonly (readonly [string, string])[] = [
  ['plainly', 'FROM EVIL\n'],
  ['vertical tabs and form feeds', 'FROM\vEVIL\f\n'],
  ['white space of another script before it', '\u3000\u00a0FROM EVIL\n'],
  ['a no-break space behind the keyword', 'FROM\u00a0EVIL\n'],
  ['full-width letters', 'FROM GOOD\nＦＲＯＭ EVIL\n'],
  ['a byte order mark', '\ufeffFROM EVIL\n'],
  ['carriage returns', 'FROM GOOD\r\nCOPY --from=EVIL /evil /evil\r\n'],
  ['a lone carriage return', 'FROM GOOD\r\r\nCOPY --from=EVIL /evil /evil\r\r\n'],
  ['comments in a continued line', 'FROM \\\n# FROM GOOD\n  # again\n\n EVIL\n'],
  ['a continued keyword', 'FR\\\nOM EVIL\n'],
  ['white space behind the backslash', 'FROM \\ \t\nEVIL\n'],
  ['two backslashes', 'FROM GOOD\nLABEL a=b \\\\\nCOPY --from=EVIL /evil /evil\n'],
  ['the end of the file in a continued line', 'FROM EVIL \\'],
  ['another escape character', '# escape=`\nFROM `\nEVIL\n'],
  ['an escape directive too late', '# x\n# escape=`\nFROM GOOD\nLABEL a=b `\nCOPY --from=EVIL /evil /evil\n'],
  [
    'an escape directive after another',
    '# check=skip=all\n# escape=`\nFROM GOOD\nLABEL a=b \\\nCOPY --from=EVIL /evil /evil\n',
  ],
  ['a here-document that older builders do not know', 'FROM GOOD\nCOPY <<CMD /x\nFROM EVIL\nCMD\n'],
  ['a quoted here-document', 'FROM GOOD\nCOPY "<<CMD" /x\nFROM EVIL\nCMD\n'],
  ['a here-document in JSON', 'FROM GOOD\nLABEL x="<<CMD"\nFROM EVIL\nCMD []\n'],
  ['a stage that is named late', 'FROM EVIL AS late\nFROM GOOD\nCOPY --from=late /evil /evil\n'],
  ['a stage by its number', 'FROM EVIL\nFROM GOOD\nCOPY --from=0 /evil /evil\n'],
  ['quotes', 'FROM GOOD\nCOPY --from="EVIL" /evil /evil\n'],
  ['quotes inside a name', `FROM GOOD\nCOPY --fr"om"=EVIL /evil /evil\n`],
  ['an escape in a flag', 'FROM GOOD\nCOPY --from=E\\VIL /evil /evil\n'.replace('E\\VIL', '\\EVIL')],
  ['an argument', 'ARG A=EVIL\nFROM ${A}\n'],
  ['a fallback', 'ARG A\nFROM ${A:-EVIL}\n'],
  ['an argument that the builder presets', 'FROM ${TARGETOS:+EVIL}\n'],
  ['a preset that is overridden', 'ARG TARGETOS=EVIL\nFROM ${TARGETOS}\n'],
  ['a trigger of a stage', 'FROM GOOD AS a\nONBUILD COPY --from=EVIL /evil /evil\nFROM a\n'],
  ['a stage in the way of another', 'FROM EVIL AS x\nFROM X\n'],
  ['lower case', 'from EVIL as y\n'],
  ['words behind a comment sign', 'FROM EVIL # GOOD\n'],
  ['a platform', 'FROM --platform=$BUILDPLATFORM EVIL\n'],
]

describe.each(dockerClients())('with $name', ({ env, builder }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await findEngine(createRunner(new AbortController().signal), env)
  })

  test.each(ODD)('an image that is named by %s is seen, or not used', async (_, text) => {
    const dockerfile = text.replaceAll('EVIL', EVIL).replaceAll('GOOD', GOOD)
    const context = await mkdtemp(join(folder, 'context-'))
    await writeFile(join(context, 'Dockerfile'), dockerfile)
    const idFile = join(context, 'id')
    const command = { context, args: {}, fresh: true, pull: false, namespace: 'n', idFile }
    const { code } = await engine.docker(
      buildArguments(builder, { ...command, dockerfile: join(context, 'Dockerfile') }),
      { timeout: 60_000 },
    )
    const platform = builder === 'classic' ? undefined : engine.platform
    const { bases, unclear } = readDockerfile(dockerfile, {}, platform)
    const isSeen = unclear.length > 0 || bases.some(({ reference }) => reference === EVIL)
    if (code !== 0) return
    const id = (await execute('cat', [idFile])).stdout.trim()
    const files = await docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', id)
    const [evil] = JSON.parse(
      await docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', EVIL),
    ) as string[]
    const isUsed = files.includes(evil!) || /--from|ONBUILD/.test(dockerfile)
    if (!files.includes(evil!) && id !== '') await docker('image', 'rm', id).catch(() => '')
    expect(isUsed && !isSeen).toBe(false)
  })
})
