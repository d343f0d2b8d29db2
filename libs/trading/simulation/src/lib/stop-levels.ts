import { Decimal, isOnTick, type Instrument } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';

/** Levels at which the broker closes a position; numbers for the comparison with quotes, decimals for the fill. */
export interface StopLevels {
  readonly stopLoss?: Decimal;
  readonly takeProfit?: Decimal;
  /** NaN when there is none: no quote compares with it. */
  readonly stopLossAt: number;
  readonly takeProfitAt: number;
}

export const NO_STOPS: StopLevels = { stopLossAt: NaN, takeProfitAt: NaN };

const isPrice = /^\d+(\.\d+)?$/;

interface StopTexts {
  readonly stopLoss?: string;
  readonly takeProfit?: string;
}

/** Reads levels. A text that is not a price above zero on the tick grid is answered with a sentence. */
export function parseStops(instrument: Instrument, texts: StopTexts): StopLevels | string {
  for (const [name, text] of [
    ['stop loss', texts.stopLoss],
    ['take profit', texts.takeProfit],
  ] as const) {
    if (text === undefined) continue;
    if (!isPrice.test(text) || new Decimal(text).isZero()) return `The ${name} ${text} is not a price.`;
    if (!isOnTick(instrument, text)) return `The ${name} ${text} is not a multiple of ${instrument.tickSize}.`;
  }
  const stopLoss = texts.stopLoss === undefined ? undefined : new Decimal(texts.stopLoss);
  const takeProfit = texts.takeProfit === undefined ? undefined : new Decimal(texts.takeProfit);
  return {
    ...(stopLoss && { stopLoss }),
    ...(takeProfit && { takeProfit }),
    stopLossAt: stopLoss?.toNumber() ?? NaN,
    takeProfitAt: takeProfit?.toNumber() ?? NaN,
  };
}

/**
 * Why a broker would not hold these levels for a position of `side` now, if so. Levels stand on their side of the price
 * that closes the position (long: bid, short: ask), at least the stops level away, and never on it.
 */
export function stopsProblem(
  instrument: Instrument,
  side: Side,
  levels: StopLevels,
  bid: Decimal,
  ask: Decimal,
): string | undefined {
  const market = side === 'BUY' ? bid : ask;
  const distance = new Decimal(instrument.tickSize).mul(instrument.stopsLevelPoints);
  for (const [name, level, isBelow] of [
    ['stop loss', levels.stopLoss, side === 'BUY'],
    ['take profit', levels.takeProfit, side === 'SELL'],
  ] as const) {
    if (!level) continue;
    const away = isBelow ? market.minus(level) : level.minus(market);
    if (away.lte(0) || away.lt(distance)) {
      const where = isBelow ? 'below' : 'above';
      return `The ${name} ${level.toFixed()} must be ${where} ${market.toFixed()} by at least ${distance.toFixed()}.`;
    }
  }
  return undefined;
}
