import type { Decimal } from '@trading/trading-market';

export interface QuotePrices {
  readonly bid: number;
  readonly ask: number;
}

/** The account marked to the market, in its currency. */
export interface EquityView {
  readonly balance: Decimal;
  readonly unrealised: Decimal;
  /** Balance plus unrealised. */
  readonly equity: Decimal;
  readonly unrealisedBySymbol: ReadonlyMap<string, Decimal>;
  /** By the key of the position: its symbol, or on a hedging account its identifier. */
  readonly unrealisedByPosition: ReadonlyMap<string, Decimal>;
}
