import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt, cacheFolder, canInstall, install, run, type Log } from './system.js'

const REQUIREMENTS = join(import.meta.dirname, 'requirements')
/** Milliseconds for making one, or for waiting for another process that makes it. */
const TIMEOUT = 30 * 60_000

/**
 * Makes the environment in its final place, since scripts of packages name it, and under a lock that ends
 * with its holder. It is whole once the note is written.
 */
const MAKE = `
import fcntl, os, subprocess, sys, venv
folder, requirements = sys.argv[1:]
note = os.path.join(folder, 'whole')
with open(folder + '.lock', 'w') as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not os.path.exists(note):
        print('making', folder, flush=True)
        venv.create(folder, clear=True, with_pip=True)
        pip = [os.path.join(folder, 'bin', 'pip'), 'install', '--disable-pip-version-check', '--no-input']
        subprocess.run([*pip, '--requirement', requirements], check=True)
        open(note, 'w').close()
`

const toStderr: Log = (line) => void process.stderr.write(`python: ${line}\n`)

/**
 * A Python with the packages of `requirements/<name>.txt`, made once a machine for those very versions
 * and this Python. Programs of the packages lie beside it. Two processes may ask at once: one waits.
 *
 * @param requirements the file's name, without its ending
 * @returns the absolute path of `python`
 * @throws Error with the last lines of pip
 */
export async function pythonWith(requirements: string, log: Log = toStderr): Promise<string> {
  const file = join(REQUIREMENTS, `${requirements}.txt`)
  const version = await run(['python3', '-c', 'import sys; print(sys.version, sys.base_prefix)'])
  const key = createHash('sha256')
    .update(`${version}\n`)
    .update(await readFile(file))
  const folder = join(await cacheFolder('python'), `${requirements}-${key.digest('hex').slice(0, 16)}`)
  if ((await attempt(['python3', '-c', 'import ensurepip'])).code !== 0) {
    if (!canInstall()) throw new Error('Python here makes no environments: install its module venv.')
    await install(['python3-venv'], log)
  }
  const telling = (line: string) => {
    if (/^(?:making|Collecting|Installing) /.test(line)) log(line.slice(0, 200))
  }
  await run(['python3', '-c', MAKE, folder, file], { timeout: TIMEOUT, onLine: telling })
  return join(folder, 'bin', 'python')
}
