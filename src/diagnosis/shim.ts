import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineContext } from '../engine/engine.js'

/**
 * What is put before Python to change its view of the machine, or to tell what it loads: a
 * `sitecustomize.py` on `PYTHONPATH`, of which each part does nothing unless `REPROGATE_SHIM` names it.
 * It acts on Python alone, and not under `python -I`. The image's own `sitecustomize` runs after it.
 */
const SHIM_FILE = 'sitecustomize.py'

export const SHIM = `"""Put here by reprogate for one replay. Each part acts only if REPROGATE_SHIM names it."""
import os
import sys

PARTS = dict(part.partition("=")[::2] for part in os.environ.get("REPROGATE_SHIM", "").split(",") if part)


def order(reverse):
    """Folders are listed by name, forwards or backwards, and not as the file system keeps them."""
    listdir, scandir = os.listdir, os.scandir

    class Scan:
        def __init__(self, path):
            with scandir(path) as found:
                self.rest = iter(sorted(found, key=lambda entry: entry.name, reverse=reverse))

        def __iter__(self):
            return self

        def __next__(self):
            return next(self.rest)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.close()

        def close(self):
            self.rest = iter(())

    os.listdir = lambda path=".": sorted(listdir(path), reverse=reverse)
    os.scandir = lambda path=".": Scan(path)


def clock(start):
    """The time begins at a fixed moment and moves on by a millisecond with every look at it."""
    import datetime
    import time

    looks = [0]

    def now():
        looks[0] += 1
        return start + looks[0] / 1000

    localtime, gmtime, ctime, strftime = time.localtime, time.gmtime, time.ctime, time.strftime
    time.time = time.perf_counter = now
    time.time_ns = time.perf_counter_ns = lambda: int(now() * 1000) * 1_000_000
    time.localtime = lambda seconds=None: localtime(now() if seconds is None else seconds)
    time.gmtime = lambda seconds=None: gmtime(now() if seconds is None else seconds)
    time.ctime = lambda seconds=None: ctime(now() if seconds is None else seconds)
    time.strftime = lambda form, at=None: strftime(form, time.localtime() if at is None else at)

    def moved(real, **methods):
        meta = type(real.__name__, (type(real),), {"__instancecheck__": lambda _, one: isinstance(one, real)})
        names = {"__module__": "datetime", "__slots__": (), **methods}
        return meta(real.__name__, (real,), names)

    real_datetime, real_date = datetime.datetime, datetime.date
    datetime.date = moved(real_date, today=classmethod(lambda cls: cls.fromtimestamp(now())))
    datetime.datetime = moved(
        real_datetime,
        now=classmethod(lambda cls, tz=None: cls.fromtimestamp(now(), tz)),
        today=classmethod(lambda cls: cls.fromtimestamp(now())),
        utcnow=classmethod(lambda cls: cls.fromtimestamp(now(), datetime.timezone.utc).replace(tzinfo=None)),
    )


def entropy():
    """The system's randomness is a fixed stream: NumPy, \`secrets\` and \`uuid\` take their first numbers from it."""
    import hashlib

    taken = [0]

    def stream(size):
        taken[0] += 1
        return hashlib.shake_128(b"%d" % taken[0]).digest(size)

    os.urandom = stream


def fixed_random():
    """Python's own generators begin at a fixed number unless the evaluation says another one."""
    import random

    class Fixed(random.Random):
        def __init__(self, x=0):
            super().__init__(x)

    random.Random = Fixed
    random.seed(0)


def after(name, work):
    """Does it to a module once that has been imported."""

    class Finder:
        def find_spec(self, wanted, path=None, target=None):
            if wanted != name:
                return None
            sys.meta_path.remove(self)
            import importlib.util

            spec = importlib.util.find_spec(name)
            if spec is not None and spec.loader is not None:
                execute = spec.loader.exec_module

                def exec_module(module):
                    execute(module)
                    work(module)

                spec.loader.exec_module = exec_module
            return spec

    sys.meta_path.insert(0, Finder())


def loaded():
    """Every file that is opened or run is named once on standard error."""
    known, asked = set(), set()

    def tell(path):
        if isinstance(path, bytes):
            path = path.decode("utf-8", "surrogateescape")
        if not isinstance(path, str) or path in known or len(known) > 50_000:
            return
        known.add(path)
        try:
            os.write(2, b"reprogate-loaded:" + os.fsencode(os.path.abspath(path)) + b"\\n")
        except (OSError, ValueError):
            pass

    def ask(host):
        text = host.decode("latin1") if isinstance(host, bytes) else str(host)
        if text not in asked and len(asked) < 100:
            asked.add(text)
            os.write(2, b"reprogate-asked:" + ascii(text).strip("'").encode() + b"\\n")

    def hook(event, args):
        if event in ("open", "subprocess.Popen", "os.exec", "os.posix_spawn", "ctypes.dlopen") and args:
            tell(args[0])
        elif event == "import" and len(args) > 1:
            tell(args[1])
        elif event == "socket.getaddrinfo" and args[0]:
            ask(args[0])
        elif event == "socket.connect" and isinstance(args[1], tuple):
            ask(args[1][0])

    sys.addaudithook(hook)


def next_one():
    """The sitecustomize that this one stands before."""
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in sys.path:
        path = os.path.join(folder, "sitecustomize.py")
        if os.path.abspath(folder or ".") != here and os.path.isfile(path):
            with open(path, "rb") as file:
                exec(compile(file.read(), path, "exec"), {"__name__": "sitecustomize", "__file__": path})
            return


if "loaded" in PARTS:
    loaded()
if "entropy" in PARTS:
    entropy()
if "random" in PARTS:
    fixed_random()
if "torch" in PARTS:
    after("torch", lambda torch: torch.manual_seed(0))
if "order" in PARTS:
    order(PARTS["order"] == "reverse")
if "clock" in PARTS:
    clock(float(PARTS["clock"]))
next_one()
`

/** A folder of the scratch folder that has it, and that the user of the sandbox can read. */
export async function shimFolder({ scratch }: Pick<EngineContext, 'scratch'>): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'tools-'))
  await chmod(folder, 0o755)
  await writeFile(join(folder, SHIM_FILE), SHIM, { mode: 0o644 })
  return folder
}

const PYTHON_PATH = 'PYTHONPATH='

/** What an image has as `PYTHONPATH`: the shim goes before it. */
export async function pythonPathOf(
  { engine }: Pick<EngineContext, 'engine'>,
  image: string,
): Promise<string> {
  const setting = (await engine.inspect(image))?.Config.Env.find((one) => one.startsWith(PYTHON_PATH))
  return setting?.slice(PYTHON_PATH.length) ?? ''
}
