import { agree } from './agreement';
import { compileModel } from './compiled-model';
import type { InferenceRuntime } from './inference';
import { linearToOnnx } from './linear-onnx';

/** What every inference runtime must do; call it inside a `describe` of the adapter's spec. */
export function inferenceRuntimeContract(make: () => InferenceRuntime): void {
  const onnx = linearToOnnx({
    mean: Float64Array.of(0.5, -1, 0),
    inverseScale: Float64Array.of(2, 0.1, 1),
    weights: Float64Array.of(0.3, -4, 0.7),
    bias: -0.2,
  });
  const rows = [
    [0, 0, 0],
    [0.1, -20, 3],
    [1e6, 5, -2],
    [NaN, 0, 0],
    [0, Infinity, 0],
    [0, -Infinity, 0],
  ];

  it('agrees with the compiled engine, NaN and infinities included', async () => {
    const session = await make().load(onnx);
    const model = compileModel(onnx);
    const { margin, probability } = await session.run(Float32Array.from(rows.flat()), rows.length);
    expect(margin).toHaveLength(rows.length);
    expect(probability).toHaveLength(rows.length);
    rows.forEach((row, i) => {
      const theirs = { margin: margin[i] ?? 0, probability: probability[i] ?? 0 };
      expect({ row, theirs, agrees: agree(model.predict(row), theirs) }).toMatchObject({ agrees: true });
    });
    await session.close();
  });

  it('gives a row the same answer alone as in a batch', async () => {
    const session = await make().load(onnx);
    const batch = await session.run(Float32Array.from(rows.flat()), rows.length);
    for (const [index, row] of rows.entries()) {
      const alone = await session.run(Float32Array.from(row), 1);
      expect([alone.margin[0], alone.probability[0]]).toEqual([batch.margin[index], batch.probability[index]]);
    }
    await session.close();
  });

  it('refuses bytes that are no model', async () => {
    await expect(make().load(Uint8Array.of(1, 2, 3))).rejects.toThrow();
  });

  it('refuses rows of another width', async () => {
    const session = await make().load(onnx);
    await expect(session.run(new Float32Array(5), 2)).rejects.toThrow();
    await expect(session.run(new Float32Array(0), 0)).rejects.toThrow();
    await session.close();
  });

  it('does not run once it is closed, and can be closed twice', async () => {
    const session = await make().load(onnx);
    await session.close();
    await session.close();
    await expect(session.run(new Float32Array(3), 1)).rejects.toThrow();
  });
}
