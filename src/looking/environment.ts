import { basename, dirname } from 'node:path/posix'
import { bare } from './command/words.js'
import { readmePages } from './command/readme.js'
import type { Fact } from './fact.js'
import { lineAt } from './python.js'
import type { View } from './view.js'

/** The file that says what a run's environment holds. */
export interface EnvironmentFile {
  path: string
  /** `3 of 11 pinned`, `a lock`, `names and ranges`. */
  says: string
}

/** Best first within one role: what pins most. */
const KINDS: readonly [RegExp, string][] = [
  [/(?:^|\/)wandb\/run-[^/]+\/files\/requirements\.txt$/, 'the freeze of a run'],
  [/(?:^|\/)(?:uv|poetry|pdm)\.lock$|(?:^|\/)pylock(?:\.\w+)?\.toml$|(?:^|\/)Pipfile\.lock$/, 'a lock'],
  [/(?:^|\/)(?:conda-lock\.ya?ml|pixi\.lock|renv\.lock|Manifest\.toml)$/, 'a lock'],
  [/(?:^|\/)[^/]*requirements[^/]*\.lock$/i, 'requirements'],
  [/(?:^|\/)[^/]*requirements[^/]*\.txt$/i, 'requirements'],
  [/(?:^|\/)(?:[\w-]*environment[\w-]*|conda|[\w-]*conda_env[\w-]*|env)\.ya?ml$/i, 'conda'],
  [/(?:^|\/)python_env\.yaml$/, 'a Python environment of MLflow'],
  [/(?:^|\/)(?:Pipfile|pyproject\.toml)$/, 'names and ranges'],
  [/(?:^|\/)(?:setup\.py|setup\.cfg|DESCRIPTION|install\.R|Project\.toml)$/, 'names and ranges'],
  [/(?:^|\/)cog\.yaml$/, 'an environment for serving'],
]

const SERVES =
  /(?:^|\/)(?:(?:flask_|fastapi_)?app|api|serving|deploy(?:ment)?|web(?:app)?|dashboard|frontend|backend|prediction_service|airflow|monitoring)\//i
/** Names of images that hold something else than a model's evaluation: `Dockerfile.airflow`. */
const SERVING_IMAGE =
  /(?:^|[._-])(?:airflow|api|serv(?:e|er|ing)|app|web|dashboard|ui|jupyter|frontend|mlflow|db)(?:[._-]|$)/i
/** Images to work or to build in, with no evaluation: `.devcontainer/`, `.gitpod.Dockerfile`, `Dockerfile.jenkins`. */
const WORKPLACE =
  /(?:^|\/)\.(?:devcontainer|gitpod|gitlab|circleci|github)\b|(?:^|[._/-])jenkins(?:[._/-]|$)/i
const OF_DEVELOPERS = /(?:^|[-_./])(?:dev|test|tests|lint|ci|actions?|docs?|rtd)(?:[-_./]|$)/i
const USUAL = /^(?:(?:src|docker|envs?|requirements|binder|\.binder|conda)\/)?[^/]+$/

/** Smaller is better. A freeze of the run itself is best, a copy of another project is none. */
function roleOf(
  view: View,
  path: string,
  folder: string,
  installed: ReadonlySet<string>,
): number | undefined {
  if (view.isVendored(path) || /latest-run\//.test(path) || /(?:^|\/)mlruns\/|\/artifacts?\//.test(path))
    return undefined
  if (/\/run-[^/]+\/files\//.test(path)) return 0
  if (installed.has(path)) return 1
  const own = folder === '.' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path
  if (SERVES.test(path) || /cog\.yaml$/.test(path)) return 5
  if (OF_DEVELOPERS.test(basename(path)) || OF_DEVELOPERS.test(dirname(path))) return 6
  if (own !== path) return USUAL.test(own) ? 2 : 4
  return USUAL.test(own) ? 3 : 4
}

/** The environment file of the model in a folder: its own, what its README installs, or the one of the top. */
export async function environmentOf(view: View, folder: string): Promise<Fact<EnvironmentFile> | undefined> {
  const installed = await installedFiles(view)
  const found = view.files.flatMap((path) => {
    const kind = KINDS.findIndex(([pattern]) => pattern.test(path))
    const inside =
      folder === '.' ||
      path.startsWith(`${folder}/`) ||
      folder.startsWith(dirname(path)) ||
      !path.includes('/')
    const role = kind < 0 || !inside ? undefined : roleOf(view, path, folder, installed)
    return role === undefined ? [] : [{ path, kind, role }]
  })
  const ranked = found.sort(
    (a, b) => a.role - b.role || a.kind - b.kind || a.path.split('/').length - b.path.split('/').length,
  )
  for (const { path, kind, role } of ranked) {
    const says = await whatItSays(view, path, KINDS[kind]?.[1] ?? '')
    if (says === undefined) continue
    const reason =
      role === 1
        ? 'its README installs it'
        : role >= 5
          ? 'it is for serving or developing: there is no other'
          : 'where such a file usually is'
    return { value: { path, says }, place: view.at(path), word: role >= 5 ? 'guess' : 'likely', reason }
  }
  return undefined
}

/** Files that the README installs: `-r X`, `env create -f X`. */
async function installedFiles(view: View): Promise<ReadonlySet<string>> {
  const pages = await Promise.all(
    readmePages(view)
      .slice(0, 10)
      .map(async (page) => [dirname(page), (await view.text(page)) ?? ''] as const),
  )
  return new Set(
    pages.flatMap(([folder, text]) =>
      [
        ...text.matchAll(
          /(?:install\b[^\n]*\s-r|env\s+(?:create|update)\b[^\n]*(?:-f|--file)[= ])\s*([\w./-]+)/g,
        ),
      ].flatMap(([, file = '']) => {
        const path = bare(file).replace(/^\.\//, '')
        return [path, `${folder}/${path}`].filter((one) => view.has(one))
      }),
    ),
  )
}

/** undefined: it says nothing of packages. */
async function whatItSays(view: View, path: string, kind: string): Promise<string | undefined> {
  const text = (await view.text(path)) ?? ''
  if (kind === 'requirements' || kind === 'the freeze of a run') {
    const lines = text
      .split(/\r?\n/)
      .map((line) => line.replace(/#.*/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('-'))
    if (lines.length === 0) return undefined
    const pinned = lines.filter((line) => /^[\w.[\],-]+\s*===?\s*[^*\s]+/.test(line)).length
    return `${pinned} of ${lines.length} pinned`
  }
  if (kind === 'conda') {
    const from = text.search(/^[ \t]*dependencies[ \t]*:/m)
    if (from < 0) return undefined
    const lines = [...text.slice(from).matchAll(/^[ \t]*-[ \t]+(?!pip[ \t]*:)["']?([\w.:/-]+\S*)/gm)].map(
      ([, line = '']) => line,
    )
    return `${lines.filter((line) => /\w=+\d/.test(line)).length} of ${lines.length} pinned`
  }
  if (/pyproject\.toml$/.test(path))
    return /^dependencies\s*=|^\[tool\.poetry\.dependencies\]|^\[project\.optional-dependencies\]/m.test(text)
      ? kind
      : undefined
  if (/setup\.(?:py|cfg)$/.test(path)) return /install_requires/.test(text) ? kind : undefined
  return kind
}

export type DockerfileRole = 'evaluates' | 'open' | 'serves'

/** The Dockerfile that could hold an evaluation: one that serves does not. */
export async function dockerfileOf(
  view: View,
  folder: string,
): Promise<Fact<{ path: string; role: DockerfileRole }> | undefined> {
  const files = view.files.filter(
    (path) =>
      /(?:^|\/)(?:[\w.-]*\.)?Dockerfile(?:\.[\w-]+)?$/.test(path) &&
      !WORKPLACE.test(path) &&
      !view.isVendored(path),
  )
  const near = files.filter((path) => folder === '.' || path.startsWith(`${folder}/`) || !path.includes('/'))
  const found = await Promise.all(
    near.slice(0, 40).map(async (path) => {
      const text = (await view.text(path)) ?? ''
      const starts = [...text.matchAll(/^[ \t]*(?:CMD|ENTRYPOINT)[ \t](.*)$/gim)].at(-1)?.[1] ?? ''
      const serves =
        /^[ \t]*EXPOSE\b/im.test(text) ||
        SERVES.test(path) ||
        SERVING_IMAGE.test(basename(path)) ||
        /uvicorn|gunicorn|streamlit|flask|gradio|(?:app|server|serve|api)\.py/.test(starts)
      const role: DockerfileRole = serves ? 'serves' : /train|eval/.test(starts) ? 'evaluates' : 'open'
      return { path, role }
    }),
  )
  const [best] = found.sort(
    (a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.path.length - b.path.length,
  )
  const open = found.filter(({ role }) => role === 'open')
  const many = best?.role === 'open' && best.path.includes('/') && open.length >= MANY_IMAGES
  return (
    best && {
      value: best,
      place: view.at(best.path),
      word: best.role === 'serves' || many ? 'guess' : 'likely',
      reason:
        best.role === 'serves'
          ? 'it serves a model, and evaluates none'
          : many
            ? `it is one of ${String(open.length)} images, and none of them says that it evaluates`
            : 'it could hold the evaluation',
    }
  )
}

/** So many images in folders are parts of something, each for its own. */
const MANY_IMAGES = 3
const ROLES: readonly DockerfileRole[] = ['evaluates', 'open', 'serves']

const EXACT = /^(?:python-?|cpython-?)?(\d\.\d+(?:\.\d+)?)\s*$/

/** The version of Python that a run used or is made for; an exact one, or none. */
export async function pythonOf(view: View, folder: string): Promise<Fact<string> | undefined> {
  const inFolder = (name: string): string[] =>
    [folder === '.' ? name : `${folder}/${name}`, name].filter((path) => view.has(path))
  const places: readonly [readonly string[], RegExp, string][] = [
    [
      view.files.filter((path) => /run-[^/]+\/files\/wandb-metadata\.json$/.test(path)).slice(0, 3),
      /"python":\s*"(?:CPython )?(\d\.\d+(?:\.\d+)?)/,
      'of a run',
    ],
    [
      ['.python-version', 'runtime.txt'].flatMap(inFolder),
      /^[ \t]*(?:python-?)?(\d\.\d+(?:\.\d+)?)[ \t]*$/m,
      'asked for',
    ],
    [
      ['python_env.yaml', 'environment.yml', 'environment.yaml', 'conda.yaml'].flatMap(inFolder),
      /\bpython\s*(?:==?\s*|:\s*(?:["']\s*)?)(\d\.\d+(?:\.\d+)?)/,
      'of the environment',
    ],
    [['Dockerfile'].flatMap(inFolder), /^FROM\s+\S*python:(\d\.\d+(?:\.\d+)?)/im, 'of the image'],
  ]
  for (const [paths, pattern, reason] of places)
    for (const path of paths) {
      const text = (await view.text(path)) ?? ''
      const found = pattern.exec(text)
      const version = found?.[1] && EXACT.exec(found[1])?.[1]
      if (found && version)
        return { value: version, place: view.at(path, lineAt(text, found.index + 1)), word: 'likely', reason }
    }
  return undefined
}
