/** Which of the two images a replay starts from. */
export type ImageSide = 'rebuild' | 'pinned'

/**
 * One way of replaying, by names that mean nothing here: what of the other image is put into this one
 * (packages, files, variables), which conditions are set, which recorded inputs are exchanged.
 */
export interface Setting {
  readonly image: ImageSide
  readonly changes: readonly string[]
  /** Asks what of the differences is loaded, and for which hosts it asks, too. */
  readonly watch?: boolean | undefined
}

/** What a replay came to. Equal results have equal numbers; the rebuild as it is has the number 0. */
export type Trial =
  | {
      readonly kind: 'recorded' | 'another'
      readonly result: number
      readonly seen?: readonly string[] | undefined
      /** Hosts that it asked for, if that was looked at. Untrusted. */
      readonly asked?: readonly string[] | undefined
      /** The kernels that OpenBLAS took, if it was looked at and is there. Untrusted. */
      readonly kernel?: string | undefined
    }
  /** It gave no result: that is no answer to any question. */
  | { readonly kind: 'none'; readonly why: string }

export type MakeReplay = (setting: Setting) => Promise<Trial>

/** One replay, as the evidence keeps it. */
export interface Tried {
  setting: Setting
  trial: Trial
}

/** Thrown where the next replay would not fit. */
export class BudgetSpent extends Error {}

/** What may be left out: undefined if there was no time for it. */
export async function ifThereIsTime<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    return undefined
  }
}

const keyOf = ({ image, changes }: Setting): string => [image, ...[...changes].sort()].join('\0')

/** Makes replays, each setting once unless it is asked for again, and keeps the list of them. */
export class Trials {
  readonly tried: Tried[] = []
  private readonly known = new Map<string, Trial>()

  /**
   * @param fits whether there is time for one more replay after so many
   * @param plain what the rebuild as it is came to: the gate has made that replay, twice
   */
  constructor(
    private readonly replay: MakeReplay,
    private readonly fits: (made: number) => boolean,
    plain: Trial = { kind: 'another', result: 0 },
  ) {
    this.known.set(keyOf({ image: 'rebuild', changes: [] }), plain)
  }

  async of(image: ImageSide, changes: readonly string[], watch?: boolean): Promise<Trial> {
    const setting = { image, changes, watch }
    return this.known.get(keyOf(setting)) ?? (await this.again(setting))
  }

  /** Replays also what was replayed before. @throws BudgetSpent */
  async again(setting: Setting): Promise<Trial> {
    if (!this.fits(this.tried.length)) throw new BudgetSpent()
    const trial = await this.replay(setting)
    this.tried.push({ setting, trial })
    if (!this.known.has(keyOf(setting))) this.known.set(keyOf(setting), trial)
    return trial
  }
}
