/** Describes the tar on standard input, and prints what it was and the peak of its memory. */
import { readManifest } from '../../src/environment/manifest/read.js'
import type { Described } from './describe.js'

const NO_SETTINGS = {
  ...{ os: 'linux', arch: 'amd64', variant: '', env: [], entrypoint: [], cmd: [], user: '' },
  ...{ workingDir: '/', shell: [], volumes: [], exposedPorts: [], stopSignal: '' },
}
const { entries, hashes } = await readManifest(process.stdin, NO_SETTINGS)
const described: Described = {
  hash: hashes.environment,
  entries: entries.size,
  maxRSS: process.resourceUsage().maxRSS,
}
process.stdout.write(JSON.stringify(described))
