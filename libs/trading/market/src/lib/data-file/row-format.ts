import { DataFileError } from './data-file-error';
import { NumberReader } from './number-reader';
import { timeStyleOf, type EpochUnit } from './time-reader';

/** Where the wanted columns of a file stand. */
export interface RowFormat {
  readonly kind: 'ticks' | 'bars';
  readonly hasHeader: boolean;
  /** Character code between columns. */
  readonly separator: number;
  /** All columns by the names the file gives them. */
  readonly names: readonly string[];
  readonly timeColumn: number;
  /** Unit that the header names, as in `time_ms`. */
  readonly timeUnit: EpochUnit | undefined;
  /** Ticks: bid, ask. Bars: open, high, low, close of the bid, then of the ask where the file has one. */
  readonly priceColumns: readonly number[];
}

const UNDERSTOOD =
  'a header such as "time,bid,ask", "time,open,high,low,close" or "time,bid_open,bid_high,bid_low,bid_close,ask_open,…", ' +
  'with time_s, time_ms, time_us, timestamp, datetime or date for the time, separated by comma, semicolon or tab';

const TIME_NAME = /^(?:open|bar|epoch)?(?:time|timestamp|datetime|date|epoch|ts)(s|sec|seconds|ms|millis|us|micros)?$/;
const UNITS: Readonly<Record<string, EpochUnit>> = {
  s: 's',
  sec: 's',
  seconds: 's',
  ms: 'ms',
  millis: 'ms',
  us: 'us',
  micros: 'us',
};
const OHLC = ['open', 'high', 'low', 'close'] as const;

/**
 * The format of a file, told from its first line.
 * @throws DataFileError FORMAT_UNKNOWN
 */
export function rowFormatOf(file: string, line: number, text: string): RowFormat {
  const separator = separatorOf(text);
  const cells = text.split(separator).map((cell) => cell.replaceAll('"', '').trim());
  const format = formatOfHeader(cells) ?? formatOfTickRow(cells);
  if (format === undefined) {
    throw new DataFileError(
      'FORMAT_UNKNOWN',
      { file, line, expected: UNDERSTOOD },
      `the format is not known: expected ${UNDERSTOOD}, found ${quoted(text)}.`,
    );
  }
  return { ...format, separator: separator.charCodeAt(0) };
}

/** What was found, for a message: shortened, without control characters. */
export function quoted(text: string): string {
  const printable = text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
  return `"${printable.length > 60 ? `${printable.slice(0, 60)}…` : printable}"`;
}

function separatorOf(line: string): string {
  const count = (separator: string) => line.split(separator).length;
  return ['\t', ';', ','].reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

type Columns = Omit<RowFormat, 'separator'>;

function formatOfHeader(names: readonly string[]): Columns | undefined {
  const plain = names.map((name) => name.toLowerCase().replace(/[\s_.\-<>]/g, ''));
  const timeColumns = plain.flatMap((name, index) => (TIME_NAME.test(name) ? [index] : []));
  const [timeColumn] = timeColumns;
  // A date and a time of day in two columns would be read half.
  const isSplit = plain.includes('date') && plain.includes('time');
  if (timeColumn === undefined || isSplit) return undefined;

  const timeUnit = UNITS[TIME_NAME.exec(plain[timeColumn] ?? '')?.[1] ?? ''];
  const common = { hasHeader: true, names, timeColumn, timeUnit } as const;
  const columnsOf = (wanted: readonly string[][]): number[] | undefined => {
    const found = wanted.map((aliases) => plain.findIndex((name) => aliases.includes(name)));
    return found.includes(-1) ? undefined : found;
  };
  const side = (name: string) => OHLC.map((price) => [`${name}${price}`, `${price}${name}`]);

  const bidAndAsk = columnsOf([...side('bid'), ...side('ask')]);
  const bars = bidAndAsk ?? columnsOf(OHLC.map((price) => [price])) ?? columnsOf(side('bid'));
  if (bars !== undefined) return { kind: 'bars', priceColumns: bars, ...common };
  const ticks = columnsOf([
    ['bid', 'bidprice'],
    ['ask', 'askprice'],
  ]);
  return ticks === undefined ? undefined : { kind: 'ticks', priceColumns: ticks, ...common };
}

/** A file may begin with its first tick instead of a header: a time and two prices. */
function formatOfTickRow(cells: readonly string[]): Columns | undefined {
  const [time = '', ...prices] = cells;
  const numbers = new NumberReader();
  const isTick =
    prices.length === 2 &&
    prices.every((price) => numbers.read(price, 0, price.length) > 0) &&
    (timeStyleOf(time) !== 'calendar' || /^\d{4}[-./]?\d\d[-./]?\d\d/.test(time));
  if (!isTick) return undefined;
  return {
    kind: 'ticks',
    hasHeader: false,
    names: ['time', 'bid', 'ask'],
    timeColumn: 0,
    timeUnit: undefined,
    priceColumns: [1, 2],
  };
}
