// Jest's Node environment with the typed arrays of the outer realm: native modules such as onnxruntime-node check with
// `instanceof` against the constructors of the realm in which they were loaded.
const { TestEnvironment } = require('jest-environment-node');

const SHARED = ['Float32Array', 'Float64Array', 'BigInt64Array', 'Int32Array', 'Uint8Array', 'ArrayBuffer'];

module.exports = class NodeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of SHARED) this.global[name] = globalThis[name];
  }
};
