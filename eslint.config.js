import tseslint from 'typescript-eslint'

/** A room imports only from its own floor's neighbours below (the house, in CONTRIBUTING.md). */
const house = {
  verdict: ['policy', 'provenance', 'data', 'environment', 'evaluation', 'report', 'action'],
  policy: ['data', 'environment', 'evaluation', 'report', 'action'],
  provenance: ['data', 'environment', 'evaluation', 'report', 'action'],
  data: ['environment', 'evaluation', 'report', 'action'],
  environment: ['evaluation', 'report', 'action'],
  evaluation: ['report', 'action'],
  report: ['policy', 'provenance', 'data', 'environment', 'evaluation', 'action'],
}
const runnerOnly = ['@actions/*', '@octokit/*']

const roomRule = (above) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          group: above.flatMap((room) => [`../${room}/*`, `../../${room}/*`]),
          message: 'A room does not import from the floors above it.',
        },
        {
          group: ['**/gate.js', '**/main.js', '**/cli.js', '**/record.js'],
          message: 'A room does not import the doors.',
        },
        { group: runnerOnly, message: 'Only src/action may touch what only a runner has.' },
      ],
    },
  ],
})

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.reprogate/', 'node_modules/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts'],
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-control-regex': 'off',
    },
  },
  ...Object.entries(house).map(([room, above]) => ({
    files: [`src/${room}/**/*.ts`],
    rules: roomRule(above),
  })),
  {
    files: ['src/*.ts'],
    ignores: ['src/main.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [...runnerOnly, './action/*'],
              message: 'Only main.ts and src/action may touch what only a runner has.',
            },
          ],
        },
      ],
    },
  },
)
