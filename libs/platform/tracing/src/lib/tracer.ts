import type { TraceContext } from './trace-context';

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface FinishedSpan {
  readonly name: string;
  readonly context: TraceContext;
  /** Undefined for the first span of a trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: SpanAttributes;
  readonly startUs: number;
  readonly endUs: number;
  /** The message of what the work threw. */
  readonly error: string | undefined;
}

/** Takes the spans away. */
export interface Tracer {
  /** False: spans are not even measured, only the context of incoming calls travels on. */
  readonly isRecording: boolean;
  /** Decides for a new trace whether its spans are recorded. */
  shouldSample(): boolean;
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
