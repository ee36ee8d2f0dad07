import { check, type CheckRequest } from '../../src/gate.js'
import type { Progress } from '../../src/system/context.js'
import type { Finding } from '../../src/verdict/finding.js'
import type { Report } from '../../src/verdict/report.js'
import { createRepository as createFiles, type Repository as Files } from './repository.js'

export { PINNED, RECORD, sha256, TEST, TRAIN } from './repository.js'

export const silent: Progress = { start() {}, line() {}, end() {} }

/** The repository of a test, and the gate on it. */
export interface Repository extends Files {
  check(request?: Partial<CheckRequest>): Promise<Report>
}

export function createRepository(): Repository {
  const files = createFiles()
  const request: CheckRequest = {
    directory: files.root,
    config: 'reprogate.yml',
    models: [],
    occasion: { kind: 'work-tree' },
  }
  return {
    ...files,
    check: (own = {}) =>
      check({ ...request, ...own }, { progress: silent, signal: new AbortController().signal }),
  }
}

export const findingsOf = (report: Report): Finding[] => report.models.flatMap(({ findings }) => findings)
