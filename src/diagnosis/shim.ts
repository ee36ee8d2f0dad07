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


def loaded():
    """Every file that is opened or run is named once on standard error."""
    known = set()

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

    def hook(event, args):
        if event in ("open", "subprocess.Popen", "os.exec", "os.posix_spawn", "ctypes.dlopen") and args:
            tell(args[0])
        elif event == "import" and len(args) > 1:
            tell(args[1])

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
