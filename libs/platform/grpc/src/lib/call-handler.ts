import type { Metadata } from '@grpc/grpc-js';
import { catchError, finalize, isObservable, lastValueFrom, Observable, tap, throwError } from 'rxjs';
import type { Logger } from '@trading/platform-logging';
import { recordRpc } from '@trading/platform-metrics';
import { currentTraceContext, runWithTrace, withSpan, formatTraceparent } from '@trading/platform-tracing';
import { type ErrorTranslator, asRpcError, RpcError } from './rpc-error';
import type { RpcMethodDefinition } from './method';
import { parsePath } from './method';

/** What a service does for one method; `call` is absent when the call did not come over the wire. */
export type RpcHandler = (request: unknown, metadata: Metadata, call?: unknown) => unknown;

export interface HandlerOptions {
  /** The service's name in logs and metrics, such as `execution`. */
  readonly service: string;
  readonly logger: Logger;
  readonly translateError?: ErrorTranslator | undefined;
}

/** A method with everything around it: trace, metrics, errors. The same over the wire and within the process. */
export interface BoundMethod {
  readonly definition: RpcMethodDefinition;
  /** Rejects with {@link RpcError} only. */
  unary(request: unknown, metadata: Metadata, call?: unknown): Promise<unknown>;
  /** Fails with {@link RpcError} only; unsubscribing ends the work. */
  stream(request: unknown, metadata: Metadata, call?: unknown): Observable<unknown>;
}

export function bindMethod(definition: RpcMethodDefinition, handler: RpcHandler, options: HandlerOptions): BoundMethod {
  const { method } = parsePath(definition.path);
  const span = `rpc ${options.service}.${method}`;

  const failed = (error: unknown): RpcError => {
    const rpcError = asRpcError(error, options.translateError);
    if (rpcError.code === 'INTERNAL') {
      options.logger.error({ method, error: rpcError.cause ?? rpcError }, 'A call failed unexpectedly.');
    } else {
      options.logger.debug({ method, status: rpcError.status, code: rpcError.code }, 'A call was refused.');
    }
    return rpcError;
  };
  const record = (startMs: number, code: string): void =>
    recordRpc(options.service, method, code, (performance.now() - startMs) / 1000);

  const unary = async (request: unknown, metadata: Metadata, call?: unknown): Promise<unknown> => {
    const startMs = performance.now();
    try {
      const result = await withSpan(span, {}, async () => handler(request, metadata, call));
      const answer: unknown = isObservable(result) ? await lastValueFrom(result) : result;
      record(startMs, 'OK');
      return answer;
    } catch (error) {
      const rpcError = failed(error);
      record(startMs, rpcError.status);
      throw rpcError;
    }
  };

  const stream = (request: unknown, metadata: Metadata, call?: unknown): Observable<unknown> =>
    new Observable<unknown>((subscriber) => {
      const startMs = performance.now();
      let code = 'CANCELLED';
      const source = withSpan(span, {}, () => fromHandler(() => handler(request, metadata, call)));
      return source
        .pipe(
          tap({ complete: () => (code = 'OK') }),
          catchError((error: unknown) => {
            const rpcError = failed(error);
            code = rpcError.status;
            return throwError(() => rpcError);
          }),
          finalize(() => record(startMs, code)),
        )
        .subscribe(subscriber);
    });

  return {
    definition,
    unary: (request, metadata, call) => runWithTrace(traceOf(metadata), () => unary(request, metadata, call)),
    stream: (request, metadata, call) =>
      new Observable((subscriber) =>
        runWithTrace(traceOf(metadata), () => stream(request, metadata, call).subscribe(subscriber)),
      ),
  };
}

/** A handler's Observable, promise of one, or single value as one Observable. */
function fromHandler(run: () => unknown): Observable<unknown> {
  return new Observable((subscriber) => {
    let isClosed = false;
    const start = async (): Promise<void> => {
      const result = await run();
      if (isClosed) {
        return;
      }
      if (isObservable(result)) {
        subscriber.add(result.subscribe(subscriber));
      } else {
        subscriber.next(result);
        subscriber.complete();
      }
    };
    start().catch((error: unknown) => subscriber.error(error));
    return () => {
      isClosed = true;
    };
  });
}

function traceOf(metadata: Metadata): { traceparent: string | undefined } {
  const [header] = metadata.get('traceparent');
  const current = currentTraceContext();
  // Within the process the caller's context is there already.
  return { traceparent: header?.toString() ?? (current === undefined ? undefined : formatTraceparent(current)) };
}
