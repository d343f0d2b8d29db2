import type { Bar, Ohlc } from '@trading/trading-market';
import { Atr } from './atr';
import { FeatureSchemaMismatch, InvalidFeatureBar } from './errors';
import {
  ATR_LENGTH,
  FEATURE_DEFINITIONS,
  FEATURE_LIMIT,
  RANGE_LENGTHS,
  RETURN_HORIZONS,
  RSI_LENGTHS,
  SMA_LENGTHS,
} from './feature-definitions';
import { describeSchema, type FeatureSchema } from './feature-schema';
import { RollingExtremes } from './rolling-extremes';
import { Rsi } from './rsi';
import { weekdayOnCircle } from './weekday';
import { Window } from './window';

/** The features of one bar. */
export interface FeatureRow {
  /** In the order of the schema; NaN where a feature has not warmed up. */
  readonly values: Float64Array;
  /** Every feature and the ATR have warmed up. */
  readonly complete: boolean;
  /** ATR(14) of bid prices, in price, for sizing and stops; NaN until it has warmed up. */
  readonly atr: number;
}

/** The bars that the next rows depend on, at most the schema's warm-up; JSON-safe. */
export interface FeatureState {
  readonly schemaHash: string;
  /** `[openTimeUs, open, high, low, close]` of bid prices, oldest first. */
  readonly bars: readonly (readonly [number, number, number, number, number])[];
}

type BidBar = Pick<Bar, 'openTimeUs' | 'bid'>;

const LONGEST_RETURN = Math.max(...RETURN_HORIZONS);
const SCHEMA = describeSchema(FEATURE_DEFINITIONS, ATR_LENGTH + 1);

/** The schema that {@link FeatureEngine} computes. */
export const FEATURE_SCHEMA: FeatureSchema = SCHEMA;

/**
 * Computes features bar by bar, for training, simulation and live alike. One engine serves one symbol and timeframe.
 * Every value is a function of the last `schema.warmUpBars` bars and of nothing else: where the bars began does not
 * matter, and the state to save is those bars.
 */
export class FeatureEngine {
  readonly schema: FeatureSchema = SCHEMA;

  private readonly closes = new Window(Math.max(LONGEST_RETURN, ...SMA_LENGTHS) + 1);
  private readonly returns = new Window(LONGEST_RETURN);
  private readonly atr = new Atr(ATR_LENGTH);
  private readonly rsis = RSI_LENGTHS.map((length) => new Rsi(length));
  private readonly extremes = RANGE_LENGTHS.map((length) => new RollingExtremes(length));
  private recent: BidBar[] = [];

  /**
   * Takes the next finished bar.
   * @throws InvalidFeatureBar when it does not open after the one before, or a bid price is not positive
   */
  next(bar: BidBar): FeatureRow {
    const { bid } = bar;
    this.check(bar);
    const previousClose = this.closes.ago(0);
    this.closes.push(bid.close);
    if (!Number.isNaN(previousClose)) this.returns.push(Math.log(bid.close / previousClose));
    this.recent.push(bar);
    if (this.recent.length > SCHEMA.warmUpBars) this.recent.shift();

    const atr = this.atr.next(bid);
    const values = Float64Array.from(
      [
        ...this.standardisedReturns(),
        ...this.volatilityRatios(),
        ...this.rsis.map((rsi) => rsi.next(bid.close) / 50 - 1),
        ...SMA_LENGTHS.map((length) => ratio(bid.close - this.closes.mean(length), atr)),
        ...this.extremes.map((window) => {
          const { highest, lowest } = window.next(bid);
          return place(bid.close, lowest, highest);
        }),
        place(bid.close, bid.low, bid.high),
        ratio(bid.close - bid.open, bid.high - bid.low),
        atr === 0 ? 0 : (bid.high - bid.low) / atr - 1,
        ...weekday(bar.openTimeUs),
      ].map(clip),
    );
    return { values, complete: this.recent.length >= SCHEMA.warmUpBars, atr };
  }

  /** What {@link restore} needs to continue with equal rows. */
  snapshot(): FeatureState {
    return {
      schemaHash: SCHEMA.hash,
      bars: this.recent.map(({ openTimeUs, bid }) => [openTimeUs, bid.open, bid.high, bid.low, bid.close] as const),
    };
  }

  /** @throws FeatureSchemaMismatch when the state was saved by a program with other features */
  static restore(state: FeatureState): FeatureEngine {
    if (state.schemaHash !== SCHEMA.hash) throw new FeatureSchemaMismatch(SCHEMA.hash, state.schemaHash);
    const engine = new FeatureEngine();
    for (const [openTimeUs, open, high, low, close] of state.bars) {
      engine.next({ openTimeUs, bid: { open, high, low, close } });
    }
    return engine;
  }

  private check({ openTimeUs, bid }: BidBar): void {
    const last = this.recent.at(-1);
    if (last !== undefined && openTimeUs <= last.openTimeUs) {
      throw new InvalidFeatureBar(openTimeUs, `does not come after the one before it, at ${last.openTimeUs} µs`);
    }
    const fields: readonly (keyof Ohlc)[] = ['open', 'high', 'low', 'close'];
    for (const field of fields) {
      if (!(bid[field] > 0 && bid[field] < Infinity)) {
        throw new InvalidFeatureBar(openTimeUs, `has a bid ${field} of ${bid[field]}; features need positive prices`);
      }
    }
  }

  private standardisedReturns(): number[] {
    const deviation = this.returns.standardDeviation(20);
    return RETURN_HORIZONS.map((bars) =>
      ratio(Math.log(this.closes.ago(0) / this.closes.ago(bars)), deviation * Math.sqrt(bars)),
    );
  }

  private volatilityRatios(): number[] {
    const [of5, of20, of60] = [5, 20, 60].map((bars) => this.returns.standardDeviation(bars));
    return [logRatio(of5, of20), logRatio(of20, of60)];
  }
}

/** Keeps NaN. */
function clip(value: number): number {
  return Math.max(-FEATURE_LIMIT, Math.min(FEATURE_LIMIT, value));
}

/** 0 for a zero denominator; NaN stays NaN. */
function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 * numerator : numerator / denominator;
}

function logRatio(numerator = NaN, denominator = NaN): number {
  return numerator === 0 || denominator === 0 ? 0 * numerator * denominator : Math.log(numerator / denominator);
}

/** Where x lies between low (-1) and high (1); 0 when they are equal. */
function place(x: number, low: number, high: number): number {
  return high === low ? 0 : (2 * (x - low)) / (high - low) - 1;
}

function weekday(openTimeUs: number): [number, number] {
  const { sin, cos } = weekdayOnCircle(openTimeUs);
  return [sin, cos];
}
