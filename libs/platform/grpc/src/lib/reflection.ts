import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';

type ReflectedPackages = ConstructorParameters<typeof ReflectionService>[0];

/**
 * Serves reflection of `services` (names with package) from buf's binary image, which is a `FileDescriptorSet` with
 * its imports.
 */
export function addReflection(server: Server, image: Uint8Array, services: readonly string[]): void {
  const packages: ReflectedPackages = {
    image: {
      format: 'Protocol Buffer 3 DescriptorProto',
      type: {},
      fileDescriptorProtos: filesOf(image),
    },
  };
  new ReflectionService(packages, { services: [...services] }).addToServer(server);
}

/** The files of a `FileDescriptorSet` (`repeated FileDescriptorProto file = 1`), each as it was encoded. */
function filesOf(image: Uint8Array): Buffer[] {
  const reader = new BinaryReader(image);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) {
      files.push(Buffer.from(reader.bytes()));
    } else {
      reader.skip(wireType);
    }
  }
  return files;
}
