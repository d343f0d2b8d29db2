import type { Zone } from '../zones';
import { NumberReader } from './number-reader';
import { quoted, type RowFormat } from './row-format';
import { TimeReader, timeStyleOf } from './time-reader';

/** Why a row cannot be used. */
export interface RowProblem {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly isZoneMissing?: true;
}

/** Reads one row at a time into `timeUs` and `prices`, without cutting the text up. */
export class RowReader {
  timeUs = NaN;
  readonly prices: Float64Array;
  /** Most digits after the point seen in a price. */
  digits = 0;
  /** Columns of the row read last. */
  columns = 0;

  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly numbers = new NumberReader();
  private readonly lastTick = new Float64Array(2).fill(NaN);
  private times: TimeReader | undefined;
  /** Bounds of the field looked at, without blanks and quotes around it. */
  private from = 0;
  private to = 0;

  constructor(
    private readonly format: RowFormat,
    private readonly zone: Zone | undefined,
  ) {
    this.prices = new Float64Array(format.priceColumns.length);
    this.starts = new Int32Array(format.names.length + 1);
    this.ends = new Int32Array(format.names.length + 1);
  }

  /** Undefined when the row is good. A row that is not leaves nothing behind that the next one would see. */
  read(text: string, start: number, end: number): RowProblem | undefined {
    return this.split(text, start, end) ?? this.readTime(text) ?? this.readPrices(text);
  }

  /** The time as the file writes it, for messages. */
  timeText(text: string): string {
    this.find(text, this.format.timeColumn);
    return text.slice(this.from, this.to);
  }

  private split(text: string, start: number, end: number): RowProblem | undefined {
    const wanted = this.format.names.length;
    const { separator } = this.format;
    let column = 0;
    this.starts[0] = start;
    for (let i = start; i < end; i += 1) {
      if (text.charCodeAt(i) !== separator) continue;
      this.ends[column] = i;
      column += 1;
      if (column > wanted) break;
      this.starts[column] = i + 1;
    }
    this.columns = column + 1;
    // One separator at the end of a row is common and harmless; anything more would be read into the wrong columns.
    if (column < wanted) this.ends[column] = end;
    else if (column > wanted || text.slice(this.starts[column], end).trim() !== '') {
      const expected = `${wanted} columns`;
      return { field: this.name(wanted - 1), expected, found: `more: ${quoted(text.slice(start, end))}` };
    }
    return undefined;
  }

  private readTime(text: string): RowProblem | undefined {
    this.find(text, this.format.timeColumn);
    this.times ??= this.timeReader(text.slice(this.from, this.to));
    const timeUs = this.times.read(text, this.from, this.to);
    if (timeUs === undefined) return { ...this.problem(text, this.format.timeColumn, 'a zone'), isZoneMissing: true };
    if (Number.isNaN(timeUs)) {
      const problem = this.problem(text, this.format.timeColumn, this.times.expected);
      // The style comes from the first good row, not from a bad one.
      if (Number.isNaN(this.timeUs)) this.times = undefined;
      return problem;
    }
    this.timeUs = timeUs;
    return undefined;
  }

  private timeReader(text: string): TimeReader {
    const { timeUnit } = this.format;
    return new TimeReader(timeUnit ?? timeStyleOf(text), timeUnit !== undefined, this.zone);
  }

  private readPrices(text: string): RowProblem | undefined {
    const { kind, priceColumns } = this.format;
    for (let i = 0; i < priceColumns.length; i += 1) {
      const column = priceColumns[i] as number;
      this.find(text, column);
      const isBlank = this.from === this.to;
      if (isBlank && kind === 'ticks' && column < this.columns) {
        const last = this.lastTick[i] as number;
        if (Number.isNaN(last)) return this.problem(text, column, 'a number, as no earlier row has one to repeat');
        this.prices[i] = last;
        continue;
      }
      const price = this.numbers.read(text, this.from, this.to);
      if (!(price > 0 && price < Infinity)) {
        return this.problem(text, column, Number.isNaN(price) ? 'a number' : 'a finite price above 0');
      }
      this.prices[i] = price;
      if (this.numbers.decimals > this.digits) this.digits = this.numbers.decimals;
    }
    if (kind === 'ticks') {
      this.lastTick.set(this.prices);
      return undefined;
    }
    return this.checkOhlc(text, 0) ?? (priceColumns.length > 4 ? this.checkOhlc(text, 4) : undefined);
  }

  private checkOhlc(text: string, first: number): RowProblem | undefined {
    const open = this.prices[first] as number;
    const high = this.prices[first + 1] as number;
    const low = this.prices[first + 2] as number;
    const close = this.prices[first + 3] as number;
    const highest = Math.max(open, low, close);
    if (high < highest) return this.problem(text, this.priceColumn(first + 1), `a high of at least ${highest}`);
    const lowest = Math.min(open, close);
    if (low > lowest) return this.problem(text, this.priceColumn(first + 2), `a low of at most ${lowest}`);
    return undefined;
  }

  /** Sets `from` and `to` to a field's text; both to the same place when it is blank or missing. */
  private find(text: string, column: number): void {
    if (column >= this.columns) {
      this.from = this.to = 0;
      return;
    }
    let from = this.starts[column] as number;
    let to = this.ends[column] as number;
    while (from < to && isPadding(text.charCodeAt(from))) from += 1;
    while (from < to && isPadding(text.charCodeAt(to - 1))) to -= 1;
    this.from = from;
    this.to = to;
  }

  private problem(text: string, column: number, expected: string): RowProblem {
    this.find(text, column);
    const blank = column < this.columns ? 'nothing' : 'the end of the row';
    const found = this.from === this.to ? blank : quoted(text.slice(this.from, this.to));
    return { field: this.name(column), expected, found };
  }

  private priceColumn(index: number): number {
    return this.format.priceColumns[index] as number;
  }

  private name(column: number): string {
    return this.format.names[column] ?? `column ${column + 1}`;
  }
}

function isPadding(code: number): boolean {
  return code === 32 || code === 34; // a blank or a quotation mark
}
