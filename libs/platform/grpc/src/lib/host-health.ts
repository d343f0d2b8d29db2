import type { Server, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';
import { RpcError, toWireError } from './rpc-error';
import type { OpenStreams } from './wire-calls';

/** Says whether a service (name with package; empty for the whole server) can serve now; undefined for unknown ones. */
export type ServingCheck = (service: string) => Promise<boolean | undefined>;

interface HealthRequest {
  readonly service: string;
}
type HealthStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

/** The standard health service (`grpc.health.v1.Health`), asked anew for each check instead of kept by hand. */
export function addHealth(server: Server, check: ServingCheck, watchEveryMs: number, streams: OpenStreams): void {
  const statusOf = async (service: string): Promise<HealthStatus> => {
    const isServing = await check(service);
    return isServing === undefined ? 'SERVICE_UNKNOWN' : isServing ? 'SERVING' : 'NOT_SERVING';
  };
  const implementation: UntypedServiceImplementation = {
    check: (call: { request: HealthRequest }, callback: (error: object | null, answer?: object) => void): void => {
      statusOf(call.request.service).then(
        (status) => {
          if (status === 'SERVICE_UNKNOWN') {
            const name = call.request.service;
            callback(toWireError(new RpcError('NOT_FOUND', 'SERVICE_UNKNOWN', `No service ${name} is served here.`)));
          } else {
            callback(null, { status });
          }
        },
        () => callback(null, { status: 'NOT_SERVING' }),
      );
    },
    watch: (call: ServerWritableStream<HealthRequest, { status: HealthStatus }>): void => {
      let last: HealthStatus | undefined;
      const look = (): void => {
        statusOf(call.request.service)
          .catch((): HealthStatus => 'NOT_SERVING')
          .then((status) => {
            if (status !== last && !call.cancelled && !call.writableEnded) {
              call.write({ status });
            }
            last = status;
          })
          // A write on a call that ended meanwhile: there is nobody left to tell.
          .catch(() => undefined);
      };
      const timer = setInterval(look, watchEveryMs);
      timer.unref();
      const remove = streams.add((reason) => {
        stop();
        call.emit('error', toWireError(reason));
      });
      const stop = (): void => {
        clearInterval(timer);
        remove();
      };
      call.on('cancelled', stop);
      look();
    },
  };
  server.addService(healthDefinition, implementation);
}
