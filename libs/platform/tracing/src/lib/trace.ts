import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { formatTraceparent, parseTraceparent, randomHex, type TraceContext } from './trace-context';
import { noopTracer, type SpanAttributes, type Tracer } from './tracer';

/** What a context travels in: message headers, or the entries of a call's metadata. */
export interface TraceCarrier {
  traceparent?: string | undefined;
}

const storage = new AsyncLocalStorage<TraceContext>();
// The process has one tracer, as it has one asynchronous context; picked once by the app before anything runs.
let tracer: Tracer = noopTracer;

/** Makes `next` the tracer of this process; returns the one before. */
export function installTracer(next: Tracer): Tracer {
  const previous = tracer;
  tracer = next;
  return previous;
}

export function currentTraceContext(): TraceContext | undefined {
  return storage.getStore();
}

/** Writes the current context into `carrier` (nothing where there is none) and returns the carrier. */
export function injectTrace<C extends TraceCarrier>(carrier: C): C {
  const context = storage.getStore();
  if (context !== undefined) {
    carrier.traceparent = formatTraceparent(context);
  }
  return carrier;
}

/** Runs `work` in the trace that `carrier` brought, or in a new one. */
export function runWithTrace<T>(carrier: TraceCarrier, work: () => T): T {
  const context = parseTraceparent(carrier.traceparent) ?? {
    traceId: randomHex(16),
    spanId: randomHex(8),
    isSampled: tracer.shouldSample(),
  };
  return storage.run(context, work);
}

/** Runs `work` as a span of the current trace, ended when it returns, settles or throws. */
export function withSpan<T>(name: string, attributes: SpanAttributes, work: () => T): T {
  const parent = storage.getStore();
  if (!tracer.isRecording || parent?.isSampled === false) {
    return work();
  }
  if (parent === undefined && !tracer.shouldSample()) {
    return work();
  }
  const context = { traceId: parent?.traceId ?? randomHex(16), spanId: randomHex(8), isSampled: true };
  const recorder = tracer;
  const startUs = nowUs();
  const end = (error?: unknown): void =>
    recorder.record({
      name,
      context,
      parentSpanId: parent?.spanId,
      attributes,
      startUs,
      endUs: nowUs(),
      error: error === undefined ? undefined : error instanceof Error ? error.message : inspect(error),
    });
  let result: T;
  try {
    result = storage.run(context, work);
  } catch (error) {
    end(error);
    throw error;
  }
  if (result instanceof Promise) {
    // The caller gets its own promise back: this branch only listens, and rethrows nothing.
    result.then(() => end(), end);
  } else {
    end();
  }
  return result;
}

function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
