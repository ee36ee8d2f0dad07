import { STANDARD, TOOLS, type Conditions } from '../evaluation/conditions.js'

/** What a change of conditions sets, over the standard ones. */
export interface Change extends Partial<Conditions> {
  /** Parts of the shim that act. */
  shim?: Readonly<Record<string, string>> | undefined
}

/**
 * One way in which two machines, or two runs on one machine, can differ although code, data and image are
 * the same. To add one is to add a row.
 */
export interface Axis {
  readonly id: string
  /** As a heading: `threads`. */
  readonly name: string
  /** After "with": `one thread`. */
  readonly words: string
  /** What a person does so that the result no longer depends on it. */
  readonly fix: string
  /**
   * Other values; the first is the one to probe, the rest are tried where a record is to come back. None if
   * it does nothing to an evaluation that repeats itself.
   */
  readonly tries: readonly Change[]
  /** Keeps it constant; absent if it does not change from run to run. */
  readonly steady?: Change
}

const env = (variables: Readonly<Record<string, string>>): Change => ({ env: variables })

const ONE_THREAD: Change = {
  env: {
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    NUMEXPR_NUM_THREADS: '1',
  },
  cpus: '0',
}
/** Seconds since 1970: a day in 2001, and one in 2026. */
const ONE_DAY = '1000000000'
const ANOTHER_DAY = '1767225600'

const INSTRUCTIONS =
  'Give it a tolerance in the policy: other machines have other instructions. Ties decided by the last bit need a second key.'

export const AXES: readonly Axis[] = [
  {
    id: 'hash-seed',
    name: 'hash seed',
    words: 'another hash seed',
    fix: 'Sort what comes out of a set, or set `ENV PYTHONHASHSEED=0` in the Dockerfile.',
    tries: [env({ PYTHONHASHSEED: '1' })],
    steady: env({ PYTHONHASHSEED: '0' }),
  },
  {
    id: 'numpy-random',
    name: "seed of NumPy's random numbers",
    words: "another seed of NumPy's random numbers",
    fix: 'Give NumPy and scikit-learn a seed (`numpy.random.default_rng(7)`, `random_state=7`), and record it under `seeds`.',
    tries: [],
    steady: { shim: { entropy: '' } },
  },
  {
    id: 'python-random',
    name: "seed of Python's random numbers",
    words: "another seed of Python's random numbers",
    fix: 'Call `random.seed(7)` before the first number is drawn, and record it under `seeds`.',
    tries: [],
    steady: { shim: { random: '' } },
  },
  {
    id: 'torch-random',
    name: "seed of torch's random numbers",
    words: "another seed of torch's random numbers",
    fix: 'Call `torch.manual_seed(7)` before the model is made, and record it under `seeds`.',
    tries: [],
    steady: { shim: { torch: '' } },
  },
  {
    id: 'threads',
    name: 'threads',
    words: 'one thread',
    fix: 'Set `ENV OMP_NUM_THREADS=1` in the Dockerfile, and record the run again.',
    tries: [ONE_THREAD],
    steady: ONE_THREAD,
  },
  {
    id: 'openblas',
    name: 'OpenBLAS kernel',
    words: 'other instructions in OpenBLAS',
    fix: 'Set `ENV OPENBLAS_CORETYPE=Haswell` in the Dockerfile, and record the run again.',
    tries: [
      env({ OPENBLAS_CORETYPE: 'Haswell' }),
      env({ OPENBLAS_CORETYPE: 'SkylakeX' }),
      env({ OPENBLAS_CORETYPE: 'Sandybridge' }),
      env({ OPENBLAS_CORETYPE: 'Nehalem' }),
      env({ OPENBLAS_CORETYPE: 'Prescott' }),
    ],
  },
  {
    id: 'numpy',
    name: 'numpy instructions',
    words: 'fewer instructions in numpy',
    fix: INSTRUCTIONS,
    tries: [
      env({
        NPY_DISABLE_CPU_FEATURES: 'AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL',
      }),
    ],
  },
  {
    id: 'aten',
    name: 'torch instructions',
    words: 'fewer instructions in torch',
    fix: INSTRUCTIONS,
    tries: [env({ ATEN_CPU_CAPABILITY: 'default' }), env({ ATEN_CPU_CAPABILITY: 'avx2' })],
  },
  {
    id: 'onednn',
    name: 'oneDNN instructions',
    words: 'fewer instructions in oneDNN',
    fix: INSTRUCTIONS,
    tries: [
      env({ ONEDNN_MAX_CPU_ISA: 'SSE41', DNNL_MAX_CPU_ISA: 'SSE41' }),
      env({ ONEDNN_MAX_CPU_ISA: 'AVX2', DNNL_MAX_CPU_ISA: 'AVX2' }),
    ],
  },
  {
    id: 'mkl',
    name: 'MKL instructions',
    words: 'the compatible mode of MKL',
    fix: 'Set `ENV MKL_CBWR=COMPATIBLE` in the Dockerfile, and record the run again.',
    tries: [env({ MKL_CBWR: 'COMPATIBLE' })],
  },
  {
    id: 'libc',
    name: 'C library instructions',
    words: 'fewer instructions in the C library',
    fix: INSTRUCTIONS,
    tries: [env({ GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F' })],
  },
  {
    id: 'file-order',
    name: 'file order',
    words: 'folders listed backwards',
    fix: 'Sort what `os.listdir`, `glob` or `iterdir` gives.',
    tries: [{ shim: { order: 'reverse' } }],
    steady: { shim: { order: 'name' } },
  },
  {
    id: 'clock',
    name: 'clock',
    words: 'another time of day and year',
    fix: 'Take the time from the data or from an argument, not from the clock.',
    tries: [{ shim: { clock: ONE_DAY } }],
    steady: { shim: { clock: ANOTHER_DAY } },
  },
  {
    id: 'time-zone',
    name: 'time zone',
    words: 'another time zone',
    fix: 'Compute in UTC, or set `ENV TZ=UTC` in the Dockerfile.',
    // As POSIX writes it: an image need not have a database of zones. East is negative.
    tries: [env({ TZ: 'EAST-13' }), env({ TZ: 'WEST+8' })],
  },
  {
    id: 'locale',
    name: 'locale',
    words: 'another locale',
    fix: 'Set `ENV LC_ALL=C.UTF-8` in the Dockerfile, and name the encoding of every file that is opened.',
    tries: [
      env({ LC_ALL: 'C', LANG: 'tr_TR.UTF-8', PYTHONCOERCECLOCALE: '0', PYTHONUTF8: '0' }),
      env({ LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' }),
    ],
  },
  {
    id: 'host-name',
    name: 'host name',
    words: 'another host name',
    fix: 'Leave the name of the machine out of what is computed.',
    tries: [{ hostname: 'another' }],
  },
  {
    id: 'user',
    name: 'user',
    words: 'another user',
    fix: 'Leave the name, the number and the home of the user out of what is computed.',
    tries: [
      {
        env: { HOME: '/tmp/another', LOGNAME: 'another', USER: 'another' },
        user: { uid: 12_345, gid: 12_345 },
      },
    ],
  },
]

/** Kernels of newer processors that are those of an older one in most versions of OpenBLAS. */
const AS_OLDER = { Cooperlake: 'SkylakeX', SapphireRapids: 'SkylakeX', Zen: 'Haswell', Excavator: 'Haswell' }

/** The values of an axis under which OpenBLAS takes certain kernels: index of the try, by the kernels' name. */
export function kernelTries(axis: Axis): ReadonlyMap<string, number> {
  const tries = new Map(
    axis.tries.flatMap(({ env: set }, index) => {
      const kernel = set?.['OPENBLAS_CORETYPE']
      return kernel === undefined ? [] : [[kernel, index] as const]
    }),
  )
  for (const [kernel, older] of Object.entries(AS_OLDER)) {
    const index = tries.get(older)
    if (index !== undefined) tries.set(kernel, index)
  }
  return tries
}

/** Gives the evaluation the network: only the one whose machine it is can ask for it. */
export const NETWORK: Axis = {
  id: 'network',
  name: 'network',
  words: 'the network',
  fix: 'Record what it fetches as data, with a digest, and read it from there.',
  tries: [{ network: 'bridge' }],
}

/** If the policy says in which variable the evaluation takes the size of its batches. */
export const batchAxis = (variable: string): Axis => ({
  id: 'batch-size',
  name: 'batch size',
  words: 'batches of one',
  fix: `Set \`${variable}\` in the Dockerfile, and record the run again.`,
  tries: [env({ [variable]: '1' })],
})

/**
 * The conditions with several changes over the standard ones; of two that set one thing the later holds.
 *
 * @param tools the folder of this machine that has the shim
 * @param path what the image has as `PYTHONPATH`
 */
export function conditionsWith(changes: readonly Change[], tools: string, path = ''): Conditions {
  const shim = Object.assign({}, ...changes.map((change) => change.shim ?? {})) as Record<string, string>
  const parts = Object.entries(shim).map(([part, value]) => `${part}=${value}`)
  const acts: Change[] =
    parts.length === 0
      ? []
      : [
          {
            env: { PYTHONPATH: [TOOLS, path].filter(Boolean).join(':'), REPROGATE_SHIM: parts.join(',') },
            tools,
          },
        ]
  const all: Change[] = [STANDARD, ...changes, ...acts]
  return {
    hostname: lastOf(all, 'hostname') ?? STANDARD.hostname,
    env: Object.assign({}, ...all.map((change) => change.env ?? {})) as Record<string, string>,
    cpus: lastOf(all, 'cpus'),
    user: lastOf(all, 'user'),
    tools: lastOf(all, 'tools'),
    network: lastOf(all, 'network'),
  }
}

const lastOf = <K extends keyof Change>(changes: readonly Change[], field: K): Change[K] | undefined =>
  changes.findLast((change) => change[field] !== undefined)?.[field]
