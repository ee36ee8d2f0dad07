/** A number as a file prints it, and whether another number fits what is printed. */
export interface Printed {
  text: string
  value: number
  /** Digits behind the point, with the exponent counted. */
  decimals: number
  digits: number
  percent: boolean
}

const LONGEST = 400
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*(%?)$/

/** undefined for what is not a finite decimal number. */
export function printedNumber(text: string): Printed | undefined {
  if (text.length > LONGEST) return undefined
  const [, , whole, fraction = '', exponent = '0', sign] = DECIMAL.exec(text.trim()) ?? []
  if (whole === undefined || whole + fraction === '') return undefined
  const value = Number(text.replace('%', ''))
  return Number.isFinite(value)
    ? {
        text: text.trim(),
        value,
        decimals: fraction.length - Number(exponent),
        digits: (whole + fraction).replace(/^0+/, '').length,
        percent: sign === '%',
      }
    : undefined
}

/** Digits from which a number is taken as not rounded. */
const FULL = 12
/** A number in single precision has more digits than it knows. */
const isSingle = ({ value, digits }: Printed): boolean => digits > 9 && Math.fround(value) === value

/** One step of the last printed digit. A rate that is printed as 1 was hardly rounded to no decimals. */
const stepOf = ({ value, decimals }: Printed): number =>
  10 ** -(Math.abs(value) <= 1 ? Math.max(2, decimals) : decimals)

/** Half of what one step of the last printed digit is worth; or what the order of a sum can change. */
export function halfStep(printed: Printed): number {
  const { value, digits } = printed
  if (isSingle(printed)) return 1e-6 * Math.abs(value)
  if (digits >= FULL) return 1e-9 * Math.abs(value)
  return 0.5 * stepOf(printed) * (1 + 1e-9) + Math.abs(value) * 2 ** -51
}

/** Both ends of the interval fit: printers round halves up, down and to even. */
export const fits = (printed: Printed, value: number): boolean =>
  Math.abs(value - printed.value) <= halfStep(printed)

/** Whether the digits were cut off instead of rounded. */
export const fitsCut = (printed: Printed, value: number): boolean =>
  printed.digits < FULL &&
  Math.abs(value) >= Math.abs(printed.value) &&
  Math.abs(value - printed.value) < stepOf(printed) * (1 - 1e-9)
