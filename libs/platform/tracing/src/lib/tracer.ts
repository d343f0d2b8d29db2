import type { TraceContext } from './trace-context';

/** OpenTelemetry's attribute values; undefined ones are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Which side of an exchange a span is, as OpenTelemetry has them. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: TraceContext;
  /** Undefined for the first span of a trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: SpanAttributes;
  /** Other spans that this one has to do with. */
  readonly links: readonly TraceContext[];
  /** UTC microseconds. */
  readonly startUs: number;
  readonly endUs: number;
  /** The message of what the work threw, or what it was said to have failed with; undefined when it did not fail. */
  readonly error: string | undefined;
}

/** Takes the spans away. */
export interface Tracer {
  /** False: spans are not even measured, only the context of incoming calls travels on. */
  readonly isRecording: boolean;
  /** Decides for a new trace whether its spans are recorded: once, where it begins. */
  shouldSample(traceId: string): boolean;
  /** Neither blocks nor throws. */
  record(span: FinishedSpan): void;
}

/** Records nothing; trace ids still travel and appear in logs. */
export const noopTracer: Tracer = { isRecording: false, shouldSample: () => false, record: () => undefined };

/** Keeps the last spans in memory: tests, and looking at a running process. */
export class InMemoryTracer implements Tracer {
  readonly isRecording = true;
  readonly spans: FinishedSpan[] = [];

  constructor(private readonly limit = 1000) {}

  shouldSample(): boolean {
    return true;
  }

  record(span: FinishedSpan): void {
    this.spans.push(span);
    if (this.spans.length > this.limit) {
      this.spans.shift();
    }
  }
}

// The process has one tracer, as it has one asynchronous context; picked once by the app before anything runs.
let installed: Tracer = noopTracer;

/** Makes `next` the tracer of this process; returns the one before. */
export function installTracer(next: Tracer): Tracer {
  const previous = installed;
  installed = next;
  return previous;
}

export function installedTracer(): Tracer {
  return installed;
}
