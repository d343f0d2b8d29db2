import type { Zone } from '../zones';
import { DataFileError } from './data-file-error';
import { RowCollector } from './row-collector';
import type { RowChunk } from './row-chunk';
import { rowFormatOf, type RowFormat } from './row-format';
import { RowReader, type RowProblem } from './row-reader';

export interface DataFileOptions {
  /** Name for messages. */
  readonly file: string;
  /** Of times that say none. */
  readonly zone?: Zone;
  readonly onBadRow: 'fail' | 'skip';
}

/** No row of a data file is so long: what is, is some other kind of file. */
const LONGEST_LINE = 65_536;
const MOST_EXAMPLES = 5;

/**
 * Parses a CSV of ticks or bars as its text comes in: `push` every piece, then `end`. Separators and the writing of
 * times are told from the header and the first row.
 *
 * Both methods throw {@link DataFileError}. `onBadRow: 'skip'` passes over ROW_INVALID only: a time that goes backwards
 * or has no zone says something about the whole file.
 */
export class DataFileParser {
  readonly skipped: { count: number; readonly examples: string[] } = { count: 0, examples: [] };

  private rest = '';
  private line = 0;
  private rows = 0;
  private lastLine = 0;
  private lastTimeUs = -Infinity;
  private format: RowFormat | undefined;
  private reader: RowReader | undefined;
  private collector: RowCollector | undefined;

  constructor(private readonly options: DataFileOptions) {}

  /** Undefined until the header or the first row is seen. */
  get kind(): 'ticks' | 'bars' | undefined {
    return this.format?.kind;
  }

  /** Most digits after the point seen in a price so far. */
  get digits(): number {
    return this.reader?.digits ?? 0;
  }

  /** The rows that this piece completes, if any. */
  push(text: string): RowChunk | undefined {
    const all = this.rest + (this.line === 0 && this.rest === '' ? text.replace(/^\ufeff/, '') : text);
    let start = 0;
    for (let end = all.indexOf('\n'); end >= 0; end = all.indexOf('\n', start)) {
      this.readLine(all, start, all.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end, false);
      start = end + 1;
    }
    this.rest = all.slice(start);
    if (this.rest.length > LONGEST_LINE) this.readLine(this.rest.slice(0, LONGEST_LINE), 0, LONGEST_LINE, false);
    return this.collector?.take();
  }

  /** The last row, where the file does not end with a line's end. */
  end(): RowChunk | undefined {
    const last = this.rest.replace(/\r$/, '');
    this.rest = '';
    if (last !== '') this.readLine(last, 0, last.length, true);
    if (this.rows === 0) throw this.emptyFile();
    return this.collector?.take();
  }

  private readLine(text: string, start: number, end: number, isUnterminated: boolean): void {
    this.line += 1;
    // Most rows begin with a digit: only the others are worth a closer look.
    if (!(text.charCodeAt(start) > 32) && text.slice(start, end).trim() === '') return;
    if (this.format === undefined || this.reader === undefined || this.collector === undefined) {
      this.format = rowFormatOf(this.options.file, this.line, text.slice(start, end));
      this.reader = new RowReader(this.format, this.options.zone);
      this.collector = new RowCollector(this.format.kind, this.format.priceColumns.length);
      if (this.format.hasHeader) return;
    }
    const { reader } = this;
    const problem = reader.read(text, start, end);
    if (isUnterminated && reader.columns < this.format.names.length) this.refuseTruncated(reader.columns, this.format);
    else if (problem !== undefined) this.refuse(problem);
    else this.accept(reader, this.collector, text);
  }

  private accept(reader: RowReader, collector: RowCollector, text: string): void {
    if (reader.timeUs < this.lastTimeUs) {
      throw new DataFileError(
        'TIME_BACKWARDS',
        { file: this.options.file, line: this.line, expected: 'a time not before that of the row above' },
        `the time ${reader.timeText(text)} is before that of line ${this.lastLine}.`,
      );
    }
    collector.add(reader.timeUs, reader.prices);
    this.rows += 1;
    this.lastTimeUs = reader.timeUs;
    this.lastLine = this.line;
  }

  private refuse({ field, expected, found, isZoneMissing }: RowProblem): void {
    const where = { file: this.options.file, line: this.line, field, expected };
    if (isZoneMissing === true) {
      throw new DataFileError(
        'ZONE_MISSING',
        where,
        `the time ${found} has no zone; name its zone with --tz UTC, --tz Europe/Athens or --tz ny+7 ` +
          '(New York + 7 h, the time of most MetaTrader 5 brokers).',
      );
    }
    this.skipOrThrow(new DataFileError('ROW_INVALID', where, `expected ${expected}, found ${found}.`));
  }

  private refuseTruncated(found: number, { names }: RowFormat): void {
    const expected = `${names.length} columns`;
    this.skipOrThrow(
      new DataFileError(
        'FILE_TRUNCATED',
        { file: this.options.file, line: this.line, expected },
        `the file ends in the middle of a row: expected ${expected}, found ${found}.`,
      ),
    );
  }

  private skipOrThrow(error: DataFileError): void {
    if (this.options.onBadRow === 'fail') throw error;
    this.skipped.count += 1;
    if (this.skipped.examples.length < MOST_EXAMPLES) this.skipped.examples.push(error.message);
  }

  private emptyFile(): DataFileError {
    const what =
      this.skipped.count > 0
        ? 'none of its rows can be used'
        : this.format
          ? 'it has a header but no rows'
          : 'it is empty';
    const example = this.skipped.examples[0] === undefined ? '' : ` The first: ${this.skipped.examples[0]}`;
    return new DataFileError('FILE_EMPTY', { file: this.options.file, expected: 'rows' }, `${what}.${example}`);
  }
}
