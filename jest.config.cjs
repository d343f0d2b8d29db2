const { readFileSync } = require('node:fs');
const swc = JSON.parse(readFileSync(`${__dirname}/.swcrc`, 'utf8'));
const { paths } = JSON.parse(readFileSync(`${__dirname}/tsconfig.base.json`, 'utf8')).compilerOptions;

module.exports = {
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools'],
  testMatch: ['**/*.spec.ts'],
  testEnvironment: '<rootDir>/tools/test/node-environment.cjs',
  globalSetup: '<rootDir>/tools/test/src/global-setup.ts',
  globalTeardown: '<rootDir>/tools/test/src/global-teardown.ts',
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  moduleFileExtensions: ['ts', 'js', 'json'],
  moduleNameMapper: Object.fromEntries(
    Object.entries(paths).map(([name, [file]]) => [`^${name}$`, `<rootDir>/${file.replace('./', '')}`]),
  ),
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  maxWorkers: 2,
  // Hooks start real servers, on machines that may be busy: patience here hides no slowness, benchmarks measure it.
  testTimeout: 60_000,
};
