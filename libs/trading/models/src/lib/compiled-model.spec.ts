import fc from 'fast-check';
import { compileModel } from './compiled-model';
import { linearToOnnx } from './linear-onnx';
import { linearMargin, sigmoid } from './logistic-regression';
import type { OnnxModel, OnnxNode } from './onnx-model';
import { readOnnx } from './onnx-reader';
import { writeOnnx } from './onnx-writer';

const linear = {
  mean: Float64Array.of(1, 2, -1),
  inverseScale: Float64Array.of(0.5, 0.25, 4),
  weights: Float64Array.of(-1, 3, 0.3),
  bias: 0.125,
};
const onnx = linearToOnnx(linear);
const base = readOnnx(onnx);

const withNodes = (nodes: readonly OnnxNode[]): OnnxModel => ({ ...base, nodes });
const changed = (opType: string, change: Partial<OnnxNode>): OnnxModel =>
  withNodes(base.nodes.map((node) => (node.opType === opType ? { ...node, ...change } : node)));

describe('compileModel', () => {
  it('computes what the linear model says, to float32', () => {
    const model = compileModel(onnx);
    expect(model.width).toBe(3);
    const row = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(row, (values) => {
        const features = Float64Array.from(values);
        const { margin, probability } = model.predict(features);
        const exact = linearMargin(linear, features);
        expect(Math.abs(margin - exact)).toBeLessThan(2e-6 * Math.max(1, Math.abs(exact)));
        expect(Math.abs(probability - sigmoid(exact))).toBeLessThan(1e-6);
        expect([margin, probability]).toEqual([Math.fround(margin), Math.fround(probability)]);
      }),
      { seed: 42 },
    );
  });

  it('carries NaN and infinities through', () => {
    const model = compileModel(onnx);
    expect(model.predict([NaN, 0, 0])).toEqual({ margin: NaN, probability: NaN });
    expect(model.predict([0, Infinity, 0])).toEqual({ margin: Infinity, probability: 1 });
    expect(model.predict([0, -Infinity, 0])).toEqual({ margin: -Infinity, probability: 0 });
  });

  it('refuses a row of another width', () => {
    expect(() => compileModel(onnx).predict([1, 2])).toThrow('takes 3 features; the row has 2');
  });

  it('compiles Add and Div, a constant for all features, and transposed weights too', () => {
    const scalar = { name: 'two', dims: [], data: Float32Array.of(2) };
    const weights = { name: 'weights', dims: [1, 3], data: Float32Array.of(1, 10, 100) };
    const node = (
      opType: string,
      inputs: string[],
      output: string,
      attributes = new Map<string, number>(),
    ): OnnxNode => ({
      opType,
      domain: '',
      inputs,
      outputs: [output],
      attributes,
    });
    const model = compileModel(
      writeOnnx({
        ...base,
        initializers: new Map([scalar, weights].map((tensor) => [tensor.name, tensor])),
        nodes: [
          node('Add', ['features', 'two'], 'a'),
          node('Div', ['a', 'two'], 'b'),
          node('Gemm', ['b', 'weights'], 'margin', new Map([['transB', 1]])),
          node('Sigmoid', ['margin'], 'probability'),
        ],
      }),
    );
    expect(model.predict([0, 2, 4]).margin).toBe(1 + 20 + 300);
  });

  const sub = base.nodes[0]!;
  it.each<[string, OnnxModel, string]>([
    ['an operator that is not linear', changed('Mul', { opType: 'Relu' }), 'Relu is not expected there'],
    ['an operator of another domain', changed('Gemm', { domain: 'ai.onnx.ml' }), 'ai.onnx.ml.Gemm is not linear'],
    ['a chain that forks', changed('Mul', { inputs: ['features', 'inverseScale'] }), 'does not continue the one chain'],
    ['a constant first', changed('Sub', { inputs: ['mean', 'features'] }), 'does not continue the one chain'],
    ['a scaled Gemm', changed('Gemm', { attributes: new Map([['alpha', 0.5]]) }), 'alpha = 0.5'],
    ['weights of another shape', changed('Gemm', { attributes: new Map([['transB', 1]]) }), 'weights of shape [3,1]'],
    ['a missing constant', changed('Sub', { inputs: ['features', 'absent'] }), 'takes absent'],
    ['a graph that stops early', withNodes(base.nodes.slice(0, 3)), 'does not end in Gemm and Sigmoid'],
    [
      'steps after the end',
      withNodes([...base.nodes, { ...sub, inputs: ['probability', 'mean'] }]),
      'Sub is not expected',
    ],
    ['other outputs', { ...base, outputs: base.outputs.slice(1) }, 'outputs must be margin'],
    ['two inputs', { ...base, inputs: [...base.inputs, { ...base.inputs[0]!, name: 'other' }] }, 'has 2 input(s)'],
  ])('refuses %s and says so', (_, model, reason) => {
    const compile = () => compileModel(writeOnnx(model));
    const refusal: Error = expect.objectContaining({ code: 'GRAPH_UNSUPPORTED' });
    expect(compile).toThrow(refusal);
    expect(compile).toThrow(reason);
  });
});
