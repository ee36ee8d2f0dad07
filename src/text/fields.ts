/** Where a value is in a document: keys, and numbers of items from 0. */
export type FieldPath = readonly (string | number)[]

/** `['data', 1, 'digest']` as `data[1].digest`. */
export const fieldName = (path: FieldPath): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')

/** The reverse of `fieldName`, for names made by it. */
export const fieldPath = (name: string): FieldPath =>
  name.split(/\.|(?=\[)/).map((part) => (/^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : part))
