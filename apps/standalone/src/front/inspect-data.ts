import {
  DataFileError,
  parseZone,
  standardInstrument,
  timeframeOfSpacing,
  timeframeUs,
  type Instrument,
  type Timeframe,
} from '@trading/trading-market';
import type { DataFacts, FirstQuote } from './data-facts';
import { firstQuoteIn, rowsOf, scanFile, type FileScan, type RawQuote, type ReadOptions } from './scan-file';
import type { UpOptions } from './up-options';
import { UsageError } from './usage-error';

/** Prices of instruments that we know nothing of are taken as the file has them, up to so many digits. */
const MOST_DIGITS = 8;
const MOST_EXAMPLES = 5;

/**
 * Reads every row of the data before anything is started, so that bad data is refused with nothing half-done.
 * @throws DataFileError, FileProblem: data that cannot be played; UsageError: options that do not fit it
 */
export async function inspectData(options: UpOptions): Promise<DataFacts> {
  const zone = options.tz === undefined ? undefined : parseZone(options.tz);
  const reading: ReadOptions = { zone, onBadRow: options.onBadRow };
  const known = knownInstrument(options.symbol);
  const scale = 10 ** (known?.digits ?? MOST_DIGITS);
  const scans: FileScan[] = [];
  for (const path of options.data) scans.push(await scanFile(path, reading, scale));
  scans.sort((a, b) => a.fromUs - b.fromUs);
  checkSequence(scans);

  const firstScan = scans[0] as FileScan;
  const { kind } = firstScan;
  const digits = Math.min(MOST_DIGITS, Math.max(...scans.map((scan) => scan.digits)));
  const instrument = known ?? standardInstrument(options.symbol, { digits });
  const fileTimeframe = kind === 'bars' ? timeframeOfRows(scans, options) : undefined;
  const timeframe = options.timeframe ?? fileTimeframe ?? 'M1';
  checkTimeframe(firstScan.path, timeframe, fileTimeframe);

  const [first, last] = edges(scans);
  const spreadPoints =
    first.ask === undefined || last.ask === undefined
      ? (options.spread ?? usualSpread(instrument, first.bid))
      : undefined;
  const quoteOf = (raw: RawQuote): FirstQuote => rounded(raw, instrument, spreadPoints ?? 0);
  const firstQuote = quoteOf(first);
  const rowLengthUs = fileTimeframe === undefined ? 0 : timeframeUs(fileTimeframe);
  const rows = sum(scans.map((scan) => scan.rows));
  return {
    kind,
    instrument,
    digits: instrument.digits,
    timeframe,
    fileTimeframe,
    rows,
    ticks: kind === 'bars' ? rows * 4 : rows,
    crossedTicks: sum(scans.map((scan) => scan.crossed)),
    fromUs: firstScan.fromUs,
    toUs: (scans.at(-1) as FileScan).toUs + rowLengthUs,
    spreadPoints,
    skipped: {
      count: sum(scans.map(({ skipped }) => skipped.count)),
      examples: scans.flatMap(({ skipped }) => skipped.examples).slice(0, MOST_EXAMPLES),
    },
    files: scans.map(({ path, sha256, rows: count, fromUs, toUs }) => ({ path, sha256, rows: count, fromUs, toUs })),
    firstQuote,
    lastQuote: quoteOf(rowLengthUs === 0 ? last : { ...last, timeUs: last.timeUs + rowLengthUs - 1000 }),
    async quoteFrom(timeUs) {
      if (timeUs <= firstQuote.timeUs) return firstQuote;
      for (const scan of scans.filter(({ toUs }) => toUs >= timeUs)) {
        for await (const chunk of rowsOf(scan.path, reading)) {
          const found = firstQuoteIn(chunk, timeUs, scale);
          if (found) return quoteOf(found);
        }
      }
      return undefined;
    },
  };
}

/** Instruments whose digits do not depend on the file. */
function knownInstrument(symbol: string): Instrument | undefined {
  const instrument = standardInstrument(symbol);
  return symbol === 'US500' || instrument.baseCurrency !== instrument.profitCurrency ? instrument : undefined;
}

function checkSequence(scans: readonly FileScan[]): void {
  for (const [index, scan] of scans.entries()) {
    const before = scans[index - 1];
    if (before === undefined) continue;
    if (scan.kind !== before.kind) {
      throw new DataFileError(
        'FORMAT_UNKNOWN',
        { file: scan.path, expected: before.kind },
        `it holds ${scan.kind}, but ${before.path} holds ${before.kind}: the files of one run must be of one kind.`,
      );
    }
    if (scan.fromUs < before.toUs) {
      throw new DataFileError(
        'TIME_BACKWARDS',
        { file: scan.path, expected: 'files that do not overlap' },
        `it begins before ${before.path} ends: the files of a symbol must not overlap.`,
      );
    }
  }
}

function timeframeOfRows(scans: readonly FileScan[], options: UpOptions): Timeframe {
  const between = scans.map((scan, index) => scan.fromUs - (scans[index - 1]?.toUs ?? NaN)).filter((gap) => gap > 0);
  const spacingUs = Math.min(...scans.map((scan) => scan.smallestSpacingUs), ...between);
  const found = timeframeOfSpacing(spacingUs);
  if (found !== undefined) return found;
  // Of sparse bars, or of a single one, the spacing does not tell; then the user's word counts if it can be true.
  const { timeframe } = options;
  if (timeframe !== undefined && timeframeUs(timeframe) <= spacingUs) return timeframe;
  const apart = spacingUs === Infinity ? 'it has one bar only' : `its bars are ${spacingUs / 60_000_000} min apart`;
  throw new DataFileError(
    'FORMAT_UNKNOWN',
    { file: scans[0]?.path ?? '', expected: 'bars of M1, M5, M15, M30, H1, H4 or D1' },
    `the timeframe of its bars cannot be told: ${apart}; name it with --timeframe.`,
  );
}

function checkTimeframe(path: string, timeframe: Timeframe, ofRows: Timeframe | undefined): void {
  if (ofRows === undefined || timeframeUs(timeframe) >= timeframeUs(ofRows)) return;
  throw new UsageError(
    `--timeframe: ${path} holds bars of ${ofRows}; expected ${ofRows} or longer, found ${timeframe}: ` +
      'shorter bars cannot be made of longer ones.',
  );
}

function edges(scans: readonly FileScan[]): [first: RawQuote, last: RawQuote] {
  const first = scans.find((scan) => scan.first !== undefined)?.first;
  const last = scans.findLast((scan) => scan.last !== undefined)?.last;
  if (first !== undefined && last !== undefined) return [first, last];
  throw new DataFileError(
    'ROW_INVALID',
    { file: scans[0]?.path ?? '', expected: 'asks at or above their bids' },
    'in every row the bid is above the ask; are the columns the wrong way round?',
  );
}

/** What retail accounts usually pay; data that has an ask says it better. */
function usualSpread(instrument: Instrument, price: number): number {
  if (instrument.symbol === 'US500') return 50;
  if (instrument.contractSize === '100000') return 10;
  return Math.max(1, Math.round((price * 0.0002) / Number(instrument.tickSize)));
}

function rounded(raw: RawQuote, { digits, tickSize }: Instrument, spreadPoints: number): FirstQuote {
  const scale = 10 ** digits;
  const bid = Math.round(raw.bid * scale) / scale;
  const ask = Math.round((raw.ask ?? bid + spreadPoints * Number(tickSize)) * scale) / scale;
  return { timeUs: raw.timeUs, bid, ask };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
