import { AsyncLocalStorage } from 'node:async_hooks';
import { formatTraceparent, parseTraceparent, randomHex, type TraceContext } from './trace-context';
import { installedTracer, type SpanAttributes } from './tracer';

/** What a context travels in: message headers, or the entries of a call's metadata. */
export interface TraceCarrier {
  traceparent?: string | undefined;
}

/** What a piece of work is about: in each of its log lines, and attributes of its spans. */
export interface Correlation {
  readonly accountId?: string;
  /** Client order id. */
  readonly coid?: string;
}

/** What is said of a span until it ends; afterwards it is lost. */
export interface OpenSpan {
  attributes: SpanAttributes;
  error: string | undefined;
}

/** Where work runs: its trace and what it is about. Opaque: from {@link captureTrace}, for {@link runInTrace}. */
export interface Trace {
  readonly context: TraceContext | undefined;
  readonly correlation: Correlation | undefined;
  readonly span: OpenSpan | undefined;
  readonly bound: object | undefined;
}

// The one asynchronous context of the process: on Node 20 each further storage costs every promise some 50 ns, also
// where nobody asks for it. What else has to travel with the work travels in here.
const storage = new AsyncLocalStorage<Trace | undefined>();

/** The trace that is active now, to go on in it later; undefined outside any. Allocates nothing. */
export function captureTrace(): Trace | undefined {
  return storage.getStore();
}

/**
 * Runs `work` where {@link captureTrace} was called, not where it is called itself: for work that was queued. With
 * undefined it runs outside any trace. A plain call where `trace` is active already.
 */
export function runInTrace<T>(trace: Trace | undefined, work: () => T): T {
  return storage.getStore() === trace ? work() : storage.run(trace, work);
}

/** {@link captureTrace} as a function that runs work there: for queues that know nothing of traces. */
export function bindTrace(): <T>(work: () => T) => T {
  const trace = storage.getStore();
  return trace === undefined ? runOutside : (work) => runInTrace(trace, work);
}

function runOutside<T>(work: () => T): T {
  return runInTrace(undefined, work);
}

export function currentTraceContext(): TraceContext | undefined {
  return storage.getStore()?.context;
}

/** Writes the current context into `carrier` (nothing where there is none) and returns the carrier. */
export function injectTrace<C extends TraceCarrier>(carrier: C): C {
  const context = currentTraceContext();
  if (context !== undefined) {
    carrier.traceparent = formatTraceparent(context);
  }
  return carrier;
}

/** Runs `work` in the trace that `carrier` brought, or in a new one. */
export function runWithTrace<T>(carrier: TraceCarrier, work: () => T): T {
  const context = parseTraceparent(carrier.traceparent) ?? newTraceContext();
  return storage.run({ context, correlation: undefined, span: undefined, bound: undefined }, work);
}

/** Runs `work` in the trace that `carrier` brought, or outside any: a message without a trace belongs to none. */
export function runWithCarriedTrace<T>(carrier: TraceCarrier, work: () => T): T {
  const context = carrier.traceparent === undefined ? undefined : parseTraceparent(carrier.traceparent);
  return runInTrace(context && { context, correlation: undefined, span: undefined, bound: undefined }, work);
}

/** Runs `work` with what it is about, added to what is known already. */
export function withCorrelation<T>(correlation: Correlation, work: () => T): T {
  const outer = storage.getStore();
  return storage.run(
    {
      context: outer?.context,
      span: outer?.span,
      bound: outer?.bound,
      correlation: { ...outer?.correlation, ...correlation },
    },
    work,
  );
}

/**
 * Runs `work`, in the trace that is active, with what bounds it: the call that is being served, for calls that are made
 * for it. It goes where the trace goes; a new trace begins without.
 */
export function runBound<T>(bound: object | undefined, work: () => T): T {
  const outer = storage.getStore();
  if (outer?.bound === bound) return work();
  return storage.run({ context: outer?.context, correlation: outer?.correlation, span: outer?.span, bound }, work);
}

/** What {@link runBound} was given. */
export function currentBound(): object | undefined {
  return storage.getStore()?.bound;
}

export function currentCorrelation(): Correlation | undefined {
  return storage.getStore()?.correlation;
}

/** The context of a new trace, for which the tracer has decided whether it is recorded. */
export function newTraceContext(): TraceContext {
  const traceId = randomHex(16);
  return { traceId, spanId: randomHex(8), isSampled: installedTracer().shouldSample(traceId) };
}
