import type { Parity } from '../../verdict/report.js'
import type { Level } from './differences.js'

/**
 * The parity that a comparison stands for. Differences found in a rebuild from cached layers are
 * real, but layers that were not built again prove nothing: then there is no equality to speak of.
 *
 * @param level `identical` where layers and settings are the same ones
 */
export function parityOf(level: Level | 'identical', fresh: boolean): Parity {
  return fresh || level === 'drift' ? level : 'unverifiable'
}
