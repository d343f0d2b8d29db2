// The kernels' property tests, each with as many cases as MODEL_RUNS says: `node …/chaos/main.js model` runs them.
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: [
    '<rootDir>/libs/trading/{orders,portfolio,risk,simulation,reconciliation}/**/*{propert,order-state,model}*.spec.ts',
    '<rootDir>/libs/services/{execution,gateway,risk-manager,terminal-simulator}/**/*{propert,order-record,model}*.spec.ts',
  ],
  moduleNameMapper: {
    ...require('./jest.config.cjs').moduleNameMapper,
    '^fast-check$': '<rootDir>/tools/test/model-fast-check.cjs',
  },
  testTimeout: 1_200_000,
};
