import { fieldRules, rulesOf } from './rule.js'

export const ENVIRONMENT_RULES = rulesOf('environment', {
  ...fieldRules('image', {
    name: 'Image',
    why: 'The image is the environment the result was obtained in.',
    remedy: 'Record the image as `<repository>@sha256:<64 hex digits>`.',
  }),
  'image-not-pinned': {
    kind: 'wrong',
    title: 'Image not pinned by digest',
    why: 'Tomorrow the tag may name another image.',
    remedy: 'Replace the tag by the digest that it names, `<repository>@sha256:…`.',
  },
  'base-not-pinned': {
    kind: 'wrong',
    title: 'Base image not pinned by digest',
    why: 'The rebuild starts from whatever the tag names today.',
    remedy: 'Pin the base image by digest in the `FROM` line or in the build argument.',
  },
  'syntax-not-allowed': {
    kind: 'wrong',
    title: 'Dockerfile names a foreign frontend',
    why: 'A `# syntax=` line makes the builder run an image of the author’s choice before anything is checked.',
    remedy: 'Use `docker/dockerfile`, or remove the line.',
  },
  'dockerfile-missing': {
    kind: 'missing',
    title: 'No Dockerfile at the recorded commit',
    why: 'The environment can only be rebuilt from its Dockerfile.',
    remedy: 'Commit the Dockerfile before the run, or correct `environment.dockerfile`.',
  },
  'arguments-contradictory': {
    kind: 'wrong',
    title: 'Build arguments contradict the policy',
    why: 'The image was built with other arguments than the policy asks for.',
    remedy: 'Record the run again with the arguments of the policy.',
  },
  ...fieldRules('hash', {
    name: 'Environment hash',
    why: 'The hash says what was in the image, also when the image is gone.',
    remedy: 'Run `reprogate record <model>`: it computes the hash from the image.',
  }),
  'build-failed': {
    kind: 'infrastructure',
    title: 'Image did not build',
    why: 'Nothing is known about the result.',
    remedy: 'Fix the step that failed; pin what it installs.',
  },
  'build-timeout': {
    kind: 'infrastructure',
    title: 'Build out of time',
    why: 'Nothing is known about the result.',
    remedy: 'Make the build faster, or raise `limits.build` in the policy.',
  },
  'cached-rebuild': {
    kind: 'infrastructure',
    title: 'Rebuilt from cached layers',
    why: 'A cached layer is the old image again: it cannot show drift, so it is not evidence.',
    remedy: 'Check with `rebuild: fresh`.',
  },
  'no-reference': {
    kind: 'infrastructure',
    title: 'Nothing to compare the rebuild with',
    why: 'The pinned image cannot be pulled and the record keeps no manifest of it.',
    remedy: 'Push the image again, or record the run again: the manifest then stands in for the image.',
  },
  'image-gone': {
    kind: 'infrastructure',
    title: 'Pinned image cannot be pulled',
    why: 'Parity is judged by the manifest in the record alone: files are located by folder, not by name.',
    remedy: 'Push the image again, or give the job access to its registry.',
    level: 'warn',
  },
  'hash-mismatch': {
    kind: 'differs',
    title: 'Recorded hash is not the hash of the pinned image',
    why: 'The record names an image and a hash that do not belong together, so one of them is not what was run.',
    remedy: 'Record the run again.',
  },
  'package-differs': {
    kind: 'differs',
    title: 'Packages differ',
    why: 'The rebuild holds other versions than the pinned image: what is built from this Dockerfile is no longer what was evaluated.',
    remedy: 'Pin the package to the recorded version, or record the run again.',
  },
  'config-differs': {
    kind: 'differs',
    title: 'Image settings differ',
    why: 'Environment variables, entry point, user and working directory decide how code behaves.',
    remedy: 'Set them in the Dockerfile, or record the run again.',
  },
  'package-file-differs': {
    kind: 'differs',
    title: 'A file of a package differs',
    why: 'The version is the same and the code is not: somebody edited an installed package.',
    remedy: 'Make the edit in the Dockerfile, or record the run again with an image built from it.',
  },
  'file-differs': {
    kind: 'differs',
    title: 'Files outside packages differ',
    why: 'Something in the image does not come from the Dockerfile alone, or changes with every build.',
    remedy: 'Make the build deterministic (`SOURCE_DATE_EPOCH`), or record the run again.',
    level: 'warn',
  },
  'private-key': {
    kind: 'risk',
    title: 'Private key generated into the image',
    why: 'Every build makes another key, and everybody who can pull the image has it.',
    remedy: 'Generate keys when the container starts, not when the image is built.',
    level: 'warn',
  },
})
