import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dockerfileClaims } from '../../../src/environment/dockerfile/claims.js'

const told = (text: string, rule?: string) =>
  dockerfileClaims('Dockerfile', text)
    .findings.filter((one) => one.rule !== 'environment/epoch-missing' && (rule ?? one.rule) === one.rule)
    .map(({ message, line }) => `${line}: ${message}`)

describe('what is installed without a version', () => {
  test.each([
    [
      'RUN apt-get update && apt-get install -y --no-install-recommends git=1:2 curl \\\n  wget',
      ['2: apt installs 2 packages without a version: curl, wget'],
    ],
    ['RUN apt-get install -y -t stable git=1', []],
    [
      'RUN pip install numpy==1.2 scipy "torch>=1"',
      ['2: pip installs 2 packages without a version: scipy, torch>=1'],
    ],
    ['RUN pip install --no-cache-dir -i https://x --index-url=https://y -c c.txt numpy==1.2', []],
    [
      'RUN pip install a===1 b>=1,==1.5 c==1.*,==1.5 d==1.5,==1.* e==',
      ['2: pip installs 2 packages without a version: d==1.5,==1.*, e=='],
    ],
    ['RUN python3 -m pip install six', ['2: pip installs 1 package without a version: six']],
    ['RUN /opt/venv/bin/pip install -q six==1.*', ['2: pip installs 1 package without a version: six==1.*']],
    ['RUN uv pip install --python 3.9 six', ['2: pip installs 1 package without a version: six']],
    ['RUN ["pip", "install", "six"]', ['2: pip installs 1 package without a version: six']],
    ['RUN PIP_X=1 sudo pip3 install . -e ./here ./a.whl $PACKAGES six==1', []],
    [
      'RUN conda install -y -c x numpy=1.2=py_0 scipy=1.2',
      ['2: conda installs 1 package without a version: scipy=1.2'],
    ],
    ['RUN apk add --no-cache git', ['2: apk installs 1 package without a version: git']],
    ['RUN make install', []],
    ['RUN npm install', []],
    ['RUN echo pip install six', []],
  ])('%s', (step, expected) => {
    expect(told(`FROM x\n${step}\n`, 'environment/install-unpinned')).toEqual(expected)
  })
  test('the files that are installed', () => {
    const { files } = dockerfileClaims(
      'Dockerfile',
      'FROM x\nRUN pip install -r requirements.txt -rmore.txt --requirement=dev.txt\nRUN uv sync --frozen && poetry install\nRUN conda env create -f env.yml\n',
    )
    expect(files).toEqual(['requirements.txt', 'more.txt', 'dev.txt', 'uv.lock', 'poetry.lock', 'env.yml'])
  })
})

test.each([
  ['ADD https://e.x/w.tar /w', ['2: ADD fetches https://e.x/w.tar without a checksum']],
  [`ADD --checksum=sha256:${'a'.repeat(64)} https://e.x/w.tar /w`, []],
  ['ADD https://e.x/a.git#main /a', ['2: ADD fetches https://e.x/a.git#main without a checksum']],
  [`ADD https://e.x/a.git#${'b'.repeat(40)} /a`, []],
  ['ADD ["git@e.x:a.git", "/a"]', ['2: ADD fetches git@e.x:a.git without a checksum']],
  ['ADD here.tar /w', []],
])('%s', (step, expected) => {
  expect(told(`FROM x\n${step}\n`, 'environment/remote-unpinned')).toEqual(expected)
})

test.each([
  ['RUN make', true],
  ['ENV SOURCE_DATE_EPOCH=1\nRUN make', false],
  ['ARG SOURCE_DATE_EPOCH\nRUN make', false],
  ['RUN SOURCE_DATE_EPOCH=1 make', false],
  ['COPY a b', false],
])('the time of the build: %j', (steps, expected) => {
  const { findings } = dockerfileClaims('Dockerfile', `FROM x\n${steps}\n`)
  expect(findings.some(({ rule }) => rule === 'environment/epoch-missing')).toBe(expected)
})

describe('what it is for', () => {
  test.each([
    ['CMD ["python", "train.py"]\nEXPOSE 8888', 'trains'],
    ['CMD python evaluate.py', 'evaluates'],
    ['EXPOSE 8080', 'serves'],
    ['CMD ["uvicorn", "main:app"]', 'serves'],
    ['ENTRYPOINT ["python", "app.py"]', 'serves'],
    ['CMD ["bash"]', 'open'],
    ['EXPOSE 80\nFROM y\nCMD ["bash"]', 'open'],
    ['', 'open'],
  ])('%j', (steps, purpose) => {
    const { purpose: found, findings } = dockerfileClaims('Dockerfile', `FROM x\n${steps}\n`)
    expect(found.purpose).toBe(purpose)
    const serving = findings.find(({ rule }) => rule === 'environment/dockerfile-serves')
    expect(serving?.line).toBe(purpose === 'serves' ? 2 : undefined)
  })
})

test('any text ends in claims whose lines are in it', () => {
  const piece = fc.constantFrom(
    ...[
      'FROM x',
      'RUN ',
      'pip install ',
      'apt-get install ',
      'ADD https://',
      'CMD ',
      '&&',
      ';',
      '\\',
      '\n',
      '\n',
      ' ',
      '"',
      "'",
      '[',
      '-r',
      'a=b',
      'install',
      '<<EOF',
    ],
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
  )
  fc.assert(
    fc.property(text, (content) => {
      const lines = content.split('\n').length
      for (const { line = 1 } of dockerfileClaims('Dockerfile', content).findings)
        expect(line >= 1 && line <= lines).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a step of a hundred thousand words costs no more than its beginning', () => {
  const step = `FROM x\nRUN pip install ${'a '.repeat(100_000)}\n`
  expect(told(step, 'environment/install-unpinned')[0]).toMatch(/^2: pip installs [\d,]{5} packages/)
})
