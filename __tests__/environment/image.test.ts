import { expect, test } from '@jest/globals'
import { repositoryOf } from '../../src/environment/image.js'

test.each([
  ['a', 'a'],
  ['a:1', 'a'],
  ['127.0.0.1:5000/a/b', '127.0.0.1:5000/a/b'],
  ['127.0.0.1:5000/a/b:1', '127.0.0.1:5000/a/b'],
  [`r:5000/a:1@sha256:${'0'.repeat(64)}`, 'r:5000/a'],
])('the repository of %s is %s', (reference, repository) => expect(repositoryOf(reference)).toBe(repository))
