// Stands in for fast-check when kernels are held to their models at length: every property has at least MODEL_RUNS cases
// of MODEL_SEED instead of the few of its own, and each one's count is added to the file MODEL_CASES.
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
const real = require(join(__dirname, '../../node_modules/fast-check/lib/cjs/fast-check.js'));

const least = Number(process.env.MODEL_RUNS ?? 100);
const seed = Number(process.env.MODEL_SEED ?? 42);

function assert(property, parameters = {}) {
  const numRuns = Math.max(least, parameters.numRuns ?? real.readConfigureGlobal()?.numRuns ?? 0);
  const count = () => {
    if (process.env.MODEL_CASES) appendFileSync(process.env.MODEL_CASES, `${numRuns}\n`);
  };
  // A path leads to one case of the seed that the test names.
  const outcome = real.assert(property, { ...parameters, path: undefined, numRuns, seed });
  if (!(outcome instanceof Promise)) {
    count();
    return outcome;
  }
  return outcome.then((value) => {
    count();
    return value;
  });
}

module.exports = { ...real, default: real, assert, __esModule: true };
