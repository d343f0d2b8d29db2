import { Decimal, profit, type Instrument } from '@trading/trading-market';

export interface BuyAndHoldInput {
  readonly instrument: Instrument;
  readonly lots: Decimal | string;
  readonly firstAsk: number;
  readonly lastBid: number;
  /** Account currency, negative when paid: of the one purchase; the position is marked, not closed. */
  readonly commission: Decimal | string;
  /** Account currency per unit of the profit currency at the end; 1 when absent. */
  readonly rate?: Decimal;
}

/**
 * What it would have made to buy once and wait, account currency with 2 digits:
 * profit(lots, first ask → last bid) × rate + commission.
 */
export function buyAndHold(input: BuyAndHoldInput): string {
  const gross = profit(
    input.instrument,
    new Decimal(input.lots),
    new Decimal(input.firstAsk),
    new Decimal(input.lastBid),
  ).mul(input.rate ?? 1);
  const pnl = gross.toDecimalPlaces(2).plus(new Decimal(input.commission).toDecimalPlaces(2));
  return (pnl.isZero() ? new Decimal(0) : pnl).toFixed(2);
}
