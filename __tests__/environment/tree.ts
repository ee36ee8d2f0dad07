import { Readable } from 'node:stream'
import { pack, type Header } from 'tar-stream'
import type { ImageConfig, Manifest } from '../../src/environment/manifest/manifest.js'
import { readManifest } from '../../src/environment/manifest/read.js'

/** For work that nobody cancels. */
export const noPause = () => undefined

export type Files = Record<string, string | Buffer | Partial<Header>>

export const CONFIG: ImageConfig = {
  os: 'linux',
  arch: 'amd64',
  variant: '',
  env: ['OMP_NUM_THREADS=4', 'PATH=/usr/bin'],
  entrypoint: [],
  cmd: ['python3'],
  user: '',
  workingDir: '/',
  shell: [],
  volumes: [],
  exposedPorts: [],
  stopSignal: '',
}

/** A tar as engines write it: text or bytes are files, `{…}` any other entry, a trailing slash a folder. */
export async function tarOf(files: Files, common: Partial<Header> = {}): Promise<Buffer> {
  const tar = pack()
  for (const [name, value] of Object.entries(files)) {
    const isContent = typeof value === 'string' || Buffer.isBuffer(value)
    const header = { mode: name.endsWith('/') ? 0o755 : 0o644, ...common, ...(isContent ? {} : value) }
    if (name.endsWith('/')) tar.entry({ type: 'directory', ...header, name })
    else tar.entry({ ...header, name }, isContent ? value : '')
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** In pieces of any size: a header or a name may come in two. */
export const streamOf = (bytes: Buffer, size = 1000): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    })(),
  )

export const manifestOf = async (files: Files, config: Partial<ImageConfig> = {}): Promise<Manifest> =>
  readManifest(streamOf(await tarOf(files)), { ...CONFIG, ...config })

/** A wheel as pip installs it. */
export function wheel(site: string, name: string, version: string, code: string): Files {
  const folder = name.replaceAll('-', '_')
  const info = `${folder}-${version}.dist-info`
  return {
    [`${site}/${folder}/__init__.py`]: code,
    [`${site}/${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nText\nName: other\n`,
    [`${site}/${info}/RECORD`]: `${folder}/__init__.py,sha256=x,9\n${info}/METADATA,,\n${info}/RECORD,,\n../../../bin/${name},,\n`,
  }
}

/** A Debian package in dpkg's database, with its list of files. */
export function debs(
  ...packages: { name: string; version: string; files: string[]; status?: string }[]
): Files {
  return {
    'var/lib/dpkg/status': packages
      .map(
        ({ name, version, status }) =>
          `Package: ${name}\nStatus: ${status ?? 'install ok installed'}\nArchitecture: amd64\nVersion: ${version}\nDescription: x\n Version: 9\n`,
      )
      .join('\n'),
    ...Object.fromEntries(
      packages.map(({ name, files }) => [
        `var/lib/dpkg/info/${name}.list`,
        ['/.', ...files].join('\n') + '\n',
      ]),
    ),
  }
}
