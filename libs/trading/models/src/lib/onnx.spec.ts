import fc from 'fast-check';
import { linearToOnnx } from './linear-onnx';
import { FLOAT, type OnnxModel } from './onnx-model';
import { readOnnx } from './onnx-reader';
import { writeOnnx } from './onnx-writer';

const word = fc.string({ minLength: 1, maxLength: 8 });
const value = fc.record({
  name: word,
  elementType: fc.constantFrom(1, 7, 11),
  dims: fc.array(fc.oneof(fc.nat(), word), { maxLength: 3 }),
});
const tensor = fc
  .array(fc.float({ noNaN: true }), { maxLength: 6 })
  .chain((data) =>
    fc.record({ name: word, dims: fc.constant([data.length, 1]), data: fc.constant(Float32Array.from(data)) }),
  );
const anyModel: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.integer({ min: 1, max: 20 }),
  opset: fc.integer({ min: 1, max: 30 }),
  producer: word,
  nodes: fc.array(
    fc.record({
      opType: word,
      domain: fc.constantFrom('', 'ai.onnx.ml'),
      inputs: fc.array(word, { maxLength: 3 }),
      outputs: fc.array(word, { maxLength: 2 }),
      attributes: fc
        .array(fc.tuple(word, fc.oneof(fc.integer(), fc.constant(0.5))), { maxLength: 3 })
        .map((a) => new Map(a)),
    }),
    { maxLength: 3 },
  ),
  initializers: fc.array(tensor, { maxLength: 3 }).map((tensors) => new Map(tensors.map((t) => [t.name, t]))),
  inputs: fc.array(value, { maxLength: 2 }),
  outputs: fc.array(value, { maxLength: 2 }),
  metadata: fc.array(fc.tuple(word, fc.string()), { maxLength: 2 }).map((entries) => new Map(entries)),
});

const linear = {
  mean: Float64Array.of(1, 2),
  inverseScale: Float64Array.of(0.5, 0.25),
  weights: Float64Array.of(-1, 3),
  bias: 0.125,
};

describe('ONNX files', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(anyModel, (model) => expect(readOnnx(writeOnnx(model))).toEqual(model)),
      { seed: 42 },
    );
  });

  it('hold the graph Sub, Mul, Gemm, Sigmoid for a linear model, in opset 17 and IR version 8', () => {
    const model = readOnnx(linearToOnnx(linear, new Map([['featureSchemaHash', 'abc']])));
    expect(model.nodes.map(({ opType }) => opType)).toEqual(['Sub', 'Mul', 'Gemm', 'Sigmoid']);
    expect(model).toMatchObject({ irVersion: 8, opset: 17 });
    expect(model.inputs).toEqual([{ name: 'features', elementType: FLOAT, dims: ['N', 2] }]);
    expect(model.outputs.map(({ name }) => name)).toEqual(['margin', 'probability']);
    expect(model.initializers.get('weights')).toEqual({ name: 'weights', dims: [2, 1], data: Float32Array.of(-1, 3) });
    expect(model.metadata.get('featureSchemaHash')).toBe('abc');
  });

  it('are the same bytes for the same model', () => {
    expect(linearToOnnx(linear)).toEqual(linearToOnnx(linear));
  });

  it('are refused with a code when they are cut, damaged or something else', () => {
    const bytes = linearToOnnx(linear);
    const damaged = [...Array(bytes.length).keys()].map((length) => bytes.slice(0, length));
    for (const part of [...damaged, new TextEncoder().encode('{"not": "a model"}'), new Uint8Array(64).fill(255)]) {
      try {
        readOnnx(part);
      } catch (error) {
        expect(error).toMatchObject({ name: 'ModelRefused', code: 'ONNX_INVALID' });
      }
    }
    expect(() => readOnnx(new Uint8Array(0))).toThrow('holds no ONNX graph');
    expect(() => readOnnx(bytes.slice(0, 200))).toThrow('cannot be read');
  });
});
