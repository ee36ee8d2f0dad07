import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'
import house from './scripts/lint/house.js'

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.reprogate/', 'node_modules/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts'],
    plugins: { house, regexp },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-control-regex': 'off',
      'house/imports': 'error',
      'house/no-circle': 'error',
      'house/unique-names': 'error',
      // Texts of strangers are matched in linear time, whatever is in them.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': [
        'error',
        { report: 'potential', ignorePartial: false, ignoreSticky: false },
      ],
      // A function takes a handful and fits on a screen.
      'max-params': ['error', 4],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // They see what a user sees.
    files: ['__tests__/e2e/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/src/**', '**/support/gate.js'], message: 'e2e runs the bundle.' }] },
      ],
    },
  },
)
