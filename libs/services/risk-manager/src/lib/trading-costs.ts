import type { common } from '@trading/contracts';
import { Decimal, tickValueOf, type Instrument } from '@trading/trading-market';
import type { TradingCosts } from '@trading/trading-risk';

/** How an account is charged and paid for nights. */
export interface SwapTerms {
  readonly long: string;
  readonly short: string;
  readonly mode: string;
  readonly tripleWeekday: number;
}

export function swapTermsOf(message: common.Instrument): SwapTerms | undefined {
  if (message.swapMode === '') return undefined;
  const { swapLong: long, swapShort: short, swapMode: mode, swapTripleWeekday: tripleWeekday } = message;
  return { long, short, mode, tripleWeekday };
}

const DAY_US = 86_400_000_000;
const NO_COSTS = new Decimal(0);

/**
 * What trading one lot costs beside the spread. Of the next rollover the day is told by UTC; where it may be the one
 * that counts three nights, it does. Undefined without a rate into the account's currency.
 */
export function tradingCosts(
  instrument: Instrument,
  commissionPerLot: string | undefined,
  swap: SwapTerms | undefined,
  rate: Decimal | undefined,
  nowUs: number,
): TradingCosts | undefined {
  if (commissionPerLot === undefined && swap === undefined) return undefined;
  const perLot = (text: string): Decimal => {
    if (swap === undefined || text === '') return NO_COSTS;
    const nights = isNear(swap.tripleWeekday, nowUs) ? 3 : 1;
    const unit = swap.mode === 'points' ? tickValueOf(instrument).mul(rate ?? 0) : new Decimal(1);
    return new Decimal(text).mul(unit).mul(nights);
  };
  return {
    commissionPerLot: new Decimal(commissionPerLot ?? 0),
    swapLongPerLot: perLot(swap?.long ?? ''),
    swapShortPerLot: perLot(swap?.short ?? ''),
  };
}

/** A broker's day begins up to half a day from UTC's: the next rollover may be of this day or of the one after. */
function isNear(weekday: number, nowUs: number): boolean {
  const today = (Math.floor(nowUs / DAY_US) + 4) % 7;
  return today === weekday || (today + 1) % 7 === weekday;
}
