import { STANDARD } from '../../../src/evaluation/conditions.js'
import { deb, metric, wheel, wheels, type Planted } from './planted.js'

/** Evaluations with one cause each. What is named must be it; harmless ones name nothing. */

const withEnv = (env: Record<string, string>) => ({ ...STANDARD, env: { ...STANDARD.env, ...env } })
const part = (n: number) => `pkg:pypi/part${n}`

/** Of the numbers that ten of the packages have. */
const SUM = metric(
  'import importlib\nparts = [importlib.import_module(f"part{n}").VALUE for n in range(1, 11)]',
  'sum(parts)',
)
const ROWS = `open('predictions.csv', 'w').write('id,label\\n' + ''.join(f'{n},{n % 3}\\n' for n in range(30)))`

/** Another text of the same length in a library that is loaded. */
const patched = (version: string) =>
  `python3 -c "import glob; [open(p,'r+b').write(b.replace(b'1.2.13', b'${version}')) for p in glob.glob('/usr/lib/*/libz.so.1.2.13') + glob.glob('/lib/*/libz.so.1.2.13') for b in [open(p,'rb').read()]]"`
const ZLIB = metric('import zlib', 'int(zlib.ZLIB_RUNTIME_VERSION.split(".")[-1])')
const renewed = `sed -i '/^Package: zlib1g$/,/^$/s/^Version: .*/&+b1/' /var/lib/dpkg/status`

const LIBRARIES: readonly Planted[] = [
  {
    name: 'a shared library, under the same version',
    script: ZLIB,
    pinned: { files: wheels('1.0', {}, 5) },
    rebuilt: { files: wheels('2.0', {}, 5), run: [patched('1.2.99')] },
    expected: { shown: 'alone', names: ['/usr/lib/x86_64-linux-gnu/libz.so.1.2.13'], atMost: 12 },
  },
  {
    name: 'a library of a Debian package',
    script: ZLIB,
    pinned: { files: { ...wheels('1.0', {}, 5), ...deb('other', '1', '/usr/share/other.txt', '1') } },
    rebuilt: {
      files: { ...wheels('2.0', {}, 5), ...deb('other', '2', '/usr/share/other.txt', '2') },
      run: [patched('1.2.98'), renewed],
    },
    expected: { shown: 'alone', names: ['pkg:deb/debian/zlib1g'], atMost: 12 },
  },
  {
    name: 'a program of a Debian package, beside a library of another',
    script: metric(
      'import subprocess\ntext = subprocess.run(["python3", "/usr/share/answer/answer.py"], capture_output=True).stdout',
      'int(text)',
    ),
    pinned: {
      files: {
        ...wheels('1.0', {}, 5),
        ...deb('answer', '1', '/usr/share/answer/answer.py', 'print(41)'),
        ...deb('libother', '1', '/usr/lib/libother.so.1', 'not loaded 1'),
      },
    },
    rebuilt: {
      files: {
        ...wheels('2.0', {}, 5),
        ...deb('answer', '2', '/usr/share/answer/answer.py', 'print(42)'),
        ...deb('libother', '2', '/usr/lib/libother.so.1', 'not loaded 2'),
      },
    },
    expected: { shown: 'alone', names: ['pkg:deb/debian/answer'], atMost: 12 },
  },
]

const tables = (weight: string) => wheel('tables', '1.0', '', { files: { 'tables/weights.txt': weight } })
const base = (version: string) => wheel('base', version, `ABI = ${version[0]}\n`)
const top = (version: string, needs: string) =>
  wheel('top', version, `import base\n${needs}\nVALUE = ${version[0]}\n`, { requires: ['base'] })

/** OpenBLAS chooses its kernels by it, unless somebody has chosen already. */
const kernel = (version: string, core: string) =>
  wheel('kernel', version, `import os\nos.environ.setdefault("OPENBLAS_CORETYPE", "${core}")\n`)

const PACKAGES: readonly Planted[] = [
  {
    name: 'one package among twenty',
    script: SUM,
    pinned: { files: wheels('1.0') },
    rebuilt: { files: wheels('2.0', { part7: '1' }) },
    expected: { shown: 'alone', names: [part(7)], atMost: 12 },
  },
  {
    name: 'a package, seen in the predictions',
    script: `${metric('import part7', 'part7.VALUE')}
open('predictions.csv', 'w').write('id,label\\n' + ''.join(f'{n},{n % 3 + part7.VALUE}\\n' for n in range(30)))`,
    predictions: { key: 'id' },
    pinned: { files: wheels('1.0') },
    rebuilt: { files: wheels('2.0', { part7: '1' }) },
    expected: { shown: 'alone', names: [part(7)], atMost: 12 },
  },
  {
    name: 'two packages jointly',
    script: metric('import part3, part8', 'part3.VALUE * part8.VALUE'),
    pinned: { files: wheels('1.0') },
    rebuilt: { files: wheels('2.0', { part3: '1', part8: '1' }) },
    expected: { shown: 'together', names: [part(3), part(8)], atMost: 22 },
  },
  {
    name: 'either of two packages',
    script: metric('import part3, part8', 'max(part3.VALUE, part8.VALUE)'),
    pinned: { files: wheels('1.0') },
    rebuilt: { files: wheels('2.0', { part3: '1', part8: '1' }) },
    expected: { shown: 'each', names: [part(3), part(8)], atMost: 21 },
  },
  {
    name: 'a package that loads only with another one',
    script: metric('import top', 'top.VALUE'),
    pinned: {
      files: {
        ...wheels('1.0', {}, 5),
        ...base('1.0'),
        ...top('1.0', 'assert base.ABI == 1, "binary incompatibility"'),
      },
    },
    rebuilt: { files: { ...wheels('2.0', {}, 5), ...base('2.0'), ...top('2.0', '') } },
    expected: { shown: 'enough', names: ['pkg:pypi/top'], atMost: 16 },
  },
  {
    name: 'a data file of a package, under the same version',
    script: metric(
      'import tables, pathlib\ntext = pathlib.Path(tables.__file__).with_name("weights.txt").read_text()',
      'float(text)',
    ),
    pinned: { files: { ...wheels('1.0', {}, 5), ...tables('0.5') } },
    rebuilt: { files: { ...wheels('2.0', {}, 5), ...tables('0.25') } },
    expected: {
      shown: 'alone',
      names: ['/usr/local/lib/python3.11/dist-packages/tables/weights.txt'],
      atMost: 12,
    },
  },
  {
    name: 'a package that gives NaN',
    script: metric('import part2', '0.5 + part2.VALUE'),
    pinned: { files: wheels('1.0', {}, 5) },
    rebuilt: { files: wheels('2.0', { part2: 'float("nan")' }, 5) },
    expected: { shown: 'alone', names: [part(2)], atMost: 12 },
  },
  {
    name: 'a rebuild in which the evaluation fails',
    script: metric('import part4', 'part4.VALUE'),
    pinned: { files: wheels('1.0', {}, 8) },
    rebuilt: { files: wheels('2.0', { part4: 'float_', part8: '0' }, 8) },
    expected: { shown: 'alone', names: [part(4)], atMost: 12 },
  },
  {
    name: 'an environment variable, among files that changed',
    script: metric('import os', 'int(os.environ.get("SCALE", "1"))'),
    pinned: { env: { SCALE: '2' }, files: { '/opt/a.txt': '1', '/opt/b.txt': '1' } },
    rebuilt: { env: { SCALE: '3' }, files: { '/opt/a.txt': '2', '/opt/b.txt': '2' } },
    expected: { shown: 'alone', names: ['Env.SCALE'], atMost: 12 },
  },
  {
    name: 'a file that only the rebuild has, in a folder of its own',
    script: metric('import os', '1 if os.path.isdir("/opt/extra") else 0'),
    pinned: { files: { '/opt/a.txt': '1' } },
    rebuilt: { files: { '/opt/a.txt': '2', '/opt/extra/x.txt': '1' } },
    expected: { shown: 'alone', names: ['/opt/extra/x.txt'], atMost: 12 },
  },
]

/** Sums of numbers so unlike that their order shows in the last bits. */
const NUMBERS = `
import numpy as np
r = np.random.default_rng(7)
a = (r.standard_normal((700, 700)) * 10.0 ** r.integers(-4, 4, (700, 700))).astype("float32")
b = (r.standard_normal((700, 700)) * 10.0 ** r.integers(-4, 4, (700, 700))).astype("float32")`

const CONDITIONS: readonly Planted[] = [
  {
    name: 'a package that acts through the choice of CPU instructions',
    needs: 'numpy',
    script: metric(`import kernel${NUMBERS}\nc = a @ b\nd = (a[:, ::-1] @ b[::-1])`, 'float((c > d).mean())'),
    pinned: { files: { ...wheels('1.0', {}, 5), ...kernel('1.0', 'Nehalem') } },
    rebuilt: { files: { ...wheels('2.0', {}, 5), ...kernel('2.0', 'Haswell') } },
    expected: { shown: 'alone', names: ['pkg:pypi/kernel'], dispatch: 'Haswell', atMost: 14 },
  },
  {
    name: 'a sum that depends on the threads',
    needs: 'numpy',
    script: metric(
      `import numpy as np
r = np.random.default_rng(7)
x, y = r.standard_normal((60, 50_000)), r.standard_normal((60, 50_000))
forwards = [a @ b for a, b in zip(x, y)]
backwards = [a[::-1].copy() @ b[::-1].copy() for a, b in zip(x, y)]`,
      'sum(a > b for a, b in zip(forwards, backwards)) / 60',
    ),
    recordedWith: { ...withEnv({ OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' }), cpus: '0' },
    expected: { shown: 'condition', names: ['one thread'], atMost: 18 },
  },
  {
    name: 'a tie that depends on the instructions',
    needs: 'numpy',
    script: metric(`${NUMBERS}\nc = a @ b\nd = (a[:, ::-1] @ b[::-1])`, 'float((c > d).mean())'),
    recordedWith: withEnv({ OPENBLAS_CORETYPE: 'Nehalem' }),
    expected: { shown: 'condition', names: ['other instructions in OpenBLAS'], atMost: 20 },
  },
  {
    name: 'the size of a batch',
    needs: 'numpy',
    script: metric(
      `import os
import numpy as np
r = np.random.default_rng(7)
x = r.standard_normal(60)
size = int(os.environ.get("BATCH", "20"))
parts = [x[i:i + size] for i in range(0, 60, size)]`,
      'float(sum((abs(p - p.mean()) <= p.std()).sum() for p in parts)) / 60',
    ),
    batch: 'BATCH',
    recordedWith: withEnv({ BATCH: '1' }),
    expected: { shown: 'condition', names: ['batches of one'], atMost: 18 },
  },
  {
    name: 'the order of a folder',
    script: metric(
      'import os\nfound = os.listdir("parts")',
      'sum(i * int(name[0]) for i, name in enumerate(found))',
    ),
    files: Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`parts/${n}.txt`, ''])),
    // Listed backwards: no file system keeps them so.
    edited: { metrics: { accuracy: 56 } },
    expected: { shown: 'condition', names: ['folders listed backwards'], atMost: 18 },
  },
  {
    name: 'the clock',
    script: metric('import datetime', 'datetime.date.today().year'),
    edited: { metrics: { accuracy: 2001 } },
    expected: { shown: 'condition', names: ['another time of day and year'], atMost: 18 },
  },
  {
    name: 'the time zone',
    script: metric('import time', 'time.timezone'),
    edited: { metrics: { accuracy: -46_800 } },
    expected: { shown: 'condition', names: ['another time zone'], atMost: 18 },
  },
  {
    name: 'the locale',
    script: metric('import locale', 'len(locale.getpreferredencoding())'),
    recordedWith: withEnv({ LC_ALL: 'C', PYTHONCOERCECLOCALE: '0', PYTHONUTF8: '0' }),
    expected: { shown: 'condition', names: ['another locale'], atMost: 18 },
  },
  {
    name: 'the host name',
    script: metric('import socket', 'len(socket.gethostname())'),
    recordedWith: { ...STANDARD, hostname: 'builder' },
    expected: { shown: 'condition', names: ['another host name'], atMost: 18 },
  },
  {
    name: 'a hidden download',
    script: metric(
      `import urllib.request
try:
    bonus = float(urllib.request.urlopen("http://labels.example.org/bonus", timeout=5).read())
except OSError:
    bonus = 0.0`,
      '0.5 + bonus',
    ),
    edited: { metrics: { accuracy: 0.75 } },
    expected: { shown: 'asks', names: ['the network'], atMost: 18 },
  },
]

const RANDOM: readonly Planted[] = [
  {
    name: 'a split without a seed',
    needs: 'numpy',
    script: metric(
      'import numpy as np\nx = np.arange(1000.0)\nnp.random.shuffle(x)\ntest = x[:100]',
      'float(test.mean())',
    ),
    expected: { shown: 'steadied', names: ["a fixed seed of NumPy's random numbers"], atMost: 17 },
  },
  {
    name: 'an initialisation without a seed',
    needs: 'torch',
    script: metric('import torch\nmodel = torch.nn.Linear(8, 1)', 'float(model(torch.ones(8)))'),
    expected: { shown: 'steadied', names: ["a fixed seed of torch's random numbers"], atMost: 17 },
  },
  {
    name: 'a forest without a seed',
    needs: 'torch',
    script: metric(
      `import numpy as np
from sklearn.ensemble import RandomForestRegressor
x = np.arange(60.0).reshape(20, 3)
model = RandomForestRegressor(5).fit(x, x[:, 0] % 7)`,
      'float(model.predict(x).sum())',
    ),
    expected: { shown: 'steadied', names: ["a fixed seed of NumPy's random numbers"], atMost: 17 },
  },
  {
    name: "a sample of Python's, without a seed",
    script: metric('import random', 'random.random()'),
    expected: { shown: 'steadied', names: ["a fixed seed of Python's random numbers"], atMost: 17 },
  },
  {
    name: 'the order of a set',
    script: metric('names = {f"name{n}" for n in range(50)}', 'int(next(iter(names))[4:])'),
    expected: { shown: 'steadied', names: ['a fixed hash seed'], atMost: 8 },
  },
  {
    name: 'noise that nothing steadies',
    script: metric('noise = int.from_bytes(open("/dev/urandom", "rb").read(4), "big")', 'noise'),
    expected: { shown: 'unsteady', names: [], atMost: 17 },
  },
]

const INPUTS: readonly Planted[] = [
  {
    name: 'a row of the data',
    script: metric('', 'sum(float(line) for line in open("data.csv"))'),
    files: { 'data.csv': '1\n3\n', 'other.csv': '2\n' },
    before: { 'data.csv': '1\n2\n', 'other.csv': '5\n' },
    expected: { shown: 'input', names: ['data.csv'], atMost: 8 },
  },
  {
    name: 'a line of the code',
    script: metric('from model import answer', 'sum(answer(n) for n in range(10)) / 10'),
    files: { 'model.py': 'def answer(n):\n    return n > 5\n', 'README.md': 'new\n' },
    before: { 'model.py': 'def answer(n):\n    return n >= 5\n', 'README.md': 'old\n' },
    expected: { shown: 'input', names: ['model.py'], atMost: 8 },
  },
  {
    name: 'a parameter',
    script: metric(
      'threshold = json.load(open("params.json"))["threshold"]',
      'sum(n > threshold for n in range(9)) / 9',
    ),
    files: { 'params.json': '{"threshold": 5}', 'model.py': '# new\n' },
    before: { 'params.json': '{"threshold": 4}', 'model.py': '# old\n' },
    expected: { shown: 'input', names: ['params.json'], atMost: 8 },
  },
]

const RECORDS: readonly Planted[] = [
  {
    name: 'a metric edited in the record',
    script: `${metric('', '0.75')}\n${ROWS}`,
    predictions: { key: 'id' },
    edited: { metrics: { accuracy: 0.95 } },
    expected: { rules: ['evaluation/metric-differs'], atMost: 0 },
  },
  {
    name: 'a metric edited in the record, and no predictions',
    script: metric('', '0.75'),
    edited: { metrics: { accuracy: 0.95 } },
    expected: { shown: 'unexplained', names: [], atMost: 8 },
  },
  {
    name: 'a prediction edited in the record',
    script: `${metric('', '0.75')}\n${ROWS}`,
    predictions: { key: 'id' },
    edited: { predictions: (text) => text.replace('\n7,1\n', '\n7,2\n') },
    expected: { shown: 'unexplained', names: [], atMost: 8 },
  },
]

const HARMLESS: readonly Planted[] = [
  {
    name: 'rows in another order',
    script: `${metric('', '0.75')}\n${ROWS}`,
    predictions: { key: 'id' },
    edited: {
      predictions: (text) => {
        const [head, ...rows] = text.trim().split('\n')
        return `${[head, ...rows.reverse()].join('\n')}\n`
      },
    },
    expected: { rules: [], atMost: 0 },
  },
  {
    name: 'NaN on both sides',
    script: `${metric('', '0.75')}
open('predictions.csv', 'w').write('id,score\\n' + ''.join(f'{n},{"nan" if n == 3 else n / 7}\\n' for n in range(30)))`,
    predictions: { key: 'id' },
    edited: { predictions: (text) => text.replace('nan', 'NaN') },
    expected: { rules: [], atMost: 0 },
  },
  {
    name: 'twenty packages that changed, and no result',
    script: SUM,
    pinned: { files: wheels('1.0') },
    rebuilt: { files: wheels('2.0') },
    expected: { rules: [], atMost: 0 },
  },
]

export const FAMILY: readonly Planted[] = [
  ...PACKAGES,
  ...LIBRARIES,
  ...CONDITIONS,
  ...RANDOM,
  ...INPUTS,
  ...RECORDS,
  ...HARMLESS,
]
