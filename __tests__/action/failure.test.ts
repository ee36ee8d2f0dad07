import { describe, expect, test } from '@jest/globals'
import { describeFailure, renderFailure } from '../../src/action/failure.js'
import { ReprogateError } from '../../src/system/errors.js'

const env = { GITHUB_SERVER_URL: 'https://github.example', GITHUB_ACTION_REPOSITORY: 'acme/reprogate' }

describe('failure', () => {
  test('what a user can mend: message, place and remedy', () => {
    const error = new ReprogateError('policy/invalid', 'No such key', 'Remove it.', {
      file: 'reprogate.yml',
      line: 3,
    })
    expect(describeFailure(error, env)).toEqual({
      title: 'reprogate: policy/invalid',
      message: 'No such key',
      remedy: 'Remove it.',
      file: 'reprogate.yml',
      line: 3,
    })
  })

  test('anything else is a bug, with its stack and where to report it', () => {
    const failure = describeFailure(new TypeError('x is undefined'), env)
    expect(failure.title).toBe('reprogate: a bug')
    expect(failure.message).toMatch(/nothing was checked\. TypeError: x is undefined\n\s+at /)
    expect(failure.remedy).toBe(
      'Please report it with this text at https://github.example/acme/reprogate/issues.',
    )
    expect(describeFailure('text', {}).remedy).toBe('Please report it with this text.')
  })

  test('as Markdown it is one fenced block that nothing gets out of', () => {
    const message = '@everyone\n```\n````\n<img src=x> ::error::x'
    const markdown = renderFailure(
      { title: '', message, remedy: 'Mend it.', file: 'a.yml', line: 2 },
      { commit: 'f'.repeat(40), runUrl: 'https://h/r' },
    )
    expect(markdown).toContain(`\`\`\`\`\`text\na.yml:2: ${message}\n\`\`\`\`\``)
    expect(markdown).toContain('commit <code>fffffff</code> · <a href="https://h/r">the run</a>')
  })
})
