import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A serialised `google.protobuf.FileDescriptorSet` of every contract, for gRPC reflection. */
export function reflectionImage(): Buffer {
  return readFileSync(join(__dirname, 'reflection.binpb'));
}
