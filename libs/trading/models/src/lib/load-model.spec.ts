import { compileModel } from './compiled-model';
import { FakeInferenceRuntime } from './fake-inference-runtime';
import { checkGolden, decodeGolden, encodeGolden, recordGolden } from './golden';
import { linearToOnnx } from './linear-onnx';
import { loadModel, type ModelFiles, sha256Hex } from './load-model';
import { encodeManifest, type ModelManifest, parseManifest } from './model-manifest';

const schema = { hash: '0123456789abcdef', names: ['a', 'b'] };
const linear = {
  mean: Float64Array.of(0, 1),
  inverseScale: Float64Array.of(1, 2),
  weights: Float64Array.of(0.5, -0.25),
  bias: 0.1,
};
const onnx = linearToOnnx(linear);
const golden = encodeGolden(
  recordGolden(compileModel(onnx), [
    [0, 0],
    [1, -1],
    [NaN, 0],
    [Infinity, 0],
    [0, Infinity],
  ]),
);
const manifest: ModelManifest = {
  formatVersion: 1,
  name: 'test',
  version: '1',
  symbol: 'EURUSD',
  timeframe: 'H1',
  learner: { kind: 'logistic-regression', l2: 0.01 },
  featureSchemaHash: schema.hash,
  featureNames: schema.names,
  warmUpBars: 3,
  label: { kind: 'direction', horizonBars: 5 },
  classOrder: ['down', 'up'],
  dataSha256: '0'.repeat(64),
  trainedFromUs: 0,
  trainedToUs: 1,
  trainingRows: 10,
  seed: 0,
  trials: 1,
  validation: {
    method: 'purged-tail',
    trainRows: 8,
    purgedRows: 1,
    rows: 2,
    logLoss: 0.7,
    baselineLogLoss: 0.69,
    accuracy: 0.5,
    majorityAccuracy: 0.5,
    auc: 0.5,
    baseRate: 0.5,
  },
  onnxSha256: sha256Hex(onnx),
  goldenSha256: sha256Hex(golden),
};

/** Consistent files, changed before their digests are taken. */
function files(change: Partial<ModelManifest> = {}, parts: Partial<Omit<ModelFiles, 'manifest'>> = {}): ModelFiles {
  const content = { onnx, golden, ...parts };
  const digests = { onnxSha256: sha256Hex(content.onnx), goldenSha256: sha256Hex(content.golden) };
  return { ...content, manifest: encodeManifest({ ...manifest, ...digests, ...change }) };
}

describe('loadModel', () => {
  it('serves a model that passes every check, and frees the runtime', async () => {
    const runtime = new FakeInferenceRuntime();
    const loaded = await loadModel(files(), runtime, schema);
    expect(loaded.manifest).toEqual(manifest);
    expect(loaded.digest).toBe(sha256Hex(encodeManifest(manifest)));
    const margin = Math.fround(0.1 + 0.5 * 2 - 0.25 * 2 * (3 - 1));
    expect(loaded.predict(Float64Array.of(2, 3)).margin).toBeCloseTo(margin, 6);
    expect(loaded.predict([NaN, 1])).toEqual({ raw: NaN, margin: NaN, probability: NaN });
    expect(runtime.openSessions).toBe(0);
  });

  const one = Float64Array.of(1);
  const narrow = { mean: one, inverseScale: one, weights: one, bias: 0 };
  const otherOnnx = linearToOnnx({ ...linear, bias: 0.1001 });
  it.each<[string, ModelFiles, string]>([
    ['an ONNX file that is not the manifest’s', { ...files(), onnx: otherOnnx }, 'DIGEST_MISMATCH'],
    ['golden vectors that are not the manifest’s', { ...files(), golden: golden.slice(4) }, 'DIGEST_MISMATCH'],
    ['another feature schema', files({ featureSchemaHash: 'fedcba9876543210' }), 'SCHEMA_MISMATCH'],
    ['other feature names', files({ featureNames: ['b', 'a'] }), 'SCHEMA_MISMATCH'],
    ['a model of another width', files({}, { onnx: linearToOnnx(narrow) }), 'SCHEMA_MISMATCH'],
    ['a model whose golden vectors do not come out', files({}, { onnx: otherOnnx }), 'GOLDEN_MISMATCH'],
    ['golden vectors that are cut', files({}, { golden: golden.slice(0, -4) }), 'GOLDEN_INVALID'],
    ['bytes that are no model', files({}, { onnx: Uint8Array.of(255) }), 'ONNX_INVALID'],
    ['a manifest that is not JSON', { ...files(), manifest: Uint8Array.of(123) }, 'MANIFEST_INVALID'],
  ])('refuses %s', async (_, model, code) => {
    await expect(loadModel(model, new FakeInferenceRuntime(), schema)).rejects.toMatchObject({ code });
  });

  it('refuses a model on which the runtime disagrees or fails, and still frees the runtime', async () => {
    const runtime = new FakeInferenceRuntime();
    runtime.marginError = 1e-5;
    await expect(loadModel(files(), runtime, schema)).rejects.toMatchObject({ code: 'RUNTIME_MISMATCH' });
    runtime.failure = new Error('out of memory');
    await expect(loadModel(files(), runtime, schema)).rejects.toThrow('does not run in fake runtime: out of memory');
    expect(runtime.openSessions).toBe(0);
  });
});

describe('golden vectors', () => {
  it('go through bytes with NaN and infinities', () => {
    const decoded = decodeGolden(golden);
    expect(decoded.rows).toHaveLength(5);
    expect(decoded.rows[2]![0]).toBeNaN();
    expect(decoded.expected[3]).toEqual({ margin: Infinity, probability: 1 });
    expect(encodeGolden(decoded)).toEqual(golden);
    expect(checkGolden(compileModel(onnx), decoded)).toEqual({ ok: true });
  });

  it('tell which row differs, and never take a number for NaN', () => {
    const decoded = decodeGolden(golden);
    const wrong = decoded.expected.map((answer, i) => (i === 2 ? { margin: 0, probability: 0.5 } : answer));
    const check = checkGolden(compileModel(onnx), { ...decoded, expected: wrong });
    expect(check).toEqual({
      ok: false,
      reason: 'Golden row 2 should give margin 0, probability 0.5 and gives margin NaN, probability NaN.',
    });
  });

  it.each([new Uint8Array(0), Uint8Array.of(1, 2, 3), golden.slice(0, 12), new Uint8Array(40)])(
    'are refused when they are not such a file (%#)',
    (bytes) => {
      const refusal: Error = expect.objectContaining({ code: 'GOLDEN_INVALID' });
      expect(() => decodeGolden(bytes)).toThrow(refusal);
    },
  );
});

describe('parseManifest', () => {
  it('reads what encodeManifest wrote', () => {
    expect(parseManifest(encodeManifest({ ...manifest, expiresAtUs: 5 }))).toEqual({ ...manifest, expiresAtUs: 5 });
  });

  it('names every field that is wrong', () => {
    const wrong = { ...manifest, warmUpBars: 0, label: { kind: 'direction' }, unknown: 1, onnxSha256: 'x' };
    const parse = () => parseManifest(new TextEncoder().encode(JSON.stringify(wrong)));
    const refusal: Error = expect.objectContaining({ code: 'MANIFEST_INVALID' });
    expect(parse).toThrow(refusal);
    for (const field of ['warmUpBars:', 'label.horizonBars:', 'unknown', 'onnxSha256: expected 64']) {
      expect(parse).toThrow(field);
    }
  });
});
