import { inspect } from 'node:util';
import { systemClock } from '@trading/platform-config';
import { captureTrace, newTraceContext, runInTrace, type OpenSpan, type Trace } from './trace';
import { randomHex, type TraceContext } from './trace-context';
import { installedTracer, type SpanAttributes, type SpanKind } from './tracer';

export interface SpanOptions {
  /** Default: internal. */
  readonly kind?: SpanKind;
  readonly attributes?: SpanAttributes;
  /** Traces that the work has to do with beside its own. */
  readonly links?: readonly (Trace | undefined)[];
}

/**
 * Runs `work` as a span of the current trace, or of a new one where there is none; it ends when the work returns,
 * settles or throws. Where nothing is recorded it is a plain call.
 */
export function withSpan<T>(name: string, options: SpanOptions, work: () => T): T {
  if (!installedTracer().isRecording) return work();
  const outer = captureTrace();
  if (outer?.context !== undefined) {
    return outer.context.isSampled ? measured(name, options, outer, childOf(outer.context), work) : work();
  }
  return rooted(name, options, outer, work);
}

/**
 * Begins a new trace, whatever is active: where something comes into the system. Whether it is recorded is decided here
 * and for all that follows from it. Without a tracer `work` runs outside any trace.
 */
export function startTrace<T>(name: string, options: SpanOptions, work: () => T): T {
  return installedTracer().isRecording ? rooted(name, options, undefined, work) : runInTrace(undefined, work);
}

/**
 * Runs work that several traces wait for (one transaction for many messages) in the first recorded of them and shows it
 * in each, as spans of the same times that are linked with each other.
 */
export function withSharedSpan<T>(
  traces: readonly (Trace | undefined)[],
  name: string,
  options: SpanOptions,
  work: () => T,
): T {
  const distinct = new Map<string, Trace>();
  if (installedTracer().isRecording) {
    for (const trace of traces) {
      if (trace?.context?.isSampled === true && !distinct.has(trace.context.traceId)) {
        distinct.set(trace.context.traceId, trace);
      }
    }
  }
  const [first, ...others] = [...distinct.values()];
  // What bounds one of those who wait does not bound the others.
  if (first?.context === undefined) return runInTrace(unbound(traces[0]), work);
  const context = childOf(first.context);
  const links = [...(options.links ?? []), ...others];
  return measured(name, { ...options, links }, unbound(first), context, work, others);
}

/** Adds to the span that runs now what became known in it; `error` says that it failed although nothing is thrown. */
export function annotateSpan(attributes: SpanAttributes, error?: string): void {
  const span = captureTrace()?.span;
  if (span === undefined) return;
  span.attributes = { ...span.attributes, ...attributes };
  if (error !== undefined) span.error = error;
}

function rooted<T>(name: string, options: SpanOptions, outer: Trace | undefined, work: () => T): T {
  const context = newTraceContext();
  if (context.isSampled) return measured(name, options, outer, context, work);
  return runInTrace({ context, correlation: outer?.correlation, span: undefined, bound: outer?.bound }, work);
}

function unbound(trace: Trace | undefined): Trace | undefined {
  return trace?.bound === undefined ? trace : { ...trace, bound: undefined };
}

function childOf({ traceId }: TraceContext): TraceContext {
  return { traceId, spanId: randomHex(8), isSampled: true };
}

function measured<T>(
  name: string,
  options: SpanOptions,
  outer: Trace | undefined,
  context: TraceContext,
  work: () => T,
  twins: readonly Trace[] = [],
): T {
  const tracer = installedTracer();
  const { correlation, bound } = outer ?? {};
  const span: OpenSpan = { attributes: { ...options.attributes }, error: undefined };
  const startUs = systemClock.nowUs();
  const end = (thrown?: { readonly error: unknown }): void => {
    const about = { 'trading.account_id': correlation?.accountId, 'trading.coid': correlation?.coid };
    const finished = {
      name,
      kind: options.kind ?? 'internal',
      attributes: { ...about, ...span.attributes },
      startUs,
      endUs: systemClock.nowUs(),
      error: thrown === undefined ? span.error : messageOf(thrown.error),
    };
    const links = contextsOf(options.links ?? []);
    tracer.record({ ...finished, context, parentSpanId: outer?.context?.spanId, links });
    for (const twin of contextsOf(twins)) {
      tracer.record({ ...finished, context: childOf(twin), parentSpanId: twin.spanId, links: [context] });
    }
  };
  let result: T;
  try {
    result = runInTrace({ context, correlation, span, bound }, work);
  } catch (error) {
    end({ error });
    throw error;
  }
  if (result instanceof Promise) {
    // The caller gets its own promise back: this branch only listens, and rethrows nothing.
    result.then(
      () => end(),
      (error: unknown) => end({ error }),
    );
  } else {
    end();
  }
  return result;
}

function contextsOf(traces: readonly (Trace | undefined)[]): TraceContext[] {
  return traces.flatMap((trace) => trace?.context ?? []);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : inspect(error);
}
