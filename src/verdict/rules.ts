/** What a finding says about the result when its rule is in force. */
export type Consequence = 'incomplete' | 'not-reproduced' | 'could-not-check'

export const LEVELS = ['error', 'warn', 'off'] as const
export type Level = (typeof LEVELS)[number]

export const TRACKS = ['exploratory', 'production'] as const
export type Track = (typeof TRACKS)[number]

export interface Rule {
  /** One line, as a heading: what is wrong. */
  readonly title: string
  /** Why a reviewer should care, in one or two sentences. */
  readonly why: string
  /** What to do about it, in general. A finding carries the remedy for its own case. */
  readonly remedy: string
  /** What an error of this rule makes of the verdict. */
  readonly consequence: Consequence
  /** Default level per track; the policy may change it. */
  readonly production: Level
  readonly exploratory: Level
}

const rule = (
  consequence: Consequence,
  title: string,
  why: string,
  remedy: string,
  production: Level = 'error',
): Rule => ({
  title,
  why,
  remedy,
  consequence,
  production,
  exploratory: production === 'off' ? 'off' : 'warn',
})

/** The three ways in which a required field of the record can be wrong. */
function field<S extends string>(prefix: S, name: string, why: string, remedy: string) {
  return {
    [`${prefix}-missing`]: rule('incomplete', `${name} missing`, why, remedy),
    [`${prefix}-malformed`]: rule(
      'incomplete',
      `${name} malformed`,
      `${why} A value that cannot be read is as good as none.`,
      remedy,
    ),
    [`${prefix}-contradictory`]: rule(
      'incomplete',
      `${name} contradictory`,
      `Two places of the record disagree, so nobody can say which of them was run. ${why}`,
      'Keep the value that the run used, and remove the other.',
    ),
  } as Record<`${S}-${'missing' | 'malformed' | 'contradictory'}`, Rule>
}

/**
 * The rule catalogue. Ids are stable: `<subject>/<problem>`. `docs/rules.md` is written from it.
 */
export const RULES = {
  // The record as a whole
  'record/missing': rule(
    'incomplete',
    'No record',
    'Without a record there is nothing to reproduce.',
    'Run `reprogate record <model>` and commit the file that it writes.',
  ),
  'record/malformed': rule(
    'incomplete',
    'Record cannot be read',
    'A record that is not valid YAML or JSON, or whose fields have the wrong shape, says nothing that can be trusted.',
    'Correct the file at the line named, or run `reprogate record <model>` to write it again.',
  ),
  'record/too-large': rule(
    'incomplete',
    'Record larger than 1 MiB',
    'A record is read by people; lists belong into the manifest beside it.',
    'Move long lists into the manifest, or run `reprogate record <model>`.',
  ),
  'record/path-outside': rule(
    'incomplete',
    'Path leaves the repository',
    'A record may only name files of its own repository; following this path would read something else.',
    'Use a path relative to the root of the repository, without `..` and without links that lead out.',
  ),
  'record/unknown-key': rule(
    'incomplete',
    'Unknown key',
    'A misspelt key is silently no key at all.',
    'Correct the spelling, or remove the key.',
    'warn',
  ),
  'record/field-missing': rule(
    'incomplete',
    'Field required by the policy missing',
    'The policy of this repository requires this field.',
    'Add the field to the record.',
  ),
  'record/manifest-mismatch': rule(
    'incomplete',
    'Manifest is not the one recorded',
    'The environment manifest beside the record has other bytes than the record names, so it cannot stand in for the image.',
    'Restore the manifest, or run `reprogate record <model>`.',
  ),

  // Code
  ...field(
    'code/commit',
    'Commit',
    'The commit is what the rebuild and the replay start from.',
    'Record the full 40-digit commit hash that the run used.',
  ),
  'code/commit-unknown': rule(
    'incomplete',
    'Commit not in the repository',
    'Nobody can check out a commit that git does not have.',
    'Push the commit, or record the run again from a commit that is in the repository.',
  ),
  'code/shallow-clone': rule(
    'could-not-check',
    'Clone too shallow to find the commit',
    'The commit may well exist: this clone does not reach back far enough to tell.',
    'Check out with `fetch-depth: 0`.',
  ),
  'code/commit-not-ancestor': rule(
    'incomplete',
    'Commit not part of this branch',
    'What is merged would not contain the code that was run.',
    'Merge or rebase so that the commit is an ancestor of the head, or record the run again.',
  ),
  'code/dirty': rule(
    'incomplete',
    'Run from a dirty work tree',
    'The run used changes that were never committed, so the commit is not the code that was run.',
    'Commit the changes and record the run again.',
  ),
  'code/changed-since': rule(
    'incomplete',
    'Code changed after the recorded run',
    'The head holds other code than the run used; the recorded result says nothing about it.',
    'Record the run again on the present code.',
  ),

  // Data and model
  'data/missing': rule(
    'incomplete',
    'No data recorded',
    'A result without its data cannot be obtained again.',
    'List every data set that the run and its evaluation read under `data`.',
  ),
  ...field(
    'data/version',
    'Data version',
    'The version says which state of the data the run has seen.',
    'Add the `version` of the data set.',
  ),
  ...field(
    'data/digest',
    'Data digest',
    'Only a digest proves that the bytes are the same.',
    'Add the `digest`, as `sha256:<64 hex digits>`; `reprogate record <model>` computes it.',
  ),
  'data/file-missing': rule(
    'incomplete',
    'Data not found',
    'The evaluation cannot be replayed without the data it reads.',
    'Restore the file or folder (`git lfs pull`, `dvc pull`), or correct its path.',
  ),
  'data/digest-mismatch': rule(
    'incomplete',
    'Data is not what was recorded',
    'The bytes differ from those that the run used.',
    'Restore the recorded data, or record the run again with the new data.',
  ),
  'data/licence-missing': rule(
    'incomplete',
    'Data licence missing',
    'Whoever uses the model needs to know under which terms its data may be used.',
    'Add the `licence` of the data set.',
    'warn',
  ),
  'data/exposes-answers': rule(
    'incomplete',
    'Recorded answers lie inside the data',
    'The evaluation could copy the recorded predictions or metrics instead of computing them.',
    'Keep recorded predictions and metrics outside the folders that `data` and `model` name.',
  ),
  'model/missing': rule(
    'incomplete',
    'No model recorded',
    'The verdict is about a model; the record has to say which.',
    'Add `model` with `name`, `path` and `digest`.',
  ),
  ...field(
    'model/digest',
    'Model digest',
    'Only a digest proves that the model is the one that was evaluated.',
    'Add the `digest`, as `sha256:<64 hex digits>`; `reprogate record <model>` computes it.',
  ),
  'model/file-missing': rule(
    'incomplete',
    'Model not found',
    'The evaluation cannot be replayed without the model.',
    'Restore the file (`git lfs pull`, `dvc pull`), or correct its path.',
  ),
  'model/digest-mismatch': rule(
    'incomplete',
    'Model is not the one recorded',
    'The bytes differ from those that were evaluated.',
    'Restore the recorded model, or record the run again.',
  ),
  'model/another': rule(
    'incomplete',
    'Record of another model',
    'The record is about another model than the one the policy names here.',
    'Record the run of this model, or correct the path in the policy.',
  ),

  // Environment, as recorded
  ...field(
    'environment/image',
    'Image',
    'The image is the environment the result was obtained in.',
    'Record the image as `<repository>@sha256:<64 hex digits>`.',
  ),
  'environment/image-not-pinned': rule(
    'incomplete',
    'Image not pinned by digest',
    'A tag names another image tomorrow.',
    'Replace the tag by the digest that it names, `<repository>@sha256:…`.',
  ),
  'environment/base-not-pinned': rule(
    'incomplete',
    'Base image not pinned by digest',
    'The rebuild starts from whatever the tag names today.',
    'Pin the base image by digest in the `FROM` line or in the build argument.',
  ),
  'environment/syntax-not-allowed': rule(
    'incomplete',
    'Dockerfile names a foreign frontend',
    'A `# syntax=` line makes the builder run an image of the author’s choice before anything is checked.',
    'Use `docker/dockerfile`, or remove the line.',
  ),
  'environment/dockerfile-missing': rule(
    'incomplete',
    'No Dockerfile at the recorded commit',
    'The environment can only be rebuilt from its Dockerfile.',
    'Commit the Dockerfile before the run, or correct `environment.dockerfile`.',
  ),
  'environment/arguments-contradictory': rule(
    'incomplete',
    'Build arguments contradict the policy',
    'The image was built with other arguments than the policy asks for.',
    'Record the run again with the arguments of the policy.',
  ),
  ...field(
    'environment/hash',
    'Environment hash',
    'The hash says what was in the image, also when the image is gone.',
    'Run `reprogate record <model>`: it computes the hash from the image.',
  ),

  // Seeds, hyperparameters, metrics
  ...field(
    'seeds/value',
    'Seeds',
    'An unseeded run cannot be obtained again, and a seed that nobody wrote down is no seed.',
    'Record every seed that the run set under `seeds`.',
  ),
  ...field(
    'hyperparameters/value',
    'Hyperparameters',
    'Without them nobody can train this model again.',
    'Record them under `hyperparameters` (`{}` where there are none).',
  ),
  ...field(
    'metrics/value',
    'Metrics',
    'They are the claim that the replay is compared with.',
    'Record them under `evaluation.metrics`.',
  ),

  // Rebuild and parity
  'environment/build-failed': rule(
    'could-not-check',
    'Image did not build',
    'Nothing is known about the result.',
    'Mend the step that failed; pin what it installs.',
  ),
  'environment/build-timeout': rule(
    'could-not-check',
    'Build out of time',
    'Nothing is known about the result.',
    'Make the build faster, or raise `limits.build` in the policy.',
  ),
  'environment/cached-rebuild': rule(
    'could-not-check',
    'Rebuilt from cached layers',
    'A cached layer is the old image again: it cannot show drift, so it is no evidence.',
    'Check with `rebuild: fresh`.',
  ),
  'environment/no-reference': rule(
    'could-not-check',
    'Nothing to compare the rebuild with',
    'The pinned image cannot be pulled and the record keeps no manifest of it.',
    'Push the image again, or record the run again: the manifest then stands in for the image.',
  ),
  'environment/image-gone': rule(
    'could-not-check',
    'Pinned image cannot be pulled',
    'Parity is judged by the manifest in the record alone: files are located by folder, not by name.',
    'Push the image again, or give the job access to its registry.',
    'warn',
  ),
  'environment/hash-mismatch': rule(
    'not-reproduced',
    'Recorded hash is not the hash of the pinned image',
    'The record names an image and a hash that do not belong together, so one of them is not what was run.',
    'Record the run again.',
  ),
  'environment/package-differs': rule(
    'not-reproduced',
    'Packages differ',
    'The rebuild holds other versions than the pinned image: what is built from this Dockerfile is no longer what was evaluated.',
    'Pin the package to the recorded version, or record the run again.',
  ),
  'environment/config-differs': rule(
    'not-reproduced',
    'Image settings differ',
    'Environment variables, entry point, user and working directory decide how code behaves.',
    'Set them in the Dockerfile, or record the run again.',
  ),
  'environment/package-file-differs': rule(
    'not-reproduced',
    'A file of a package differs',
    'The version is the same and the code is not: somebody edited an installed package.',
    'Make the edit in the Dockerfile, or record the run again with an image built from it.',
  ),
  'environment/file-differs': rule(
    'not-reproduced',
    'Files differ that belong to no package',
    'Something in the image does not come from the Dockerfile alone, or changes with every build.',
    'Make the build deterministic (`SOURCE_DATE_EPOCH`), or record the run again.',
    'warn',
  ),
  'environment/private-key': rule(
    'not-reproduced',
    'Private key generated into the image',
    'Every build makes another key, and everybody who can pull the image has it.',
    'Generate keys when the container starts, not when the image is built.',
    'warn',
  ),

  // Replay and agreement
  'evaluation/command-missing': rule(
    'incomplete',
    'No evaluation command',
    'Without a command nothing can be replayed.',
    'Set `evaluation.command` in the policy or the record.',
  ),
  'evaluation/command-contradictory': rule(
    'incomplete',
    'Evaluation command contradicts the policy',
    'The recorded numbers come from another command than the one the policy asks for.',
    'Record the run again with the command of the policy.',
  ),
  'evaluation/predictions-missing': rule(
    'incomplete',
    'No predictions recorded',
    'The policy asks for predictions; metrics alone can agree while decisions change.',
    'Run `reprogate record <model>`: it records them.',
  ),
  'evaluation/failed': rule(
    'could-not-check',
    'Evaluation failed',
    'It did not come to an end in the rebuild, so nothing can be compared.',
    'Run the command in the rebuilt image and mend what its last lines name.',
  ),
  'evaluation/timeout': rule(
    'could-not-check',
    'Evaluation out of time or over a limit',
    'It was stopped, so nothing can be compared.',
    'Make it smaller, or raise `limits` in the policy.',
  ),
  'evaluation/output-unusable': rule(
    'could-not-check',
    'Evaluation wrote no usable output',
    'Without metrics or predictions there is nothing to compare.',
    'Write the metrics file as a JSON object of numbers, and the predictions as CSV with a key column.',
  ),
  'evaluation/metric-differs': rule(
    'not-reproduced',
    'Metric outside its tolerance',
    'The replay gives another number than the record claims.',
    'Find what changed, or record the run again.',
  ),
  'evaluation/prediction-differs': rule(
    'not-reproduced',
    'Predictions differ',
    'The replay decides otherwise than the record claims.',
    'Find what changed, or record the run again.',
  ),
  'evaluation/not-comparable': rule(
    'not-reproduced',
    'Predictions not comparable',
    'Rows are missing, doubled or have other columns, so they cannot be paired.',
    'Give every row a unique key, and keep the columns.',
  ),
  'evaluation/predictions-not-kept': rule(
    'could-not-check',
    'Recorded predictions not available',
    'Only their digest is known, so a difference cannot be shown row by row.',
    'Commit the recorded predictions, or keep them where the job can read them.',
    'warn',
  ),
  'evaluation/nondeterministic': rule(
    'not-reproduced',
    'Two replays differ',
    'The same code on the same data in the same image gave two answers: something is not seeded.',
    'Set and record every seed that the evaluation uses.',
  ),
  'evaluation/inconclusive': rule(
    'could-not-check',
    'Too few samples to tell',
    'The equivalence test has no power at the declared margin.',
    'Evaluate on more samples, or declare a wider margin.',
  ),
} satisfies Record<string, Rule>

export type RuleId = keyof typeof RULES
export const RULE_IDS = Object.keys(RULES) as RuleId[]

export const isRuleId = (id: string): id is RuleId => Object.hasOwn(RULES, id)
