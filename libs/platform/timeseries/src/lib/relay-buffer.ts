import { ColumnBatch, type InfluxSeries } from './column-batch';
import { RowsRefused } from './errors';
import type { FlushOutcome, SeriesColumns } from './time-series-store';

/** Empty batches kept for use again. */
const SPARE_BATCHES = 32;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const NOW = Promise.resolve();

export interface RelayOptions {
  /** Rows that may wait; beyond it the oldest are given up. Writers are held up from a quarter of it on. */
  readonly bufferRows: number;
  readonly batchRows: number;
  /** Rows wait at most this long for others to share their batch. */
  readonly lingerMs: number;
  /** Without a batch stored for this long while some wait, the server counts as away. */
  readonly patienceMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** A try failed; the rows are kept, or refused if it is a {@link RowsRefused}. */
  readonly onError: (error: unknown) => void;
  /** Rows were given up for want of room. */
  readonly onDropped: (rows: number) => void;
}

export interface RelayCounts {
  readonly written: number;
  readonly stored: number;
  readonly buffered: number;
  /** Given up because there was no room, or at the end. */
  readonly dropped: number;
  /** The server will never take them, for instance because they are older than its retention. */
  readonly refused: number;
  readonly retries: number;
  /** Times that a writer was made to wait. */
  readonly overflows: number;
}

interface Waiter {
  /** Resolved when the batches up to this number are gone; undefined: when there is room again. */
  readonly upTo: number | undefined;
  readonly resolve: () => void;
}

/**
 * Rows on their way to a server that may be away: sent in the background, one batch at a time, in the order of writing.
 * Nobody waits for a server that does not answer; what does not fit any more is given up, the oldest first, and counted.
 */
export class RelayBuffer {
  private readonly open = new Map<string, ColumnBatch>();
  private readonly spare = new Map<string, ColumnBatch[]>();
  private readonly sealed: ColumnBatch[] = [];
  private sealedCount = 0;
  private goneCount = 0;
  private sending = false;
  private pumping: Promise<void> | undefined;
  private closing = false;
  private waiters: Waiter[] = [];
  private linger: NodeJS.Timeout | undefined;
  private patience: NodeJS.Timeout | undefined;
  private skipPause: () => void = () => undefined;
  private readonly totals = { written: 0, stored: 0, dropped: 0, refused: 0, retries: 0, overflows: 0 };
  /** The last try failed, or is taking too long. */
  isAway = false;

  constructor(
    private readonly send: (batch: ColumnBatch) => Promise<void>,
    private readonly options: RelayOptions,
  ) {}

  private get buffered(): number {
    const { written, stored, dropped, refused } = this.totals;
    return written - stored - dropped - refused;
  }

  counts(): RelayCounts {
    return { ...this.totals, buffered: this.buffered };
  }

  /** Copies rows into the buffer. */
  add(series: InfluxSeries, fields: readonly string[], columns: SeriesColumns): void {
    const rows = columns.seq.length;
    for (let from = 0; from < rows;) {
      const batch = this.openBatch(series.measurement, fields);
      const to = Math.min(rows, from + batch.room);
      batch.add(series, columns, from, to);
      this.totals.written += to - from;
      from = to;
      if (batch.room === 0) this.seal(batch);
    }
    this.linger ??= setTimeout(() => this.sealAll(), this.options.lingerMs).unref();
  }

  pressure(): Promise<void> {
    if (this.isAway || this.buffered <= this.options.bufferRows / 4) return NOW;
    this.totals.overflows++;
    this.sealAll();
    return this.wait(undefined);
  }

  async flush(): Promise<FlushOutcome> {
    this.sealAll();
    if (this.goneCount < this.sealedCount && !this.isAway) await this.wait(this.sealedCount);
    return this.outcome(this.sealedCount);
  }

  /** Tries for `withinMs` to send what waits, server away or not, and gives up the rest. */
  async close(withinMs: number): Promise<FlushOutcome> {
    this.sealAll();
    this.skipPause();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([this.pumping, late]);
    clearTimeout(timer);
    this.closing = true;
    this.skipPause();
    this.drop(this.buffered);
    return this.outcome(this.sealedCount);
  }

  private outcome(upTo: number): FlushOutcome {
    const lost = this.totals.dropped + this.totals.refused;
    const isDone = this.goneCount >= upTo;
    return isDone && lost === 0 ? { kind: 'stored' } : { kind: 'incomplete', waiting: this.buffered, lost };
  }

  private wait(upTo: number | undefined): Promise<void> {
    this.patience ??= setTimeout(() => this.goAway(), this.options.patienceMs).unref();
    return new Promise((resolve) => this.waiters.push({ upTo, resolve }));
  }

  private openBatch(measurement: string, fields: readonly string[]): ColumnBatch {
    let batch = this.open.get(measurement);
    if (batch === undefined) {
      const { batchRows } = this.options;
      batch = this.spare.get(measurement)?.pop() ?? new ColumnBatch(measurement, fields, batchRows);
      this.open.set(measurement, batch);
    }
    return batch;
  }

  private sealAll(): void {
    clearTimeout(this.linger);
    this.linger = undefined;
    for (const batch of [...this.open.values()]) this.seal(batch);
  }

  private seal(batch: ColumnBatch): void {
    this.open.delete(batch.measurement);
    this.sealed.push(batch);
    this.sealedCount++;
    const excess = this.buffered - this.options.bufferRows;
    if (excess > 0) this.drop(excess);
    if (!this.closing) this.pumping ??= this.pump().finally(() => (this.pumping = undefined));
  }

  /** Gives up at least so many rows, a batch at a time, but not the one that is being sent. */
  private drop(rows: number): void {
    const first = this.sending ? 1 : 0;
    let dropped = 0;
    while (dropped < rows && this.sealed.length > first) {
      const [batch] = this.sealed.splice(first, 1);
      if (batch === undefined) break;
      dropped += batch.rows;
      this.totals.dropped += batch.rows;
      this.retire(batch);
    }
    if (dropped > 0) this.options.onDropped(dropped);
  }

  private async pump(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    for (let batch = this.sealed[0]; batch !== undefined && !this.closing; batch = this.sealed[0]) {
      this.sending = true;
      try {
        await this.send(batch);
        this.totals.stored += batch.rows;
      } catch (error) {
        this.options.onError(error);
        if (!(error instanceof RowsRefused)) {
          this.sending = false;
          this.totals.retries++;
          this.goAway();
          await Promise.race([this.options.sleep(retryMs), new Promise<void>((resolve) => (this.skipPause = resolve))]);
          retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
          continue;
        }
        const refused = Math.min(error.rows ?? batch.rows, batch.rows);
        this.totals.refused += refused;
        this.totals.stored += batch.rows - refused;
      }
      this.sending = false;
      this.isAway = false;
      retryMs = FIRST_RETRY_MS;
      this.sealed.shift();
      this.retire(batch);
      this.wake();
    }
    // What was being sent when the buffer closed.
    if (this.closing) this.drop(this.buffered);
  }

  private retire(batch: ColumnBatch): void {
    this.goneCount++;
    batch.clear();
    const spare = this.spare.get(batch.measurement) ?? [];
    if (spare.length < SPARE_BATCHES) spare.push(batch);
    this.spare.set(batch.measurement, spare);
  }

  private goAway(): void {
    this.isAway = true;
    this.release(() => true);
  }

  private wake(): void {
    const hasRoom = this.buffered <= this.options.bufferRows / 8;
    this.release(({ upTo }) => (upTo === undefined ? hasRoom : upTo <= this.goneCount));
    if (this.waiters.length > 0) this.patience?.refresh();
  }

  private release(isDone: (waiter: Waiter) => boolean): void {
    const done = this.waiters.filter(isDone);
    this.waiters = this.waiters.filter((waiter) => !done.includes(waiter));
    for (const { resolve } of done) resolve();
    if (this.waiters.length > 0) return;
    clearTimeout(this.patience);
    this.patience = undefined;
  }
}
