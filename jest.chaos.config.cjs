// Short versions of what `npx nx run execution:chaos` does at length; they drive the built program.
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['**/*.chaos.ts'],
  maxWorkers: 1,
};
