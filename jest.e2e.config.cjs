// End-to-end tests drive the built program through its public doors, one after another: they share ports and the machine.
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['**/*.e2e.ts'],
  testTimeout: 180_000,
  maxWorkers: 1,
};
