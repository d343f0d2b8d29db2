import { createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { reflectionImage } from '../lib/reflection';

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, reflectionImage()));

/**
 * Bytes of a message as another implementation reads and writes them, in hex: fields in the order of their numbers,
 * which protobuf leaves open.
 *
 * @param typeName such as `trading.common.v1.Mark`
 */
export function canonicalHex(typeName: string, bytes: Uint8Array): string {
  const message = registry.getMessage(typeName);
  if (message === undefined) throw new Error(`There is no message ${typeName}.`);
  return Buffer.from(toBinary(message, fromBinary(message, bytes))).toString('hex');
}
