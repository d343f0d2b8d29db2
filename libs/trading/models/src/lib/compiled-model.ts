import { ModelRefused } from './errors';
import type { OnnxModel, OnnxNode, OnnxTensor } from './onnx-model';
import { readOnnx } from './onnx-reader';

/** What a model says of one row. */
export interface Inference {
  /** Log-odds of class 1. */
  readonly margin: number;
  readonly probability: number;
}

/** A model as flat arrays, computed without a runtime. */
export interface CompiledModel {
  /** Features in a row. */
  readonly width: number;
  /**
   * Computes one row as ONNX does, in float32. A row with NaN gives NaN; infinities give what IEEE arithmetic gives.
   * @throws RangeError when the row is not `width` long
   */
  predict(features: ArrayLike<number>): Inference;
}

type ElementWise = 'Sub' | 'Add' | 'Mul' | 'Div';

interface Step {
  readonly operator: ElementWise;
  readonly operand: Float32Array;
}

interface LinearGraph {
  readonly steps: readonly Step[];
  readonly weights: Float32Array;
  readonly bias: number;
}

/**
 * Compiles a linear graph: any number of Sub, Add, Mul, Div with constants, one Gemm to a single output, Sigmoid.
 * @throws ModelRefused `ONNX_INVALID` or, with what it met instead, `GRAPH_UNSUPPORTED`
 */
export function compileModel(bytes: Uint8Array): CompiledModel {
  const { steps, weights, bias } = linearGraph(readOnnx(bytes));
  const width = weights.length;
  return {
    width,
    predict(features) {
      if (features.length !== width) {
        throw new RangeError(`The model takes ${width} features; the row has ${features.length}.`);
      }
      // Products are summed in float64 and rounded once: at least as exact as any order of float32 sums a runtime takes.
      let margin = bias;
      for (let i = 0; i < width; i += 1) {
        let x = Math.fround(features[i] ?? NaN);
        for (const { operator, operand } of steps) x = apply(operator, x, operand[i] ?? NaN);
        margin += x * (weights[i] ?? NaN);
      }
      margin = Math.fround(margin);
      return { margin, probability: Math.fround(1 / (1 + Math.exp(-margin))) };
    },
  };
}

function apply(operator: ElementWise, x: number, operand: number): number {
  switch (operator) {
    case 'Sub':
      return Math.fround(x - operand);
    case 'Add':
      return Math.fround(x + operand);
    case 'Mul':
      return Math.fround(x * operand);
    case 'Div':
      return Math.fround(x / operand);
  }
}

function linearGraph(model: OnnxModel): LinearGraph {
  const inputs = model.inputs.filter(({ name }) => !model.initializers.has(name));
  const width = inputs[0]?.dims[1];
  if (inputs.length !== 1 || typeof width !== 'number') {
    refuse(`it must have one input of shape [N, width], and has ${inputs.length} input(s)`);
  }
  const steps: Step[] = [];
  let gemm: { weights: Float32Array; bias: number } | undefined;
  let current = inputs[0]?.name ?? '';
  let margin: string | undefined;
  for (const node of model.nodes) {
    if (node.domain !== '' && node.domain !== 'ai.onnx')
      refuse(`the operator ${node.domain}.${node.opType} is not linear`);
    if (node.inputs[0] !== current) refuse(`${node.opType} does not continue the one chain from the input`);
    const { opType } = node;
    if (isElementWise(opType) && !gemm) steps.push({ operator: opType, operand: operandOf(node, model, width) });
    else if (opType === 'Gemm' && !gemm) gemm = gemmOf(node, model, width);
    else if (opType === 'Sigmoid' && gemm && margin === undefined) margin = current;
    else refuse(`${opType} is not expected there; a linear model is Sub, Add, Mul, Div, then Gemm, then Sigmoid`);
    current = node.outputs[0] ?? '';
  }
  if (!gemm || margin === undefined) refuse('it does not end in Gemm and Sigmoid');
  const outputs = model.outputs.map(({ name }) => name);
  if (margin !== 'margin' || current !== 'probability' || outputs.join() !== 'margin,probability') {
    refuse(`its outputs must be margin (of Gemm) and probability (of Sigmoid), and are ${outputs.join(', ')}`);
  }
  return { steps, ...gemm };
}

function isElementWise(opType: string): opType is ElementWise {
  return opType === 'Sub' || opType === 'Add' || opType === 'Mul' || opType === 'Div';
}

function operandOf(node: OnnxNode, model: OnnxModel, width: number): Float32Array {
  const { data } = constant(node, 1, model);
  if (data.length !== 1 && data.length !== width)
    refuse(`${node.opType} has ${data.length} constants for ${width} features`);
  return data.length === 1 ? new Float32Array(width).fill(data[0] ?? NaN) : data;
}

function gemmOf(node: OnnxNode, model: OnnxModel, width: number): { weights: Float32Array; bias: number } {
  for (const [name, neutral] of [
    ['alpha', 1],
    ['beta', 1],
    ['transA', 0],
  ] as const) {
    if ((node.attributes.get(name) ?? neutral) !== neutral)
      refuse(`Gemm has ${name} = ${node.attributes.get(name) ?? ''}`);
  }
  const { data, dims } = constant(node, 1, model);
  const shape = node.attributes.get('transB') === 1 ? `1,${width}` : `${width},1`;
  if (dims.join() !== shape) refuse(`Gemm has weights of shape [${dims.join()}]; [${shape}] was expected`);
  if (node.inputs[2] === undefined) return { weights: data, bias: 0 };
  const bias = constant(node, 2, model).data;
  if (bias.length !== 1) refuse(`Gemm has ${bias.length} biases; one was expected`);
  return { weights: data, bias: bias[0] ?? NaN };
}

function constant(node: OnnxNode, index: number, model: OnnxModel): OnnxTensor {
  const tensor = model.initializers.get(node.inputs[index] ?? '');
  if (!tensor)
    refuse(`${node.opType} takes ${node.inputs[index] ?? 'nothing'}, which is not a float32 constant of the file`);
  return tensor;
}

function refuse(reason: string): never {
  throw new ModelRefused('GRAPH_UNSUPPORTED', `The model's graph cannot be compiled: ${reason}.`);
}
