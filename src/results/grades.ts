/** How results compare that can be compared at all or not; best first. */
export const RESULTS_GRADES = [
  'identical',
  'identical-values',
  'within-tolerance',
  'different',
  'not-comparable',
] as const
export type ResultsGrade = (typeof RESULTS_GRADES)[number]

/** Whether `grade` is `least` or better. */
export const atLeast = (grade: ResultsGrade, least: ResultsGrade): boolean =>
  RESULTS_GRADES.indexOf(grade) <= RESULTS_GRADES.indexOf(least)

export const worseGrade = (a: ResultsGrade, b: ResultsGrade): ResultsGrade => (atLeast(a, b) ? b : a)
