import picomatch from 'picomatch'

/** Whether a path of the policy stands for many files: `results/*.json`. */
export const isPattern = (path: string): boolean => /[*?[{]/.test(path)

/** Whether a path, relative to the same folder, is one of them. Names with a leading dot count. */
export const matcherOf = (patterns: readonly string[]): ((path: string) => boolean) =>
  patterns.length === 0 ? () => false : picomatch([...patterns], { dot: true, nonegate: true })
