import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { ModelRefused } from './errors';
import { FIELD, FLOAT, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnx-model';

type Value = Uint8Array | number;
/** Fields of one message by number: bytes of a length-delimited one, the number of any other. */
type Fields = ReadonlyMap<number, readonly Value[]>;

/**
 * Reads what {@link OnnxModel} holds out of an ONNX file and skips the rest.
 * @throws ModelRefused (`ONNX_INVALID`) when the bytes are not a protobuf message or hold no graph
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  try {
    const model = fieldsOf(bytes);
    const graphBytes = messages(model, FIELD.model.graph)[0];
    if (!graphBytes) throw new ModelRefused('ONNX_INVALID', 'The file holds no ONNX graph.');
    const graph = fieldsOf(graphBytes);
    const tensors = messages(graph, FIELD.graph.initializer).flatMap((tensor) => readTensor(fieldsOf(tensor)));
    const opsets = messages(model, FIELD.model.opsetImport).map(fieldsOf);
    return {
      irVersion: number(model, FIELD.model.irVersion),
      opset: number(opsets.find((opset) => text(opset, FIELD.opset.domain) === '') ?? new Map(), FIELD.opset.version),
      producer: text(model, FIELD.model.producerName),
      nodes: messages(graph, FIELD.graph.node).map((node) => readNode(fieldsOf(node))),
      initializers: new Map(tensors.map((tensor) => [tensor.name, tensor])),
      inputs: messages(graph, FIELD.graph.input).map((value) => readValue(fieldsOf(value))),
      outputs: messages(graph, FIELD.graph.output).map((value) => readValue(fieldsOf(value))),
      metadata: new Map(
        messages(model, FIELD.model.metadata)
          .map(fieldsOf)
          .map((entry) => [text(entry, FIELD.entry.key), text(entry, FIELD.entry.value)]),
      ),
    };
  } catch (error) {
    if (error instanceof ModelRefused) throw error;
    throw new ModelRefused('ONNX_INVALID', 'The file cannot be read as an ONNX model.', { cause: error });
  }
}

function readNode(node: Fields): OnnxNode {
  return {
    opType: text(node, FIELD.node.opType),
    domain: text(node, FIELD.node.domain),
    inputs: texts(node, FIELD.node.input),
    outputs: texts(node, FIELD.node.output),
    attributes: new Map(
      messages(node, FIELD.node.attribute)
        .map(fieldsOf)
        .map((attribute) => {
          const { float, int } = FIELD.attribute;
          const value = attribute.get(int)?.at(-1) ?? attribute.get(float)?.at(-1);
          return [text(attribute, FIELD.attribute.name), typeof value === 'number' ? value : NaN];
        }),
    ),
  };
}

function readTensor(tensor: Fields): OnnxTensor[] {
  const { dataType, dataLocation, dims, floatData, name, rawData } = FIELD.tensor;
  if (number(tensor, dataType) !== FLOAT || number(tensor, dataLocation) !== 0) return [];
  const raw = messages(tensor, rawData)[0];
  const data = raw ? float32s(raw) : Float32Array.from(numbers(tensor, floatData, (packed) => [...float32s(packed)]));
  const shape = numbers(tensor, dims, varints);
  const expected = shape.reduce((product, dim) => product * dim, 1);
  if (data.length !== expected) {
    throw new ModelRefused(
      'ONNX_INVALID',
      `The tensor ${text(tensor, name)} should hold ${expected} values and holds ${data.length}.`,
    );
  }
  return [{ name: text(tensor, name), dims: shape, data }];
}

function readValue(value: Fields): OnnxValue {
  const nested = (fields: Fields, field: number): Fields => {
    const bytes = messages(fields, field)[0];
    return bytes ? fieldsOf(bytes) : new Map<number, Value[]>();
  };
  const tensor = nested(nested(value, FIELD.valueInfo.type), FIELD.type.tensor);
  return {
    name: text(value, FIELD.valueInfo.name),
    elementType: number(tensor, FIELD.tensorType.elementType),
    dims: messages(nested(tensor, FIELD.tensorType.shape), FIELD.shape.dimension)
      .map(fieldsOf)
      .map((dim) =>
        dim.has(FIELD.dimension.value) ? number(dim, FIELD.dimension.value) : text(dim, FIELD.dimension.parameter),
      ),
  };
}

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Value[]>();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    if (wireType === WireType.LengthDelimited) values.push(reader.bytes());
    else if (wireType === WireType.Varint) values.push(Number(reader.int64()));
    else if (wireType === WireType.Bit32) values.push(reader.float());
    else reader.skip(wireType, field);
  }
  return fields;
}

function messages(fields: Fields, field: number): Uint8Array[] {
  return (fields.get(field) ?? []).filter((value) => value instanceof Uint8Array);
}

function texts(fields: Fields, field: number): string[] {
  return messages(fields, field).map((bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

function text(fields: Fields, field: number): string {
  return texts(fields, field).at(-1) ?? '';
}

function number(fields: Fields, field: number): number {
  const value = fields.get(field)?.at(-1) ?? 0;
  return typeof value === 'number' ? value : NaN;
}

/** Repeated numbers, one by one or packed: writers differ. */
function numbers(fields: Fields, field: number, unpack: (packed: Uint8Array) => number[]): number[] {
  return (fields.get(field) ?? []).flatMap((value) => (value instanceof Uint8Array ? unpack(value) : value));
}

function varints(packed: Uint8Array): number[] {
  const reader = new BinaryReader(packed);
  const values: number[] = [];
  while (reader.pos < reader.len) values.push(Number(reader.int64()));
  return values;
}

function float32s(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 2 }, (_, index) => view.getFloat32(index * 4, true));
}
