import { status } from '@grpc/grpc-js';
import {
  annotateSpan,
  currentTraceContext,
  withSpan,
  type SpanKind,
  type SpanOptions,
} from '@trading/platform-tracing';
import { parsePath } from './method';
import { RpcError } from './rpc-error';

/** Makes unary calls of one method spans, as OpenTelemetry names and describes those of gRPC; plain calls untraced. */
export function callSpan(
  path: string,
  kind: Extract<SpanKind, 'client' | 'server'>,
): (call: () => Promise<unknown>) => Promise<unknown> {
  const { fullService, method } = parsePath(path);
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': fullService, 'rpc.method': method };
  const options: SpanOptions = { kind, attributes };
  const name = `${fullService}/${method}`;
  return (call) =>
    withSpan(name, options, () => {
      const answer = call();
      return currentTraceContext()?.isSampled === true ? answer.catch(tellStatus) : answer;
    });
}

function tellStatus(error: unknown): never {
  if (error instanceof RpcError) annotateSpan({ 'rpc.grpc.status_code': status[error.status] });
  throw error;
}
