import {
  pathOrder,
  pathTimesUs,
  timeframeUs,
  type BarChunk,
  type Instrument,
  type PathModel,
  type Timeframe,
} from '@trading/trading-market';

export interface BarPathOptions {
  readonly instrument: Instrument;
  readonly timeframe: Timeframe;
  readonly model: PathModel;
  /** Points of `tickSize` between bid and ask where the file has only one price. */
  readonly spreadPoints: number;
}

/**
 * Plays bars as four quotes each: the open, the two extremes, the close. The order of the extremes is chosen after the
 * open has been acted on, because it depends on the position held then (`worst`). One object serves a whole file:
 * `start` a bar, then `step` four times; the quote stands in `timeUs`, `bid`, `ask`.
 */
export class BarPath {
  timeUs = 0;
  bid = NaN;
  ask = NaN;
  /** Steps taken in this bar, 0 to 4. */
  taken = 4;
  private readonly scale: number;
  private readonly spread: number;
  private readonly lengthUs: number;
  private chunk: BarChunk | undefined;
  private row = 0;
  private times: readonly [number, number, number, number] = [0, 0, 0, 0];
  private highFirst = true;

  constructor(private readonly options: BarPathOptions) {
    this.scale = 10 ** options.instrument.digits;
    this.spread = options.spreadPoints * Number(options.instrument.tickSize);
    this.lengthUs = timeframeUs(options.timeframe);
  }

  start(chunk: BarChunk, row: number): void {
    this.chunk = chunk;
    this.row = row;
    this.taken = 0;
    const openUs = chunk.timeUs[row] ?? 0;
    this.times = pathTimesUs(openUs, openUs + this.lengthUs);
  }

  get isDone(): boolean {
    return this.taken === 4;
  }

  /** Time of the next quote. */
  get nextTimeUs(): number {
    return this.times[this.taken] ?? NaN;
  }

  /** Only the open can jump; from there the price travels. */
  get travelled(): boolean {
    return this.taken > 1;
  }

  /** @param positionSign the position held now: 1 long, -1 short, 0 flat */
  step(positionSign: -1 | 0 | 1): void {
    const { chunk, row, taken } = this;
    if (!chunk || taken === 4) return;
    this.timeUs = this.nextTimeUs;
    const { bid } = chunk;
    if (taken === 1) {
      const [open = NaN, high = NaN, low = NaN] = [bid.open[row], bid.high[row], bid.low[row]];
      this.highFirst = pathOrder(this.options.model, open, high, low, positionSign) === 'high-first';
    }
    const part = taken === 0 ? 'open' : taken === 3 ? 'close' : (taken === 1) === this.highFirst ? 'high' : 'low';
    this.bid = this.quantised(bid[part][row] ?? NaN);
    this.ask = this.quantised(chunk.ask ? (chunk.ask[part][row] ?? NaN) : this.bid + this.spread);
    this.taken = taken + 1;
  }

  private quantised(price: number): number {
    return Math.round(price * this.scale) / this.scale;
  }
}
