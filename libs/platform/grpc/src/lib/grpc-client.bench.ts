import { Client, credentials, type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import { silentLogger } from '@trading/platform-logging';
import { type EchoRequest, type EchoService, EchoServiceDefinition } from './echo-fixture';
import { closeGrpcClient, createGrpcClient } from './grpc-client';
import { GrpcHost } from './grpc-host';
import { createInProcessClient } from './in-process-client';

const WARM_UP = 2_000;
const CALLS = 20_000;
const PER_TURN = 500;
const ask: EchoRequest = { text: 'EURUSD' };

type Call = () => Promise<unknown>;

const answer: handleUnaryCall<EchoRequest, EchoRequest> = (call, callback) => callback(null, call.request);

/** Latencies in microseconds of calls one at a time; the ways take turns, so that a busy moment meets them all. */
async function measure(
  ways: Readonly<Record<string, Call>>,
): Promise<Record<string, { p50Us: number; p99Us: number }>> {
  const times = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let done = -WARM_UP; done < CALLS; done += PER_TURN) {
    for (const [name, call] of Object.entries(ways)) {
      for (let n = 0; n < PER_TURN; n++) {
        const from = performance.now();
        await call();
        if (done >= 0) times.get(name)?.push((performance.now() - from) * 1_000);
      }
    }
  }
  const at = (sorted: readonly number[], part: number): number =>
    Math.round((sorted[Math.floor(sorted.length * part)] ?? NaN) * 10) / 10;
  return Object.fromEntries(
    [...times].map(([name, all]) => {
      const sorted = all.sort((a, b) => a - b);
      return [name, { p50Us: at(sorted, 0.5), p99Us: at(sorted, 0.99) }];
    }),
  );
}

/** A bare grpc-js call, the same call through this room, and the call within the process, in one run. */
async function main(): Promise<void> {
  const bareServer = new Server();
  bareServer.addService({ say: EchoServiceDefinition.say }, { say: answer });
  const barePort = await new Promise<number>((resolve, reject) => {
    bareServer.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
  const bare = new Client(`127.0.0.1:${barePort}`, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = EchoServiceDefinition.say;

  const host = new GrpcHost();
  host.addHandlers(EchoServiceDefinition, { say: (request) => request }, { service: 'echo', logger: silentLogger });
  const port = await host.listen('127.0.0.1', 0);
  const client = createGrpcClient<EchoService>(EchoServiceDefinition, `127.0.0.1:${port}`, { logger: silentLogger });
  const inside = createInProcessClient<EchoService>(EchoServiceDefinition, host);

  const result = await measure({
    bare: () =>
      new Promise((resolve, reject) => {
        bare.makeUnaryRequest(path, requestSerialize, responseDeserialize, ask, (error, value) =>
          error === null ? resolve(value) : reject(error),
        );
      }),
    client: () => client.say(ask),
    inProcess: () => inside.say(ask),
  });
  const ratio = (key: 'p50Us' | 'p99Us'): number =>
    Math.round(((result['client']?.[key] ?? NaN) / (result['bare']?.[key] ?? NaN)) * 100) / 100;
  console.log(JSON.stringify({ ...result, clientToBare: { p50: ratio('p50Us'), p99: ratio('p99Us') } }));
  closeGrpcClient(client);
  host.close();
  bare.close();
  bareServer.forceShutdown();
}

void main();
