import { oneLine } from '../../text/clean.js'

export interface DockerfileFacts {
  /** `RECONSTRUCTED by reprogate as of …`; lines of a comment. */
  said: readonly string[]
  /** By digest, or with `DIGEST_MISSING` in its place. */
  base: string
  /** Of the lock, relative to the build context. */
  lock: string
  /** Seconds since 1970 that files of the build get. */
  epoch: number
  /** Packages of Debian. */
  system: readonly string[]
}

/** Stands for a digest that nobody could look up: no builder takes it, so that the build stops at its line. */
export const DIGEST_MISSING = 'REPROGATE_DIGEST_MISSING'

/**
 * The Dockerfile of an environment. Everything that the build writes is copied as one tree with one time, so
 * that two builds give the same layers.
 */
export function environmentDockerfile({ said, base, lock, epoch, system }: DockerfileFacts): string {
  const isMissing = base.includes(DIGEST_MISSING)
  return [
    // File names are in it, and a second line would be an instruction.
    ...said.map((line) => `# ${oneLine(line, 400)}`),
    ...(isMissing
      ? [
          `# Replace ${DIGEST_MISSING} by the digest that this prints, or the build stops at the next line:`,
          `#   docker buildx imagetools inspect ${base.split('@')[0]}`,
        ]
      : []),
    `ARG BASE=${base}`,
    'FROM ${BASE} AS build',
    `ARG SOURCE_DATE_EPOCH=${epoch}`,
    'ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1',
    `COPY ${JSON.stringify([lock, '/tmp/requirements.lock'])}`,
    'RUN python3 -m venv /opt/venv \\',
    ' && /opt/venv/bin/pip install --no-compile --no-deps --require-hashes -r /tmp/requirements.lock \\',
    ' && find /opt/venv -name __pycache__ -type d -prune -exec rm -rf {} + \\',
    ' && mkdir -p /out/opt /out/work && mv /opt/venv /out/opt/venv',
    'COPY . /out/work/',
    'RUN find /out -exec touch -h -d @${SOURCE_DATE_EPOCH} {} +',
    'FROM ${BASE}',
    ...(system.length > 0
      ? [
          '# Debian’s newest on the day of the build: this layer may differ tomorrow.',
          `RUN apt-get update && apt-get install -y --no-install-recommends ${system.join(' ')} && rm -rf /var/lib/apt/lists/*`,
        ]
      : []),
    'COPY --from=build /out/ /',
    'ENV PATH=/opt/venv/bin:$PATH PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 MPLBACKEND=Agg',
    'WORKDIR /work',
    '',
  ].join('\n')
}
