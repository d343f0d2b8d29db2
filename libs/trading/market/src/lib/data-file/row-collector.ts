import type { OhlcColumns, RowChunk } from './row-chunk';

/** Gathers rows as columns; grows as needed and is used again for every chunk. */
export class RowCollector {
  private count = 0;
  private capacity = 4096;
  private columns: Float64Array[];

  /** @param prices how many prices a row has: 2 (ticks), 4 or 8 (bars) */
  constructor(
    private readonly kind: RowChunk['kind'],
    prices: number,
  ) {
    this.columns = Array.from({ length: prices + 1 }, () => new Float64Array(this.capacity));
  }

  /** `prices` is copied: the caller may use it again. */
  add(timeUs: number, prices: Float64Array): void {
    if (this.count === this.capacity) this.grow();
    const at = this.count;
    for (let column = 0; column < this.columns.length; column += 1) {
      const values = this.columns[column] as Float64Array;
      values[at] = column === 0 ? timeUs : (prices[column - 1] as number);
    }
    this.count += 1;
  }

  /** The rows since the last call. */
  take(): RowChunk | undefined {
    const count = this.count;
    if (count === 0) return undefined;
    this.count = 0;
    const column = (index: number) => (this.columns[index] ?? new Float64Array()).slice(0, count);
    const ohlc = (first: number): OhlcColumns => ({
      open: column(first),
      high: column(first + 1),
      low: column(first + 2),
      close: column(first + 3),
    });
    const timeUs = column(0);
    if (this.kind === 'ticks') return { kind: 'ticks', count, timeUs, bid: column(1), ask: column(2) };
    const bars = { kind: 'bars', count, timeUs, bid: ohlc(1) } as const;
    return this.columns.length > 5 ? { ...bars, ask: ohlc(5) } : bars;
  }

  private grow(): void {
    this.capacity *= 2;
    this.columns = this.columns.map((values) => {
      const larger = new Float64Array(this.capacity);
      larger.set(values);
      return larger;
    });
  }
}
