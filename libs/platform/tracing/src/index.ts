/**
 * W3C trace context through asynchronous calls and queues, and spans for whoever records them. Touches nothing but the
 * collector that `OtlpTracer` is pointed at; without a tracer a span costs a function call. Start with `trace`, then
 * `span`, then `otlp-tracer`.
 */
export { formatTraceparent, parseTraceparent, type TraceContext } from './lib/trace-context';
export {
  bindTrace,
  captureTrace,
  currentBound,
  currentCorrelation,
  currentTraceContext,
  injectTrace,
  runBound,
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
export { OtlpTracer, type OtlpTracerOptions, type SpanCounts, type TraceLog } from './lib/otlp-tracer';
export { spanMetrics } from './lib/span-metrics';
export { OtlpReceiver, type ReceivedSpan, type ReceiverAnswer } from './lib/otlp-receiver';
export { startTracing, tracingVariables, type TracingVariables } from './lib/tracing-variables';
