import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { fieldsOf } from './message-fields';

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
      // `FileDescriptorSet`: repeated FileDescriptorProto file = 1, each as it was encoded.
      fileDescriptorProtos: fieldsOf(image)
        .bytes(1)
        .map((file) => Buffer.from(file)),
    },
  };
  new ReflectionService(packages, { services: [...services] }).addToServer(server);
}
