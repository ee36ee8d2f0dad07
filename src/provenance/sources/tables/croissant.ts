import type { FieldPath } from '../../../text/fields.js'
import { openJson, type Facts } from '../facts.js'
import { Saying } from '../saying.js'
import type { Reading, Source, SourceTree } from '../source.js'

/** Files of a set; a set of more lists them elsewhere. */
const MOST_FILES = 1000

/** Croissant, the description of a data set as JSON-LD (version 1.1 of the format). */
export const croissant: Source = {
  name: 'croissant',
  detect: (files) =>
    files.filter((file) => /(?:^|\/)(?:[^/]*croissant[^/]*\.json(?:ld)?|metadata\.json(?:ld)?)$/i.test(file)),
  read: readCroissant,
}

/** @param path relative to the working directory */
async function readCroissant(tree: SourceTree, path: string): Promise<Reading> {
  const said = new Saying(croissant.name, tree.prefix + path)
  const facts = await openJson(tree, path)
  if ('refused' in facts) {
    if (/croissant/i.test(path)) said.problem(facts.refused)
    return said.reading()
  }
  if (!isCroissant(facts)) return said.reading()
  const files = facts
    .list('distribution')
    .map((_, index): FieldPath => ['distribution', index])
    .filter((at) => /(?:^|[:/])FileObject$/.test(facts.text(...at, '@type') ?? ''))
    .slice(0, MOST_FILES)
  const whole: FieldPath = []
  for (const [index, at] of (files.length === 0 ? [whole] : files).entries())
    sayFile(said, facts, { index, at })
  if (facts.at('isLiveDataset') === true)
    said.remark('the data set is live: it changes under the same name', facts.place('isLiveDataset'))
  return said.reading()
}

const isCroissant = (facts: Facts): boolean =>
  /(?:^|[:/])Dataset$/.test(facts.text('@type') ?? '') &&
  [facts.at('conformsTo'), facts.at('dct:conformsTo')]
    .flat()
    .some((value) => typeof value === 'string' && value.includes('mlcommons.org/croissant'))

const DIGESTS = { sha256: 64, md5: 32 } as const

function sayFile(said: Saying, facts: Facts, { index, at }: { index: number; at: FieldPath }): void {
  const set = facts.text('name') ?? 'data'
  const own = at.length === 0 ? undefined : (facts.text(...at, 'name') ?? facts.text(...at, '@id'))
  const field = (name: string): FieldPath => ['data', index, name]
  facts.say(said, field('name'), [...at, 'name'], {
    value: (own === undefined || own === set ? set : `${set}/${own}`).slice(0, 200),
  })
  facts.say(said, field('source'), [...at, 'contentUrl'], { value: facts.text(...at, 'contentUrl') })
  const version = facts.at('version')
  if (typeof version === 'string' || typeof version === 'number')
    facts.say(said, field('version'), ['version'], { value: String(version).slice(0, 200) })
  facts.say(said, field('licence'), ['license'], { value: licenceOf(facts) })
  for (const [algorithm, length] of Object.entries(DIGESTS)) {
    const digest = facts.text(...at, algorithm)
    if (digest === undefined) continue
    const hex = digest.toLowerCase()
    if (hex.length === length && /^[0-9a-f]+$/.test(hex)) {
      if (!said.has(field('digest')))
        facts.say(said, field('digest'), [...at, algorithm], { value: `${algorithm}:${hex}` })
    } else
      said.problem({
        rule: 'data/digest-malformed',
        message: `${algorithm} of ${(own ?? set).slice(0, 80)} is not ${length} hex digits`,
        ...facts.place(...at, algorithm),
      })
  }
}

/** A text, or a list of texts and of works with a name or an address. */
function licenceOf(facts: Facts): string | undefined {
  const words = [facts.at('license')].flat().flatMap((licence) => {
    if (typeof licence === 'string') return [licence]
    const { name, url, '@id': id } = (licence ?? {}) as Record<string, unknown>
    return [name, url, id].filter((text) => typeof text === 'string').slice(0, 1)
  })
  return words.length === 0 ? undefined : words.join(', ').slice(0, 1000)
}
