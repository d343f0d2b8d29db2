import { createHash } from 'node:crypto';
import { readTextChunks } from '@trading/platform-files';
import { DataFileParser, type BarChunk, type RowChunk, type TickChunk, type Zone } from '@trading/trading-market';

/** How to read a data file. */
export interface ReadOptions {
  readonly zone: Zone | undefined;
  readonly onBadRow: 'fail' | 'skip';
}

/** Prices as the file has them; no ask where it has one price. */
export interface RawQuote {
  readonly timeUs: number;
  readonly bid: number;
  readonly ask: number | undefined;
}

/** What one file holds. Of bars the first quote is an open and the last one a close, with its bar's opening time. */
export interface FileScan {
  readonly path: string;
  readonly kind: 'ticks' | 'bars';
  readonly sha256: string;
  readonly rows: number;
  readonly crossed: number;
  readonly digits: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** Between neighbouring rows, above 0; Infinity when there is none. */
  readonly smallestSpacingUs: number;
  readonly first: RawQuote | undefined;
  readonly last: RawQuote | undefined;
  readonly skipped: { readonly count: number; readonly examples: readonly string[] };
}

/** The rows of a file, piece by piece. @throws DataFileError, FileProblem */
export async function* rowsOf(path: string, { zone, onBadRow }: ReadOptions): AsyncGenerator<RowChunk> {
  const parser = new DataFileParser({ file: path, onBadRow, ...(zone && { zone }) });
  for await (const text of readTextChunks(path)) {
    const chunk = parser.push(text);
    if (chunk) yield chunk;
  }
  const rest = parser.end();
  if (rest) yield rest;
}

/**
 * Reads a file to its end.
 * @param scale ten to the digits to which prices will be rounded before they are compared
 * @throws DataFileError, FileProblem
 */
export async function scanFile(path: string, { zone, onBadRow }: ReadOptions, scale: number): Promise<FileScan> {
  const parser = new DataFileParser({ file: path, onBadRow, ...(zone && { zone }) });
  const hash = createHash('sha256');
  const counter = new RowCounter(scale);
  for await (const text of readTextChunks(path)) {
    hash.update(text);
    counter.add(parser.push(text));
  }
  counter.add(parser.end());
  const { rows, crossed, fromUs, toUs, smallestSpacingUs, first, last } = counter;
  return {
    path,
    kind: parser.kind ?? 'ticks',
    sha256: hash.digest('hex'),
    rows,
    crossed,
    digits: parser.digits,
    fromUs,
    toUs,
    smallestSpacingUs,
    first,
    last,
    skipped: parser.skipped,
  };
}

/** The first open or tick that is not crossed, at or after a time, in a chunk. */
export function firstQuoteIn(chunk: RowChunk, fromUs: number, scale: number): RawQuote | undefined {
  for (let row = 0; row < chunk.count; row += 1) {
    const timeUs = chunk.timeUs[row] ?? NaN;
    if (timeUs < fromUs) continue;
    const { bid, ask } = pricesAt(chunk, row, 'open');
    if (!isCrossed(bid, ask, scale)) return { timeUs, bid, ask };
  }
  return undefined;
}

class RowCounter {
  rows = 0;
  crossed = 0;
  fromUs = NaN;
  toUs = NaN;
  smallestSpacingUs = Infinity;
  first: RawQuote | undefined;
  last: RawQuote | undefined;

  constructor(private readonly scale: number) {}

  add(chunk: RowChunk | undefined): void {
    if (chunk === undefined || chunk.count === 0) return;
    if (this.rows === 0) this.fromUs = chunk.timeUs[0] ?? NaN;
    for (let row = 0; row < chunk.count; row += 1) {
      const timeUs = chunk.timeUs[row] ?? NaN;
      const spacing = timeUs - this.toUs;
      if (spacing > 0 && spacing < this.smallestSpacingUs) this.smallestSpacingUs = spacing;
      this.toUs = timeUs;
    }
    this.rows += chunk.count;
    this.crossed += chunk.kind === 'ticks' ? this.crossedTicks(chunk) : this.crossedOfBars(chunk);
    this.first ??= firstQuoteIn(chunk, -Infinity, this.scale);
    this.last = this.lastQuoteIn(chunk) ?? this.last;
  }

  private crossedTicks({ count, bid, ask }: TickChunk): number {
    let crossed = 0;
    for (let row = 0; row < count; row += 1) if (isCrossed(bid[row] ?? NaN, ask[row], this.scale)) crossed += 1;
    return crossed;
  }

  /** A bar is played as its open, high, low and close. */
  private crossedOfBars(chunk: BarChunk): number {
    const { ask } = chunk;
    if (ask === undefined) return 0;
    let crossed = 0;
    for (const part of ['open', 'high', 'low', 'close'] as const) {
      for (let row = 0; row < chunk.count; row += 1) {
        if (isCrossed(chunk.bid[part][row] ?? NaN, ask[part][row], this.scale)) crossed += 1;
      }
    }
    return crossed;
  }

  private lastQuoteIn(chunk: RowChunk): RawQuote | undefined {
    for (let row = chunk.count - 1; row >= 0; row -= 1) {
      const { bid, ask } = pricesAt(chunk, row, 'close');
      if (!isCrossed(bid, ask, this.scale)) return { timeUs: chunk.timeUs[row] ?? NaN, bid, ask };
    }
    return undefined;
  }
}

function pricesAt(chunk: RowChunk, row: number, part: 'open' | 'close'): { bid: number; ask: number | undefined } {
  if (chunk.kind === 'ticks') return { bid: chunk.bid[row] ?? NaN, ask: chunk.ask[row] ?? NaN };
  return { bid: chunk.bid[part][row] ?? NaN, ask: chunk.ask === undefined ? undefined : (chunk.ask[part][row] ?? NaN) };
}

/** Prices count as they will be played: rounded. */
function isCrossed(bid: number, ask: number | undefined, scale: number): boolean {
  return ask !== undefined && Math.round(bid * scale) > Math.round(ask * scale);
}
