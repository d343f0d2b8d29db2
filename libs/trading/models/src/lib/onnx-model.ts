/**
 * The part of ONNX that our models use, with the field numbers of onnx.proto (ONNX 1.13, IR version 8).
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export const FIELD = {
  model: { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8, metadata: 14 },
  opset: { domain: 1, version: 2 },
  entry: { key: 1, value: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 },
  attribute: { name: 1, float: 2, int: 3, type: 20 },
  tensor: { dims: 1, dataType: 2, floatData: 4, name: 8, rawData: 9, dataLocation: 14 },
  valueInfo: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { elementType: 1, shape: 2 },
  shape: { dimension: 1 },
  dimension: { value: 1, parameter: 2 },
} as const;

/** TensorProto.DataType */
export const FLOAT = 1;
/** AttributeProto.AttributeType */
export const ATTRIBUTE_FLOAT = 1;
export const ATTRIBUTE_INT = 2;

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface OnnxNode {
  readonly opType: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Numbers only; others are named with NaN. */
  readonly attributes: ReadonlyMap<string, number>;
}

export interface OnnxValue {
  readonly name: string;
  /** TensorProto.DataType */
  readonly elementType: number;
  /** A string is the name of a free dimension. */
  readonly dims: readonly (number | string)[];
}

export interface OnnxModel {
  readonly irVersion: number;
  /** Version of ONNX's own operator set. */
  readonly opset: number;
  readonly producer: string;
  readonly nodes: readonly OnnxNode[];
  /** Constants whose data is float32 and in the file; others are absent. */
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: ReadonlyMap<string, string>;
}
