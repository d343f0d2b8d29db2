import { silentLogger } from '@trading/platform-logging';
import type { RpcHandler } from './call-handler';
import { echoImage, type EchoService, EchoServiceDefinition } from './echo-fixture';
import { closeGrpcClient, createGrpcClient, type GrpcClientOptions } from './grpc-client';
import { GrpcHost, type GrpcHostOptions } from './grpc-host';
import { createInProcessClient } from './in-process-client';
import { RpcError } from './rpc-error';

const closings: (() => void)[] = [];

/** Runs `close` when {@link closeAll} does, which is after each test. */
export function atEnd(close: () => void): void {
  closings.push(close);
}

export function closeAll(): void {
  for (const close of closings.splice(0).reverse()) {
    close();
  }
}

export interface Served {
  readonly host: GrpcHost;
  readonly port: number;
}

/** The echo service on a port of its own, closed at the end of the test. */
export async function serve(
  handlers: Readonly<Record<string, RpcHandler>>,
  options: GrpcHostOptions & { readonly port?: number } = {},
): Promise<Served> {
  const host = new GrpcHost({ reflectionImage: echoImage(), ...options });
  host.addHandlers(EchoServiceDefinition, handlers, { service: 'echo', logger: silentLogger });
  const port = await host.listen('127.0.0.1', options.port ?? 0);
  atEnd(() => host.close());
  return { host, port };
}

/** A client over the wire, closed at the end of the test. */
export function connect(address: string | number, options: Partial<GrpcClientOptions> = {}): EchoService {
  const target = typeof address === 'number' ? `127.0.0.1:${address}` : address;
  const client = createGrpcClient<EchoService>(EchoServiceDefinition, target, {
    deadlineMs: 10_000,
    logger: silentLogger,
    ...options,
  });
  atEnd(() => closeGrpcClient(client));
  return client;
}

/** A client of either way to the same host. */
export function clientOf(way: 'wire' | 'inside', { host, port }: Served, deadlineMs?: number): EchoService {
  return way === 'wire'
    ? connect(port, deadlineMs === undefined ? {} : { deadlineMs })
    : createInProcessClient<EchoService>(EchoServiceDefinition, host, { deadlineMs });
}

export async function failureOf(call: Promise<unknown>): Promise<RpcError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RpcError)) {
    throw new Error(`The call did not fail with an RpcError: ${String(error)}.`, { cause: error });
  }
  return error;
}
