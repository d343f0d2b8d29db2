import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { otlpRequest, type CleanText } from './otlp-request';
import { postSpans, type PostOutcome } from './post-spans';
import { isSampledAt } from './sampling';
import { spanMetrics, type DropReason } from './span-metrics';
import { runInTrace } from './trace';
import type { FinishedSpan, SpanAttributes, Tracer } from './tracer';

/** Where the tracer says that spans are lost. */
export interface TraceLog {
  warn(fields: object, message: string): void;
}

export interface OtlpTracerOptions {
  /** Where spans are posted, such as `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Share of new traces that are recorded, 0 to 1. Default: 1. */
  readonly ratio?: number;
  /** `service.name`. */
  readonly service: string;
  /** `service.instance.id`. Default: a random one. */
  readonly instanceId?: string;
  /** Spans that may wait; more are dropped. Default: 8192. */
  readonly queueLimit?: number;
  /** Spans of one request. Default: 256. */
  readonly batchSize?: number;
  /** How long spans wait for others to go with. Default: 1 s. */
  readonly delayMs?: number;
  /** How long the collector may take for a request. Default: 10 s. */
  readonly timeoutMs?: number;
  /** The pause after the n-th failure in a row. Default: 1 s doubling up to 30 s. */
  readonly pauseMs?: (failures: number) => number;
  readonly log: TraceLog;
  /** Masks secrets in texts that leave the process. Default: they leave as they are. */
  readonly clean?: CleanText;
  readonly nowMs?: () => number;
}

export interface SpanCounts {
  readonly exported: number;
  readonly dropped: number;
  readonly waiting: number;
}

const COMPLAIN_EVERY_MS = 60_000;

/**
 * Sends spans to an OpenTelemetry collector: OTLP over HTTP in JSON, in batches, one request at a time. Recording a span
 * is an append to a bounded queue: a collector that is slow or away costs spans, which are counted, and nothing else.
 */
export class OtlpTracer implements Tracer {
  readonly isRecording = true;
  private readonly resource: SpanAttributes;
  private readonly ratio: number;
  private readonly queueLimit: number;
  private readonly batchSize: number;
  private readonly delayMs: number;
  private queue: FinishedSpan[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isUrgent = false;
  private posting: { readonly done: Promise<PostOutcome>; readonly abort: AbortController } | undefined;
  private failures = 0;
  private isClosed = false;
  private readonly metrics = spanMetrics();
  private exported = 0;
  private dropped = 0;
  private complainedMs = -Infinity;

  constructor(private readonly options: OtlpTracerOptions) {
    const { service, instanceId = randomUUID() } = options;
    this.resource = {
      'service.name': service,
      'service.instance.id': instanceId,
      'host.name': hostname(),
      'process.pid': process.pid,
    };
    this.ratio = options.ratio ?? 1;
    this.queueLimit = options.queueLimit ?? 8_192;
    this.batchSize = options.batchSize ?? 256;
    this.delayMs = options.delayMs ?? 1_000;
  }

  counts(): SpanCounts {
    return { exported: this.exported, dropped: this.dropped, waiting: this.queue.length };
  }

  shouldSample(traceId: string): boolean {
    return isSampledAt(traceId, this.ratio);
  }

  record(span: FinishedSpan): void {
    if (this.isClosed) {
      this.drop(1, 'shutdown');
    } else if (this.queue.length >= this.queueLimit) {
      this.drop(1, 'queue_full', 'the queue is full');
    } else {
      this.queue.push(span);
      // After a failure only the pause decides when to try again.
      const isFull = this.queue.length >= this.batchSize && this.failures === 0;
      if (isFull && !this.isUrgent) this.schedule(0);
      else if (this.timer === undefined) this.schedule(this.delayMs);
    }
  }

  /**
   * Sends what waits, then takes no more. What cannot be sent within `deadlineMs` is dropped and counted. Never rejects.
   */
  async close(deadlineMs = 5_000): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.timer);
    const late = new AbortController();
    const deadline = setTimeout(() => {
      late.abort();
      this.posting?.abort.abort();
    }, deadlineMs);
    await this.posting?.done;
    // One failure is enough: nobody waits for the pauses between tries.
    while (this.queue.length > 0 && !late.signal.aborted && (await this.sendBatch())) continue;
    clearTimeout(deadline);
    this.drop(this.queue.splice(0).length, 'shutdown', 'the process ended');
  }

  private schedule(delayMs: number): void {
    if (this.isClosed || this.posting !== undefined) return;
    clearTimeout(this.timer);
    this.isUrgent = delayMs === 0;
    // The timer belongs to no trace, whoever's span it was that wound it up.
    this.timer = runInTrace(undefined, () => setTimeout(() => void this.sendBatch(), delayMs)).unref();
  }

  /** Sends the oldest spans; true when they were dealt with, false when they wait for another try. */
  private async sendBatch(): Promise<boolean> {
    const batch = this.queue.slice(0, this.batchSize);
    const { timeoutMs = 10_000 } = this.options;
    const abort = new AbortController();
    const timeout = setTimeout(() => abort.abort(), timeoutMs).unref();
    const done = this.post(batch, abort.signal);
    this.posting = { done, abort };
    const outcome = await done;
    clearTimeout(timeout);
    this.posting = undefined;
    this.timer = undefined;
    const nextMs = this.settle(batch.length, outcome);
    if (this.queue.length > 0) this.schedule(nextMs);
    return outcome.kind !== 'later';
  }

  private async post(batch: readonly FinishedSpan[], signal: AbortSignal): Promise<PostOutcome> {
    const { url, headers = {}, clean = asItIs } = this.options;
    try {
      return await postSpans(url, headers, JSON.stringify(otlpRequest(this.resource, batch, clean)), signal);
    } catch (error) {
      // Only what cannot be written down gets here; it will not get better.
      return { kind: 'refused', reason: String(error) };
    }
  }

  /** Books what became of the oldest `sent` spans; returns when to send more. */
  private settle(sent: number, outcome: PostOutcome): number {
    if (outcome.kind === 'later') {
      this.failures++;
      this.complain(outcome.reason);
      const { pauseMs = doubling } = this.options;
      return Math.min(outcome.afterMs ?? pauseMs(this.failures), COMPLAIN_EVERY_MS);
    }
    this.failures = 0;
    this.queue.splice(0, sent);
    if (outcome.kind === 'refused') {
      this.drop(sent, 'refused', outcome.reason);
    } else {
      const rejected = Math.min(outcome.rejected, sent);
      this.exported += sent - rejected;
      this.metrics.exported.inc(sent - rejected);
      this.drop(rejected, 'refused', outcome.message);
    }
    return this.queue.length >= this.batchSize ? 0 : this.delayMs;
  }

  private drop(count: number, reason: DropReason, why = ''): void {
    if (count === 0) return;
    this.dropped += count;
    this.metrics.dropped.inc({ reason }, count);
    if (why !== '') this.complain(why);
  }

  /** At most once a minute, however many spans are lost. */
  private complain(reason: string): void {
    const { log, url, nowMs = Date.now } = this.options;
    if (nowMs() - this.complainedMs < COMPLAIN_EVERY_MS) return;
    this.complainedMs = nowMs();
    const { dropped, waiting } = this.counts();
    log.warn(
      { collector: new URL(url).host, reason, dropped, waiting },
      'The trace collector does not take all spans.',
    );
  }
}

const asItIs: CleanText = (text) => text;
const doubling = (failures: number): number => Math.min(30_000, 500 * 2 ** Math.min(failures, 10));
