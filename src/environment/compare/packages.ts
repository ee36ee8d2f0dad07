import { showPath, showText } from '../../text/latin1.js'
import { byText } from '../manifest/hash.js'
import { purl } from '../packages/index.js'
import { packageKey, type Package } from '../packages/package.js'
import { sidesOf, type FoundDifference } from './comparison.js'

/** A package whose versions differ between two images, or that only one of them has. */
export interface ChangedPackage extends FoundDifference {
  package: Package
}

function keyed<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const map = new Map<string, T[]>()
  for (const value of values) {
    const name = key(value)
    const same = map.get(name)
    if (same) same.push(value)
    else map.set(name, [value])
  }
  return map
}

const versionsOf = (packages: readonly Package[] | undefined): string | undefined =>
  packages &&
  showText(
    packages
      .map(({ version }) => version)
      .sort(byText)
      .join(', '),
  )

export function comparePackages(pinned: readonly Package[], rebuilt: readonly Package[]): ChangedPackage[] {
  const [before, after] = [keyed(pinned, packageKey), keyed(rebuilt, packageKey)]
  const found: ChangedPackage[] = []
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [versionsOf(before.get(key)), versionsOf(after.get(key))]
    if (was === is) continue
    const [one] = (before.get(key) ?? after.get(key))!
    found.push({
      package: one!,
      difference: { kind: 'package', name: showText(purl(one!)), ...sidesOf(was, is) },
    })
  }
  return found.length === 0 ? found : sayWhich(found)
}

/** Two environments in one image: the name alone would not say which of them. */
function sayWhich(found: ChangedPackage[]): ChangedPackage[] {
  for (const same of keyed(found, ({ difference }) => difference.name).values()) {
    if (same.length === 1) continue
    for (const one of same) {
      const { root, arch } = one.package
      one.difference.note = root === '' ? arch : `in ${showPath(root)}`
    }
  }
  return found
}
