/**
 * W3C trace context through asynchronous calls and queues, and spans for whoever records them. Touches nothing but the
 * collector that `OtlpTracer` is pointed at; without a tracer a span costs a function call. Start with `trace`, then
 * `span`.
 */
export { formatTraceparent, parseTraceparent, type TraceContext } from './lib/trace-context';
export {
  bindTrace,
  captureTrace,
  currentCorrelation,
  currentTraceContext,
  injectTrace,
  runInTrace,
  runWithCarriedTrace,
  runWithTrace,
  withCorrelation,
  type Correlation,
  type Trace,
  type TraceCarrier,
} from './lib/trace';
export { annotateSpan, startTrace, withSharedSpan, withSpan, type SpanOptions } from './lib/span';
export { TraceMap } from './lib/trace-map';
export {
  InMemoryTracer,
  installTracer,
  noopTracer,
  type FinishedSpan,
  type SpanAttributes,
  type SpanKind,
  type Tracer,
} from './lib/tracer';
