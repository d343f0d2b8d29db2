// Tests against real Kafka, PostgreSQL, Redis and InfluxDB, which are started once for all of them.
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['**/*.distributed.ts'],
  globalSetup: '<rootDir>/tools/test/src/distributed-setup.ts',
  globalTeardown: '<rootDir>/tools/test/src/distributed-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/tools/test/src/distributed-retry.ts'],
  testTimeout: 180_000,
  maxWorkers: 1,
};
