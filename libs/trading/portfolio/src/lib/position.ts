import { Decimal } from '@trading/trading-market';

/** What is held of one symbol. A flat position has zero lots, price and costs. */
export interface PositionView {
  readonly symbol: string;
  /** Signed: short is negative. */
  readonly lots: Decimal;
  /** Volume-weighted price of the entries; reductions leave it as it is. */
  readonly averagePrice: Decimal;
  /** Time of the fill that opened it from flat or through zero; 0 when flat. */
  readonly openedUs: number;
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  /** Commission and swap of the entries of what is still open, account currency, negative when paid. */
  readonly entryCosts: Decimal;
  /** Sum of what this symbol has realised over the account's life, account currency, before costs. */
  readonly realised: Decimal;
}

/** {@link PositionView} with what trades need to know of the entry. */
export interface HeldPosition extends PositionView {
  readonly entryCoid: string;
}

const ZERO = new Decimal(0);

export function flatPosition(symbol: string, realised: Decimal = ZERO): HeldPosition {
  return { symbol, lots: ZERO, averagePrice: ZERO, openedUs: 0, entryCosts: ZERO, realised, entryCoid: '' };
}

export function viewOf(held: HeldPosition): PositionView {
  const { entryCoid: _entryCoid, ...view } = held;
  return view;
}
