import { BinaryColumn } from './binary-column';
import { MalformedColumns } from './errors';
import type { SeriesColumns } from './time-series-store';

/** Rows stored by one statement. */
export const BATCH_ROWS = 8_192;

/** A series as the writer knows it; the database's number for it is looked up when its first rows are stored. */
export interface Series {
  readonly measurement: string;
  readonly canonicalTags: string;
  id: number | undefined;
}

/** Rows of one measurement on their way to the database. Batches are used again and again. */
export class Batch {
  rows = 0;
  private readonly seriesId = BinaryColumn.int4(BATCH_ROWS);
  private readonly seq = BinaryColumn.int8(BATCH_ROWS);
  private readonly timeUs = BinaryColumn.int8(BATCH_ROWS);
  private readonly values: readonly BinaryColumn[];
  /** Which rows belong to which series, in the order of writing. */
  private runs: { readonly series: Series; readonly from: number; to: number }[] = [];

  constructor(
    readonly measurement: string,
    private readonly fields: readonly string[],
  ) {
    this.values = fields.map(() => BinaryColumn.float8(BATCH_ROWS));
  }

  get room(): number {
    return BATCH_ROWS - this.rows;
  }

  get series(): readonly Series[] {
    return [...new Set(this.runs.map((run) => run.series))];
  }

  /** Copies rows `from` to `to` (exclusive); there has to be room for them. */
  add(series: Series, columns: SeriesColumns, from: number, to: number): void {
    const start = this.rows;
    for (let i = from, row = start; i < to; i++, row++) {
      this.seq.setInt8(row, columns.seq[i] ?? 0);
      this.timeUs.setInt8(row, columns.timeUs[i] ?? 0);
    }
    for (const [f, name] of this.fields.entries()) {
      const source = columns.fields[name];
      const target = this.values[f];
      if (source === undefined || target === undefined) throw new MalformedColumns(this.measurement, `no "${name}"`);
      for (let i = from, row = start; i < to; i++, row++) target.setFloat8(row, source[i] ?? Number.NaN);
    }
    this.rows += to - from;
    const last = this.runs.at(-1);
    if (last?.series === series) last.to = this.rows;
    else this.runs.push({ series, from: start, to: this.rows });
  }

  /** Parameters of the insert; every series must have its id by now. */
  parameters(): Buffer[] {
    for (const { series, from, to } of this.runs) {
      for (let row = from; row < to; row++) this.seriesId.setInt4(row, series.id ?? 0);
    }
    return [this.seriesId, this.seq, this.timeUs, ...this.values].map((column) => column.parameter(this.rows));
  }

  clear(): void {
    this.rows = 0;
    this.runs = [];
  }
}
