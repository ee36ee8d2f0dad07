import fc from 'fast-check'

/** Dockerfiles as nobody writes them who means well: every image in them is called evil, by a number. */

/** What builders take for white space, or what people do. */
const blank = fc.constantFrom(' ', '  ', '\t', '\v', '\f', '\u00a0', '\u3000', '\u0085', '\r')
const plain = fc.constant(' ')
const gap = fc.oneof({ weight: 6, arbitrary: plain }, { weight: 2, arbitrary: blank })
const end = fc.oneof(
  { weight: 8, arbitrary: fc.constant('\n') },
  { weight: 1, arbitrary: fc.constantFrom('\r\n', '\r\r\n', ' \n', '\f\n', '\n\n', '\u00a0\n') },
)
/** What goes on in the next line, maybe. */
const continued = fc.constantFrom(
  '\\\n',
  '\\ \t\n',
  '`\n',
  '\\\\\n',
  '\\\n# a comment\n',
  '\\\n\n',
  '\\\n  # FROM x\n',
  '\\\r\n',
  '``\n',
  '\\\n\u00a0#\n',
)
const image = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('evil/1', 'evil/2', 'evil/3:tag') },
  fc.constantFrom(
    '${A}',
    '$A',
    '${B:-evil/4}',
    '${C:+evil/5}',
    '${TARGETOS:+evil/6}',
    '"evil/7"',
    "'evil/8'",
    'ev\\il/9',
    'evil/${TARGETARCH}',
    '${A%/*}',
    '${A#evil}',
    '${A/evil/good}',
    '\\$A',
    'scratch',
    'SCRATCH',
    'x',
    'X',
    '0',
    '1',
  ),
)
const stage = fc.constantFrom('', ' AS x', ' as X', ' As y', ' AS\tx', ' AS 0', ' # AS x', ' AS')
const keyword = (word: string) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(word) },
    fc.constantFrom(
      word.toLowerCase(),
      `${word.slice(0, 2)}\\\n${word.slice(2)}`,
      `\u00a0${word}`,
      `\t${word}`,
      `\ufeff${word}`,
      [...word].map((c) => String.fromCodePoint(c.codePointAt(0)! + 0xfee0)).join(''),
    ),
  )
const space = fc.oneof({ weight: 8, arbitrary: gap }, { weight: 1, arbitrary: continued })

const from = fc
  .tuple(
    keyword('FROM'),
    space,
    fc.constantFrom('', '--platform=linux/amd64 ', '--platform=$TARGETPLATFORM '),
    image,
    stage,
  )
  .map((parts) => parts.join(''))
const copy = fc
  .tuple(
    keyword('COPY'),
    space,
    fc.constantFrom(
      '--from=',
      '--FROM=',
      '--chown=0 --from=',
      '--fr"om"=',
      '--from ',
      '--from=\\',
      '-- --from=',
      '--from=""',
    ),
    image,
    fc.constantFrom(' /a /b', ' ["/a", "/b"]', '\t/a\v/b'),
  )
  .map((parts) => parts.join(''))
const mount = fc
  .tuple(
    keyword('RUN'),
    space,
    fc.constantFrom(
      '--mount=from=',
      '--mount=type=bind,from=',
      '--mount=type=bind,"from=',
      '--mount=type=cache,target=/c,from=',
      '--mount=FROM=',
      '--mount=type=bind,target=/x --mount=from=',
      '--mount="from=',
    ),
    image,
    fc.constantFrom(',target=/x', '",target=/x', ',target=/x"', ',dst=/x', ''),
  )
  .map((parts) => `${parts.join('')} true`)
const arg = fc
  .tuple(
    keyword('ARG'),
    space,
    fc.constantFrom('A', 'B', 'C', 'A=', 'TARGETOS', 'A B'),
    fc.constantFrom(
      '',
      '=evil/10',
      '="evil/11"',
      '=evil/12 C=1',
      "='evil/13'",
      '=$B',
      '=\\evil/14',
      '=evil\\/15',
    ),
  )
  .map((parts) => parts.join(''))
const heredoc = fc
  .tuple(
    fc.constantFrom(
      'RUN <<',
      'COPY <<',
      'ADD <<',
      'LABEL a=<<',
      'RUN cat <<',
      'RUN "<<',
      'RUN 3<<',
      'COPY <<A <<',
      'RUN echo \\<<',
    ),
    fc.constantFrom('EOF', '-EOF', '"EOF"', "'EOF'", '~EOF', 'E\\OF', '-"E O"'),
    fc.constantFrom('', ' /x'),
    fc.array(fc.oneof(from, copy), { maxLength: 2 }),
    fc.constantFrom('EOF', '\tEOF', 'EOF ', 'A', 'E O'),
  )
  .map(([start, name, rest, inside, stop]) => [`${start}${name}${rest}`, ...inside, stop].join('\n'))
const onbuild = fc
  .tuple(keyword('ONBUILD'), space, fc.oneof(copy, mount, from))
  .map((parts) => parts.join(''))
const other = fc.constantFrom(
  'LABEL a="b\\\nc"',
  'ENV A=evil/16',
  'RUN echo "a \\',
  'CMD ["x"]',
  'SHELL ["/bin/sh"]',
  '# a comment',
  '  # another \\',
  'RUN true \\\\',
  'WORKDIR /a`',
  'USER \\',
  'EXPOSE 1',
  'NOTHING x',
)
const directive = fc.constantFrom(
  '# escape=`\n',
  '#escape = \\\n',
  '# syntax=docker/dockerfile:1\n# escape=`\n',
  '# x\n# escape=`\n',
  '\n# escape=`\n',
  '# check=skip=all\n# escape=`\n',
  '#\u00a0escape=`\n',
  '# ESCAPE=`\n',
  '\ufeff# escape=`\n',
)

export const dockerfiles: fc.Arbitrary<string> = fc
  .tuple(
    fc.option(directive, { nil: '', freq: 2 }),
    fc.array(arg, { maxLength: 2 }),
    from,
    fc.array(fc.oneof(from, copy, mount, heredoc, onbuild, arg, other), { maxLength: 5 }),
    fc.array(end, { minLength: 8, maxLength: 8 }),
  )
  .map(
    ([head, args, first, rest, ends]) =>
      head + [...args, first, ...rest].map((line, index) => line + (ends[index] ?? '\n')).join(''),
  )
