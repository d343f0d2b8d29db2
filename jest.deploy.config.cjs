// Checks of charts, infrastructure, monitoring, images and pipeline with the programs of tools/deploy's toolbox.
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['**/*.deploy.ts'],
  testTimeout: 600_000,
};
