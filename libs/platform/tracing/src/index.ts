/**
 * W3C trace context through asynchronous calls, and spans for whoever records them. Touches nothing: adapters of the
 * `Tracer` port carry spans away, and without one a span costs a function call. Start with `trace`.
 */
export { formatTraceparent, parseTraceparent, type TraceContext } from './lib/trace-context';
export {
  currentTraceContext,
  injectTrace,
  installTracer,
  runWithTrace,
  withSpan,
  type TraceCarrier,
} from './lib/trace';
export { InMemoryTracer, noopTracer, type FinishedSpan, type SpanAttributes, type Tracer } from './lib/tracer';
