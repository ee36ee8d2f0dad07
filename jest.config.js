const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
}

/** An engine, a registry and a base image, for those who need them. */
const world = {
  globalSetup: '<rootDir>/__tests__/e2e/global-setup.js',
  globalTeardown: '<rootDir>/__tests__/e2e/global-teardown.js',
}

/**
 * `unit` needs nothing but Node and git. `integration` drives rooms of `src` against the real thing: an
 * engine, a browser, GitHub's description. `e2e` runs the built bundle and never imports `src`.
 */
export default {
  coverageProvider: 'v8',
  // No test is about seconds; this only ends what hangs.
  testTimeout: 60_000,
  reporters: ['default', ...(process.env.CI ? ['<rootDir>/scripts/strict-reporter.js'] : [])],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      setupFiles: ['<rootDir>/__tests__/support/no-engine.js'],
      testMatch: ['<rootDir>/__tests__/!(e2e|integration)/**/*.test.ts', '<rootDir>/__tests__/*.test.ts'],
    },
    {
      ...shared,
      ...world,
      displayName: 'integration',
      testMatch: ['<rootDir>/__tests__/integration/**/*.test.ts'],
    },
    {
      ...shared,
      ...world,
      displayName: 'e2e',
      testMatch: ['<rootDir>/__tests__/e2e/**/*.test.ts'],
    },
  ],
}
