import { basename, dirname, join } from 'node:path/posix'
import { look, type FoundModel, type Look } from '../looking/look.js'
import { readingOfLook } from '../looking/reading.js'
import type { FoundRecord, SelectedModel } from '../policy/models.js'
import { detectOthers } from '../provenance/sources/index.js'
import type { Reading, SourceTree } from '../provenance/sources/source.js'
import type { Context } from '../system/context.js'
import { within } from '../system/files.js'
import { withoutEnd } from '../text/trim.js'

/** What the judged tree shows by itself. It is looked at once, and only if somebody asks. */
export interface Looking {
  look(): Promise<Look>
  found(): Promise<FoundRecord[]>
  /** Why nothing was found, as a clause. */
  whyNone(): Promise<string | undefined>
  /** What it shows of one model; undefined: nothing, or it cannot be told which. */
  model(model: SelectedModel): Promise<FoundModel | undefined>
  shown(model: SelectedModel): Promise<Reading | undefined>
}

export function lookingAt(context: Pick<Context, 'git' | 'root'>, tree: SourceTree): Looking {
  let looked: Promise<Look> | undefined
  const once = (): Promise<Look> => (looked ??= repositoryName(context).then((name) => look(tree, name)))
  const modelHere = async ({ settings, found }: SelectedModel): Promise<FoundModel | undefined> => {
    const { models } = await once()
    return modelOf(models, found?.folder ?? dirname(settings.record))
  }
  return {
    look: once,
    async found() {
      const { models } = await once()
      const files = await tree.files.list()
      return models.map((model) => foundRecord(model, files))
    },
    async whyNone() {
      return (await once()).instead?.why
    },
    model: modelHere,
    async shown(selected) {
      const model = await modelHere(selected)
      return model && readingOfLook(model, tree.prefix + selected.settings.record)
    },
  }
}

/** The model of a folder, or of the whole tree if there is one only. */
const modelOf = (models: readonly FoundModel[], folder: string): FoundModel | undefined =>
  models.find((model) => model.folder === folder) ?? (models.length === 1 ? models[0] : undefined)

/** What other tools left in the model's folder is its record; without any, where one belongs. */
export function foundRecord({ name, folder }: FoundModel, files: readonly string[]): FoundRecord {
  const inside = folder === '.' ? files : files.filter((file) => within(folder, file))
  const [first, ...others] = detectOthers(inside)
  return { name, folder, record: first ?? join(folder, 'provenance.yml'), others }
}

/** As its remote calls it, else as its folder is called. */
async function repositoryName({ git, root }: Pick<Context, 'git' | 'root'>): Promise<string> {
  const remote = git.prefix === '' ? await git.remote() : undefined
  // A remote that is a folder of this machine says nothing of the repository's name.
  const address = remote !== undefined && /^\w+:\/\/|^[\w.-]+@[\w.-]+:/.test(remote) ? remote : root
  return basename(withoutEnd(address.replaceAll('\\', '/'), '/')).replace(/\.git$/, '') || 'model'
}
