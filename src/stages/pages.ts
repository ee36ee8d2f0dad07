import { LARGEST_PAGE, pageFindings, pagesFor } from '../provenance/pages.js'
import { storeOf } from '../provenance/sources/index.js'
import type { Context } from '../system/context.js'
import type { Found } from '../verdict/finding.js'
import type { Subject } from './subject.js'

/** Holds the tables of the nearest README against the recorded metrics, as the judged commit has both. */
export async function pageContradictions(
  { git, prefix }: Pick<Context, 'git' | 'prefix'>,
  { name, tree, model, claims, alone = false }: Subject,
): Promise<Found[]> {
  for (const path of pagesFor(storeOf(model.settings.record))) {
    const size = await git.sizeOf(tree.commit, path)
    if (size === undefined) continue
    if (size > LARGEST_PAGE) return []
    const bytes = await git.show(tree.commit, path)
    if (bytes === null) return []
    const called = [name, claims.record?.model?.name ?? name]
    return pageFindings(claims, called, { file: prefix + path, text: bytes.toString(), alone })
  }
  return []
}
