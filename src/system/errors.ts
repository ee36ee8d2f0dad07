import { RULES, type RuleId } from '../verdict/rules/index.js'

/** Every error that a user can cause and fix, with the remedy for cases that have none of their own. */
export const ERRORS = {
  'check/cancelled': 'Run it again.',
  'compare/unreadable': 'Name two files that can be read.',
  'directory/missing':
    'Correct `working-directory`; on a runner, check the repository out first (`actions/checkout`).',
  'engine/failed': 'See what the engine says (`docker info`, its log) and try again.',
  'engine/missing': 'Install Docker and start it, or set REPROGATE_DOCKER to the docker program.',
  'event/malformed': 'Run reprogate on a GitHub runner, or give it the event that GitHub sent.',
  'event/privileged':
    'Run reprogate `on: pull_request`. A pull request from a fork then gets its verdict in the job and its summary.',
  'git/failed': 'Check that the repository is whole (`git fsck`) and checked out with `fetch-depth: 0`.',
  'git/partial-clone': 'Check out without a filter, or fetch what is missing (`git fetch --refetch`).',
  'git/unsafe-tree': 'Rename the file: a commit may not hold such a name.',
  'git/unsupported': 'Check the repository out with the default format.',
  'git/untrusted': 'Check the repository out anew, as a folder of your own.',
  'git/no-repository':
    'Run reprogate in a git work tree; on a runner, put `actions/checkout` before this step.',
  'git/revision-unknown': 'Name a commit that this clone has, or check out with `fetch-depth: 0`.',
  'image/missing': 'Correct its name, or log in to its registry (`docker login`).',
  'image/not-pushed':
    'Push it (`docker push`), or let `reprogate record --push <repository>` build and push it.',
  'image/too-large': 'Make the image smaller.',
  'image/unreadable': 'Try again; if it stays so, the image or the engine is damaged.',
  'input/invalid': 'Set the input to one of them, or leave it out.',
  'manifest/malformed': 'Restore the manifest, or run `reprogate record <model>`.',
  'models/name': 'Use letters, digits, `.`, `_` and `-`.',
  'models/none':
    'If something does, say how in reprogate.yml: `models: {<name>: {record: provenance.yml, evaluation: {command: [<program>, <argument>]}}}`.',
  'models/unknown': 'Name a model of the policy, or leave the name out.',
  'output/truncated': 'Please report it: the program printed more than reprogate can hold.',
  'policy/base-missing': 'Check out with `fetch-depth: 0`.',
  'policy/irregular': 'Put the policy itself there, as a regular file in regular folders.',
  'policy/invalid': 'Correct the policy; `schema/policy.schema.json` describes every field.',
  'policy/outside': 'Give a path inside the working directory.',
  'program/missing': 'Install it and put it on the PATH.',
  'record/foreign': 'Name a provenance.yml as the record of the model in the policy.',
  'report/unreadable':
    'Name the JSON report of a check with `--report`: of a run on a runner it is in the artifact.',
  'report/no-model': 'Name one of them, or leave the name out.',
  'run/failed': 'Correct what it says, and record again: of a run that failed nothing is recorded.',
  'runner/incomplete': 'Run it as a step, with `uses:`; in a terminal, use `reprogate check`.',
} as const

/** A code of the catalogue, or the id of the rule that a check would report. */
export type ErrorCode = keyof typeof ERRORS | RuleId

const remedyOf = (code: ErrorCode): string =>
  code in ERRORS ? ERRORS[code as keyof typeof ERRORS] : RULES[code as RuleId].remedy

/** Something that a user can cause and fix. Anything else that is thrown is a bug. */
export class ReprogateError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** What to do about it. */
    readonly remedy: string = remedyOf(code),
    readonly location: { file?: string | undefined; line?: number | undefined } = {},
  ) {
    super(message)
    this.name = 'ReprogateError'
  }
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
