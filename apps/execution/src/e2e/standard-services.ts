import { once } from 'node:events';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';

const DEADLINE_MS = 10_000;
const same = (bytes: Buffer): Buffer => bytes;
/** A string as field `number` of a message, as protobuf writes it. */
const stringField = (number: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, text.length]), Buffer.from(text)]);

/** Whether `grpc.health.v1` says SERVING of a service; empty for the whole server. */
export async function isServing(address: string, service: string): Promise<boolean> {
  const client = new Client(address, credentials.createInsecure());
  try {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      const done = (error: ServiceError | null, value?: Buffer): void => {
        if (error === null) resolve(value ?? Buffer.alloc(0));
        else reject(error);
      };
      const deadline = Date.now() + DEADLINE_MS;
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, stringField(1, service), { deadline }, done);
    });
    // HealthCheckResponse{status: SERVING}
    return answer.equals(Buffer.from([0x08, 0x01]));
  } finally {
    client.close();
  }
}

/** Full names of the services that a server shows by reflection. */
export async function reflectedServices(address: string): Promise<string[]> {
  const client = new Client(address, credentials.createInsecure());
  try {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const call = client.makeBidiStreamRequest(path, same, same, { deadline: Date.now() + DEADLINE_MS });
    const answer = once(call, 'data') as Promise<[Buffer]>;
    // ServerReflectionRequest{list_services: "*"}
    call.write(stringField(7, '*'));
    const [bytes] = await answer;
    call.end();
    return bytes.toString('latin1').match(/(?:trading|grpc)(?:\.[a-z0-9]+)+\.[A-Z][A-Za-z]+/g) ?? [];
  } finally {
    client.close();
  }
}
