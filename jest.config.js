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

/** `unit` needs nothing but Node and git; `e2e` needs the engine, the base image and the built bundle. */
export default {
  coverageProvider: 'v8',
  reporters: ['default', ...(process.env.CI ? ['<rootDir>/scripts/strict-reporter.js'] : [])],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/__tests__/!(e2e)/**/*.test.ts', '<rootDir>/__tests__/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/__tests__/e2e/**/*.test.ts'],
      globalSetup: '<rootDir>/__tests__/e2e/global-setup.js',
      globalTeardown: '<rootDir>/__tests__/e2e/global-teardown.js',
    },
  ],
}
