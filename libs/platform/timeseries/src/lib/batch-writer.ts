import { TransientDatabaseError } from '@trading/platform-database';
import { Batch, type Series } from './batch';
import { TimeSeriesOverflow } from './errors';
import type { SeriesColumns } from './time-series-store';

/** Empty batches kept for use again, per measurement. */
const SPARE_BATCHES = 16;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 5_000;
const NOW = Promise.resolve();

export interface WriterOptions {
  /** Rows that may wait before {@link BatchWriter.pressure} holds the writer up; four times as many are refused. */
  readonly bufferRows: number;
  /** Rows wait at most this long for others to share their batch. */
  readonly lingerMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called for each failed try; the rows are kept. */
  readonly onError: (error: unknown) => void;
}

export interface WriterCounts {
  readonly written: number;
  readonly stored: number;
  readonly buffered: number;
  /** Times that a writer was made to wait. */
  readonly overflows: number;
  readonly retries: number;
}

interface Waiter {
  /** Resolved when the batches up to this number are stored; undefined: when there is room again. */
  readonly upTo: number | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects rows into batches and stores them in the background, one batch at a time, in the order of writing. A lost
 * database is waited for; any other failure is told to who waits, and tried again at the next call.
 */
export class BatchWriter {
  private readonly open = new Map<string, Batch>();
  private readonly spare = new Map<string, Batch[]>();
  private readonly sealed: Batch[] = [];
  private sealedCount = 0;
  private storedCount = 0;
  private waiters: Waiter[] = [];
  private isPumping = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly totals = { written: 0, stored: 0, overflows: 0, retries: 0 };

  constructor(
    private readonly store: (batch: Batch) => Promise<void>,
    private readonly options: WriterOptions,
  ) {}

  private get buffered(): number {
    return this.totals.written - this.totals.stored;
  }

  counts(): WriterCounts {
    return { ...this.totals, buffered: this.buffered };
  }

  /** Copies rows into the buffer. */
  add(series: Series, fields: readonly string[], columns: SeriesColumns): void {
    const rows = columns.seq.length;
    if (this.buffered + rows > this.options.bufferRows * 4) throw new TimeSeriesOverflow(this.buffered);
    for (let from = 0; from < rows;) {
      const batch = this.openBatch(series.measurement, fields);
      const to = Math.min(rows, from + batch.room);
      batch.add(series, columns, from, to);
      this.totals.written += to - from;
      from = to;
      if (batch.room === 0) this.seal(batch);
    }
    this.timer ??= setTimeout(() => this.sealAll(), this.options.lingerMs).unref();
  }

  pressure(): Promise<void> {
    if (this.buffered <= this.options.bufferRows) return NOW;
    this.totals.overflows++;
    this.sealAll();
    return this.wait(undefined);
  }

  flush(): Promise<void> {
    this.sealAll();
    return this.storedCount === this.sealedCount ? NOW : this.wait(this.sealedCount);
  }

  private wait(upTo: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => this.waiters.push({ upTo, resolve, reject }));
  }

  private openBatch(measurement: string, fields: readonly string[]): Batch {
    let batch = this.open.get(measurement);
    if (batch === undefined) {
      batch = this.spare.get(measurement)?.pop() ?? new Batch(measurement, fields);
      this.open.set(measurement, batch);
    }
    return batch;
  }

  private sealAll(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const batch of [...this.open.values()]) this.seal(batch);
    if (this.sealed.length > 0) this.startPump();
  }

  private seal(batch: Batch): void {
    this.open.delete(batch.measurement);
    this.sealed.push(batch);
    this.sealedCount++;
    this.startPump();
  }

  private startPump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    void this.pump();
  }

  private async pump(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    for (let batch = this.sealed[0]; batch !== undefined; batch = this.sealed[0]) {
      try {
        await this.store(batch);
      } catch (error) {
        this.totals.retries++;
        this.options.onError(error);
        if (!(error instanceof TransientDatabaseError)) {
          this.isPumping = false;
          this.fail(error);
          return;
        }
        await this.options.sleep(retryMs);
        retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
        continue;
      }
      retryMs = FIRST_RETRY_MS;
      this.sealed.shift();
      this.storedCount++;
      this.totals.stored += batch.rows;
      this.recycle(batch);
      this.wake();
    }
    this.isPumping = false;
  }

  private recycle(batch: Batch): void {
    batch.clear();
    const spare = this.spare.get(batch.measurement) ?? [];
    if (spare.length < SPARE_BATCHES) spare.push(batch);
    this.spare.set(batch.measurement, spare);
  }

  private wake(): void {
    const hasRoom = this.buffered <= this.options.bufferRows / 2;
    const isDone = ({ upTo }: Waiter): boolean => (upTo === undefined ? hasRoom : upTo <= this.storedCount);
    const done = this.waiters.filter(isDone);
    if (done.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => !isDone(waiter));
    for (const { resolve } of done) resolve();
  }

  private fail(error: unknown): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const { reject } of waiters) reject(error);
  }
}
