import { MalformedColumns } from './errors';
import type { SeriesColumns } from './time-series-store';

/** A series as it is written to InfluxDB. */
export interface InfluxSeries {
  readonly measurement: string;
  /** Measurement and tags in line protocol, with the space that ends them. */
  readonly head: string;
}

/** Consecutive rows of one series, `to` excluded. */
export interface SeriesRun {
  readonly series: InfluxSeries;
  readonly from: number;
  to: number;
}

/** Rows of one measurement on their way to the server, as plain numbers: 8 bytes each, whatever their text takes. */
export class ColumnBatch {
  rows = 0;
  readonly seq: Float64Array;
  readonly timeUs: Float64Array;
  readonly values: readonly Float64Array[];
  runs: SeriesRun[] = [];

  constructor(
    readonly measurement: string,
    readonly fields: readonly string[],
    readonly capacity: number,
  ) {
    this.seq = new Float64Array(capacity);
    this.timeUs = new Float64Array(capacity);
    this.values = fields.map(() => new Float64Array(capacity));
  }

  get room(): number {
    return this.capacity - this.rows;
  }

  /** Copies rows `from` to `to` (exclusive); there has to be room for them. */
  add(series: InfluxSeries, columns: SeriesColumns, from: number, to: number): void {
    copy(columns.seq, this.seq, from, to, this.rows);
    copy(columns.timeUs, this.timeUs, from, to, this.rows);
    for (const [f, name] of this.fields.entries()) {
      const source = columns.fields[name];
      const target = this.values[f];
      if (source === undefined || target === undefined) throw new MalformedColumns(this.measurement, `no "${name}"`);
      copy(source, target, from, to, this.rows);
    }
    const last = this.runs.at(-1);
    const end = this.rows + to - from;
    if (last?.series === series) last.to = end;
    else this.runs.push({ series, from: this.rows, to: end });
    this.rows = end;
  }

  clear(): void {
    this.rows = 0;
    this.runs = [];
  }
}

function copy(source: readonly number[], target: Float64Array, from: number, to: number, at: number): void {
  for (let i = from, row = at; i < to; i++, row++) target[row] = source[i] ?? Number.NaN;
}
