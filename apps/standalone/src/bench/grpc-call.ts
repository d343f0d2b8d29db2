import { Client, credentials } from '@grpc/grpc-js';
import { withServer } from './child-server';
import { timesOf } from './timing';

const PATH = '/bench.Echo/Say';
const same = (bytes: Buffer): Buffer => bytes;

/** Answers with what it was sent, and says its port. */
const SERVER = `
  const { Server, ServerCredentials } = require(${JSON.stringify(require.resolve('@grpc/grpc-js'))});
  const same = (bytes) => bytes;
  const say = {
    path: ${JSON.stringify(PATH)}, requestStream: false, responseStream: false,
    requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same,
  };
  const server = new Server();
  server.addService({ say }, { say: (call, callback) => callback(null, call.request) });
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(String(port));
  });`;

/** Unary calls of bare grpc-js to another process and back with so many bytes, in µs. */
export function grpcCallTimes(count: number, bytes: number): Promise<number[]> {
  return withServer(SERVER, async (port) => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const message = Buffer.alloc(bytes, 'x');
    const call = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + 10_000;
        client.makeUnaryRequest(PATH, same, same, message, { deadline }, (error, answer) =>
          error === null ? resolve(answer) : reject(error),
        );
      });
    try {
      return await timesOf(count, call);
    } finally {
      client.close();
    }
  });
}
