import { readTextChunks } from '@trading/platform-files';
import {
  DataFileError,
  DataFileParser,
  smallestSpacing,
  timeframeOfSpacing,
  type BarChunk,
  type Instrument,
  type PathModel,
  type RowChunk,
  type Timeframe,
  type Zone,
} from '@trading/trading-market';
import { BarPath } from '@trading/trading-simulation';
import { SimulatorError } from './simulator-errors';

export interface TickFeedOptions {
  readonly files: readonly string[];
  readonly zone?: Zone;
  readonly onBadRow: 'fail' | 'skip';
  readonly instrument: Instrument;
  /** Of files of bars; told from the first rows when absent. */
  readonly timeframe?: Timeframe;
  readonly path: PathModel;
  readonly spreadPoints: number;
}

/**
 * The quotes of the data files one at a time, read as they are needed: memory holds a piece of a file. Prices are
 * rounded to the instrument's digits, so that what is sent, matched and booked is the same number.
 */
export class TickFeed {
  /** The current quote. */
  timeUs = NaN;
  bid = NaN;
  ask = NaN;
  /** The price went through every level on its way from the quote before. */
  travelled = false;
  /** Time of the quote that `advance` goes to; only while {@link hasNext}. */
  nextTimeUs = NaN;
  hasNext = false;
  /** Rows that could not be read, with `onBadRow: 'skip'`. */
  skippedRows = 0;
  private readonly scale: number;
  private readonly chunks: AsyncGenerator<RowChunk>;
  private upcoming: Promise<IteratorResult<RowChunk>> | undefined;
  private chunk: RowChunk | undefined;
  private row = 0;
  private bars: BarPath | undefined;
  private lastTimeUs = -Infinity;

  constructor(private readonly options: TickFeedOptions) {
    this.scale = 10 ** options.instrument.digits;
    this.chunks = this.allChunks();
  }

  /**
   * Makes the next quote available; false at the end of the data.
   * @throws DataFileError, FileProblem, SimulatorError TIMEFRAME_MISSING
   */
  async load(): Promise<boolean> {
    if (this.hasNext) return true;
    const next = await (this.upcoming ?? this.chunks.next());
    if (next.done === true) return false;
    const { value } = next;
    this.chunk = value;
    this.row = 0;
    this.upcoming = this.chunks.next();
    // Who loads next hears of a failure; until then it must not count as one that nobody handles.
    this.upcoming.catch(() => undefined);
    if (value.kind === 'bars') this.pathOf(value).start(value, 0);
    this.announce();
    return true;
  }

  /** Goes to the next quote. @param positionSign what is held: 1 long, -1 short, 0 flat */
  advance(positionSign: -1 | 0 | 1): void {
    const { chunk, row } = this;
    if (!chunk || !this.hasNext) return;
    this.timeUs = this.lastTimeUs = this.nextTimeUs;
    if (chunk.kind === 'ticks') {
      this.bid = Math.round((chunk.bid[row] ?? NaN) * this.scale) / this.scale;
      this.ask = Math.round((chunk.ask[row] ?? NaN) * this.scale) / this.scale;
      this.row = row + 1;
    } else {
      const path = this.pathOf(chunk);
      path.step(positionSign);
      this.bid = path.bid;
      this.ask = path.ask;
      this.travelled = path.travelled;
      if (path.isDone && row + 1 < chunk.count) path.start(chunk, row + 1);
      if (path.isDone || path.taken === 0) this.row = row + 1;
    }
    this.announce();
  }

  async close(): Promise<void> {
    await this.upcoming?.catch(() => undefined);
    await this.chunks.return(undefined);
  }

  private announce(): void {
    const { chunk, row } = this;
    this.hasNext = chunk !== undefined && row < chunk.count;
    if (!this.hasNext || !chunk) return;
    const timeUs = chunk.kind === 'ticks' ? (chunk.timeUs[row] ?? NaN) : this.pathOf(chunk).nextTimeUs;
    // A day of 23 hours in the file's zone ends before its path of 24 does.
    this.nextTimeUs = timeUs < this.lastTimeUs ? this.lastTimeUs : timeUs;
  }

  private pathOf(chunk: BarChunk): BarPath {
    if (this.bars) return this.bars;
    const timeframe = this.options.timeframe ?? timeframeOfSpacing(smallestSpacing(chunk.timeUs));
    if (timeframe === undefined) {
      throw new SimulatorError(
        'TIMEFRAME_MISSING',
        'The timeframe of the bars cannot be told from their times; name it.',
      );
    }
    const { instrument, path: model, spreadPoints } = this.options;
    return (this.bars = new BarPath({ instrument, timeframe, model, spreadPoints }));
  }

  private async *allChunks(): AsyncGenerator<RowChunk> {
    let lastUs = -Infinity;
    for (const file of await this.inOrderOfTime()) {
      for await (const chunk of this.chunksOf(file)) {
        const firstUs = chunk.timeUs[0] ?? lastUs;
        if (firstUs < lastUs) {
          throw new DataFileError(
            'TIME_BACKWARDS',
            { file, expected: 'files that do not overlap' },
            'it begins before the file before it ends: the files of a symbol must not overlap.',
          );
        }
        lastUs = chunk.timeUs[chunk.count - 1] ?? lastUs;
        yield chunk;
      }
    }
  }

  private async inOrderOfTime(): Promise<readonly string[]> {
    const { files } = this.options;
    if (files.length === 1) return files;
    const starts: { readonly file: string; readonly timeUs: number }[] = [];
    for (const file of files) {
      for await (const chunk of this.chunksOf(file)) {
        starts.push({ file, timeUs: chunk.timeUs[0] ?? 0 });
        break;
      }
    }
    this.skippedRows = 0;
    return starts.sort((a, b) => a.timeUs - b.timeUs).map(({ file }) => file);
  }

  private async *chunksOf(file: string): AsyncGenerator<RowChunk> {
    const { zone, onBadRow } = this.options;
    const parser = new DataFileParser({ file, onBadRow, ...(zone && { zone }) });
    let skipped = 0;
    const count = (): void => {
      this.skippedRows += parser.skipped.count - skipped;
      skipped = parser.skipped.count;
    };
    for await (const text of readTextChunks(file)) {
      const chunk = parser.push(text);
      count();
      if (chunk) yield chunk;
    }
    const last = parser.end();
    count();
    if (last) yield last;
  }
}
