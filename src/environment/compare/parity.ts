import type { Parity } from '../../verdict/evidence.js'
import type { ReadParity } from './comparison.js'

/**
 * The parity that a comparison stands for. Differences found in a rebuild from cached layers are
 * real, but layers that were not built again prove nothing: then there is no equality to speak of.
 *
 * @param found `identical` if layers and settings are the same ones
 */
export const parityOf = (found: ReadParity | 'identical', fresh: boolean): Parity =>
  fresh || found === 'drift' ? found : 'unverifiable'
