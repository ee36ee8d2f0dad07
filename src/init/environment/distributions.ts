/** Tables of names: what is imported, what has to be installed. ENVIRONMENT_GENERATION has them measured. */

/** Imports whose distribution has another name. The submodule decides if it has a line of its own. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  sklearn: 'scikit-learn',
  skimage: 'scikit-image',
  cv2: 'opencv-python-headless',
  PIL: 'pillow',
  yaml: 'pyyaml',
  git: 'gitpython',
  umap: 'umap-learn',
  dateutil: 'python-dateutil',
  faiss: 'faiss-cpu',
  hydra: 'hydra-core',
  attr: 'attrs',
  Crypto: 'pycryptodome',
  jwt: 'pyjwt',
  docx: 'python-docx',
  serial: 'pyserial',
  fitz: 'pymupdf',
  dotenv: 'python-dotenv',
  slugify: 'python-slugify',
  magic: 'python-magic',
  bs4: 'beautifulsoup4',
  pytorch_lightning: 'pytorch-lightning',
  sentence_transformers: 'sentence-transformers',
  imblearn: 'imbalanced-learn',
  'torch.utils.tensorboard': 'tensorboard',
  mpl_toolkits: 'matplotlib',
  pylab: 'matplotlib',
  pkg_resources: 'setuptools',
  progressbar: 'progressbar2',
}

/** Imports whose distribution has the same name, and is the one that is meant. Others are asked for. */
const SAME_NAMES = new Set(
  `accelerate albumentations altair catboost click datasets dvc einops evaluate fire gensim gym gymnasium h5py
  huggingface_hub imageio jax jaxlib joblib keras librosa lightgbm lightning matplotlib mlflow networkx nltk numba
  numpy omegaconf onnx onnxruntime optax optuna pandas peft plotly polars psutil pyarrow pydantic pytest requests rich
  sacrebleu scipy seaborn sentencepiece shap six spacy statsmodels sympy tabulate tensorboard tensorboardX tensorflow
  timm tokenizers torch torchaudio torchmetrics torchtext torchvision tqdm transformers typer wandb xarray xgboost`.split(
    /\s+/,
  ),
)

/** Names that are the repository's own code far more often than the package of that name. */
export const OWN_CODE = new Set(
  'clip apex models model data utils util config configs dataset datasets_ src lib'.split(' '),
)

/** Of Python's standard library, and of older ones. */
const STANDARD = new Set(
  `__future__ abc argparse array ast asyncio asyncore atexit base64 binascii bisect builtins bz2 calendar cmath cmd
  code codecs collections colorsys concurrent configparser contextlib contextvars copy copyreg csv ctypes curses
  dataclasses datetime dbm decimal difflib dis distutils doctest email encodings enum errno faulthandler fcntl filecmp
  fileinput fnmatch fractions ftplib functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html
  http imaplib imp importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal
  math mimetypes mmap multiprocessing numbers operator optparse os pathlib pdb pickle pickletools pkgutil platform
  plistlib poplib posixpath pprint profile pstats pty pwd queue quopri random re readline resource runpy sched secrets
  select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat statistics string
  stringprep struct subprocess symtable sys sysconfig syslog tarfile telnetlib tempfile termios textwrap threading time
  timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest urllib
  uuid venv warnings wave weakref webbrowser winreg wsgiref xml xmlrpc zipfile zipimport zlib zoneinfo`.split(
    /\s+/,
  ),
)

/** Packages of the index that hold nothing but a word on the right name: `sklearn` refuses to install. */
export const STUB_NAMES: Readonly<Record<string, string>> = {
  sklearn: 'scikit-learn',
  skimage: 'scikit-image',
  pytorch: 'torch',
}

/** What conda calls otherwise; an empty name has no distribution. */
export const CONDA_NAMES: Readonly<Record<string, string>> = {
  pytorch: 'torch',
  'python-graphviz': 'graphviz',
  opencv: 'opencv-python-headless',
  'faiss-cpu': 'faiss-cpu',
  matplotlib_base: 'matplotlib',
  'matplotlib-base': 'matplotlib',
  ...Object.fromEntries(
    'python pip setuptools wheel cudatoolkit cudnn mkl openssl sqlite zlib readline tk xz ncurses libffi ca-certificates nodejs git blas libblas'
      .split(' ')
      .map((name) => [name, '']),
  ),
}

/** Compiled: from source they take a compiler and minutes, so that only wheels are taken. */
export const HEAVY: readonly string[] =
  `numpy scipy pandas scikit-learn scikit-image matplotlib torch torchvision torchaudio tensorflow tensorflow-cpu jax
  jaxlib h5py pillow opencv-python opencv-python-headless numba llvmlite cvxopt grpcio pyarrow lxml statsmodels xgboost
  lightgbm catboost tokenizers sentencepiece cffi cryptography psutil pyyaml shapely pyzmq regex spacy thinc blis
  contourpy kiwisolver networkx protobuf polars faiss-cpu mpi4py onnx onnxruntime`.split(/\s+/)

/** Packages of Debian that a wheel needs and a slim image lacks. */
export const SYSTEM_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'opencv-python': ['libgl1', 'libglib2.0-0'],
  pyqt5: ['libgl1', 'libglib2.0-0'],
  lightgbm: ['libgomp1'],
  rdkit: ['libxrender1', 'libxext6'],
  open3d: ['libegl1', 'libgl1', 'libgomp1'],
  pyglet: ['libx11-6'],
  mpi4py: ['libopenmpi3'],
  'python-magic': ['libmagic1'],
  pygraphviz: ['libglib2.0-0'],
  weasyprint: ['libglib2.0-0'],
}

/** What a module comes from: a distribution, nothing that needs one, or a name that only a person knows. */
export function distributionOf(module: string): { name: string } | 'none' | 'unknown' {
  const [top = ''] = module.split('.')
  const parts = module.split('.')
  for (let length = parts.length; length > 0; length--) {
    const path = parts.slice(0, length).join('.')
    if (Object.hasOwn(OTHER_NAMES, path)) return { name: OTHER_NAMES[path]! }
  }
  if (top === '' || STANDARD.has(top) || top.startsWith('_')) return 'none'
  if (SAME_NAMES.has(top)) return { name: top.toLowerCase().replaceAll('_', '-') }
  return 'unknown'
}
