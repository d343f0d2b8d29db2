export type DataFileErrorCode =
  'FORMAT_UNKNOWN' | 'ROW_INVALID' | 'TIME_BACKWARDS' | 'ZONE_MISSING' | 'FILE_EMPTY' | 'FILE_TRUNCATED';

export interface DataFileErrorWhere {
  readonly file: string;
  /** From 1 = the first line of the file. */
  readonly line?: number;
  /** Name of the column, as the header has it. */
  readonly field?: string;
  readonly expected?: string;
}

/** A market data file that cannot be read as one; the message is one sentence for its owner. */
export class DataFileError extends Error {
  override readonly name = 'DataFileError';
  readonly file: string;
  readonly line: number | undefined;
  readonly field: string | undefined;
  readonly expected: string | undefined;

  constructor(
    readonly code: DataFileErrorCode,
    where: DataFileErrorWhere,
    sentence: string,
  ) {
    const line = where.line === undefined ? '' : `, line ${where.line}`;
    const field = where.field === undefined ? '' : `, field ${where.field}`;
    super(`${where.file}${line}${field}: ${sentence}`);
    this.file = where.file;
    this.line = where.line;
    this.field = where.field;
    this.expected = where.expected;
  }
}
