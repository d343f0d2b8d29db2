import type { LinearModel } from './logistic-regression';
import { FLOAT, type OnnxNode, type OnnxTensor } from './onnx-model';
import { writeOnnx } from './onnx-writer';

const NO_ATTRIBUTES: ReadonlyMap<string, number> = new Map();

/**
 * A linear model as ONNX: `features` [N, width] → Sub → Mul → Gemm → `margin` [N, 1] → Sigmoid → `probability` [N, 1],
 * all float32, opset 17. Parameters are rounded to float32 here, once.
 */
export function linearToOnnx(model: LinearModel, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const width = model.weights.length;
  const tensor = (name: string, dims: readonly number[], values: Iterable<number>): [string, OnnxTensor] => [
    name,
    { name, dims, data: Float32Array.from(values) },
  ];
  const node = (opType: string, inputs: readonly string[], output: string): OnnxNode => ({
    opType,
    domain: '',
    inputs,
    outputs: [output],
    attributes: NO_ATTRIBUTES,
  });
  return writeOnnx({
    irVersion: 8,
    opset: 17,
    producer: 'trading-models',
    nodes: [
      node('Sub', ['features', 'mean'], 'centred'),
      node('Mul', ['centred', 'inverseScale'], 'standardised'),
      node('Gemm', ['standardised', 'weights', 'bias'], 'margin'),
      node('Sigmoid', ['margin'], 'probability'),
    ],
    initializers: new Map([
      tensor('mean', [width], model.mean),
      tensor('inverseScale', [width], model.inverseScale),
      tensor('weights', [width, 1], model.weights),
      tensor('bias', [1], [model.bias]),
    ]),
    inputs: [{ name: 'features', elementType: FLOAT, dims: ['N', width] }],
    outputs: [
      { name: 'margin', elementType: FLOAT, dims: ['N', 1] },
      { name: 'probability', elementType: FLOAT, dims: ['N', 1] },
    ],
    metadata,
  });
}
