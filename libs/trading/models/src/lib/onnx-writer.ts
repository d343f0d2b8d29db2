import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  ATTRIBUTE_FLOAT,
  ATTRIBUTE_INT,
  FIELD,
  FLOAT,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-model';

/** Encodes a model. The same model gives the same bytes: fields in order of declaration, nothing about time or machine. */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  int(writer, FIELD.model.irVersion, model.irVersion);
  text(writer, FIELD.model.producerName, model.producer);
  message(writer, FIELD.model.graph, (graph) => {
    for (const node of model.nodes) message(graph, FIELD.graph.node, (to) => writeNode(to, node));
    text(graph, FIELD.graph.name, 'model');
    for (const tensor of model.initializers.values()) {
      message(graph, FIELD.graph.initializer, (to) => writeTensor(to, tensor));
    }
    for (const value of model.inputs) message(graph, FIELD.graph.input, (to) => writeValue(to, value));
    for (const value of model.outputs) message(graph, FIELD.graph.output, (to) => writeValue(to, value));
  });
  message(writer, FIELD.model.opsetImport, (opset) => {
    text(opset, FIELD.opset.domain, '');
    int(opset, FIELD.opset.version, model.opset);
  });
  for (const [key, value] of model.metadata) {
    message(writer, FIELD.model.metadata, (entry) => {
      text(entry, FIELD.entry.key, key);
      text(entry, FIELD.entry.value, value);
    });
  }
  return writer.finish();
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) text(writer, FIELD.node.input, input);
  for (const output of node.outputs) text(writer, FIELD.node.output, output);
  text(writer, FIELD.node.opType, node.opType);
  for (const [name, value] of node.attributes) {
    const whole = Number.isInteger(value);
    message(writer, FIELD.node.attribute, (attribute) => {
      text(attribute, FIELD.attribute.name, name);
      if (whole) int(attribute, FIELD.attribute.int, value);
      else attribute.tag(FIELD.attribute.float, WireType.Bit32).float(value);
      int(attribute, FIELD.attribute.type, whole ? ATTRIBUTE_INT : ATTRIBUTE_FLOAT);
    });
  }
  text(writer, FIELD.node.domain, node.domain);
}

function writeTensor(writer: BinaryWriter, tensor: OnnxTensor): void {
  for (const dim of tensor.dims) int(writer, FIELD.tensor.dims, dim);
  int(writer, FIELD.tensor.dataType, FLOAT);
  text(writer, FIELD.tensor.name, tensor.name);
  const raw = new DataView(new ArrayBuffer(tensor.data.length * 4));
  tensor.data.forEach((value, index) => raw.setFloat32(index * 4, value, true));
  writer.tag(FIELD.tensor.rawData, WireType.LengthDelimited).bytes(new Uint8Array(raw.buffer));
}

function writeValue(writer: BinaryWriter, value: OnnxValue): void {
  text(writer, FIELD.valueInfo.name, value.name);
  message(writer, FIELD.valueInfo.type, (type) => {
    message(type, FIELD.type.tensor, (tensor) => {
      int(tensor, FIELD.tensorType.elementType, value.elementType);
      message(tensor, FIELD.tensorType.shape, (shape) => {
        for (const dim of value.dims) {
          message(shape, FIELD.shape.dimension, (dimension) => {
            if (typeof dim === 'string') text(dimension, FIELD.dimension.parameter, dim);
            else int(dimension, FIELD.dimension.value, dim);
          });
        }
      });
    });
  });
}

function int(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
