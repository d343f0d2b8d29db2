// Proofs of what is deployed that take minutes: `npx nx run deploy:verify`, or one of them by a part of its path.
module.exports = { ...require('./jest.deploy.config.cjs'), testMatch: ['**/*.verify.ts'], maxWorkers: 1 };
