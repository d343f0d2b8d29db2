import type { Metadata } from '@grpc/grpc-js';
import { catchError, finalize, isObservable, lastValueFrom, Observable, takeUntil, tap, throwError } from 'rxjs';
import type { Logger } from '@trading/platform-logging';
import { recordRpc } from '@trading/platform-metrics';
import { currentTraceContext, formatTraceparent, runWithTrace } from '@trading/platform-tracing';
import type { CallScope } from './call-scope';
import { callSpan } from './call-span';
import { parsePath, type RpcMethodDefinition } from './method';
import { type ErrorTranslator, asRpcError, type RpcError } from './rpc-error';

/** What a service does for one method; `call` is absent when the call did not come over the wire. */
export type RpcHandler = (request: unknown, metadata: Metadata, call?: unknown) => unknown;

export interface HandlerOptions {
  /** The service's name in logs and metrics, such as `execution`. */
  readonly service: string;
  readonly logger: Logger;
  readonly translateError?: ErrorTranslator | undefined;
}

/**
 * A method with everything around it: deadline, trace, metrics, errors. The same over the wire and within the process.
 * Scopes handed in are closed here.
 */
export interface BoundMethod {
  readonly definition: RpcMethodDefinition;
  /** Whether the calls that its handler makes are cancelled with it. */
  readonly passesCancellationOn: boolean;
  /** Rejects with {@link RpcError} only, and at once when the scope ends; the handler is left to notice. */
  unary(request: unknown, metadata: Metadata, scope: CallScope, call?: unknown): Promise<unknown>;
  /** Fails with {@link RpcError} only; unsubscribing and the end of the scope end the work. */
  stream(request: unknown, metadata: Metadata, scope: CallScope, call?: unknown): Observable<unknown>;
}

export function bindMethod(
  definition: RpcMethodDefinition,
  handler: RpcHandler,
  options: HandlerOptions,
  passesCancellationOn: boolean,
): BoundMethod {
  const { method } = parsePath(definition.path);
  const inSpan = callSpan(definition.path, 'server');

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

  const handled = async (request: unknown, metadata: Metadata, call: unknown): Promise<unknown> => {
    const result = await handler(request, metadata, call);
    return isObservable(result) ? lastValueFrom<unknown>(result) : result;
  };

  const unary = (request: unknown, metadata: Metadata, scope: CallScope, call?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const startMs = performance.now();
      let isAnswered = false;
      const refuse = (error: RpcError): void => {
        if (!isAnswered) {
          isAnswered = true;
          record(startMs, error.status);
          reject(error);
        }
      };
      scope.whenEnded(refuse);
      scope
        .run(() => handled(request, metadata, call))
        .then(
          (answer) => {
            scope.close();
            if (!isAnswered) {
              isAnswered = true;
              record(startMs, 'OK');
              resolve(answer);
            }
          },
          (error: unknown) => {
            scope.close();
            refuse(failed(error));
          },
        );
    });

  const stream = (request: unknown, metadata: Metadata, scope: CallScope, call?: unknown): Observable<unknown> =>
    new Observable<unknown>((subscriber) => {
      const startMs = performance.now();
      let code = 'CANCELLED';
      const ended = new Observable<never>((ending) => scope.whenEnded((reason) => ending.error(reason)));
      return fromHandler(() => handler(request, metadata, call))
        .pipe(
          takeUntil(ended),
          tap({ complete: () => (code = 'OK') }),
          catchError((error: unknown) => {
            const rpcError = failed(error);
            code = rpcError.status;
            return throwError(() => rpcError);
          }),
          finalize(() => {
            scope.close();
            record(startMs, code);
          }),
        )
        .subscribe(subscriber);
    });

  return {
    definition,
    passesCancellationOn,
    unary: (request, metadata, scope, call) =>
      runWithTrace(traceOf(metadata), () => inSpan(() => unary(request, metadata, scope, call))),
    stream: (request, metadata, scope, call) =>
      new Observable((subscriber) =>
        runWithTrace(traceOf(metadata), () =>
          scope.run(() => stream(request, metadata, scope, call).subscribe(subscriber)),
        ),
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
