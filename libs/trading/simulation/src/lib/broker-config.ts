import type { Instrument } from '@trading/trading-market';

/** What the account pays for a deal. */
export interface BrokerCosts {
  /** Account currency per lot and deal, so that a round trip pays twice. Decimal string, not negative. */
  readonly commissionPerLot: string;
}

/** A broker with one netting account. */
export interface BrokerConfig {
  /** The account's currency. */
  readonly currency: string;
  /** Digits of the account's currency; 2 when absent. */
  readonly currencyDigits?: number;
  readonly leverage: number;
  /** First balance, decimal string. */
  readonly deposit: string;
  /**
   * What can be traded. Money in another currency than the account's is converted at the mid of the pair of the two, so
   * that an instrument whose profit currency is another one opens only where that pair is among them and has a quote.
   */
  readonly instruments: readonly Instrument[];
  readonly costs: BrokerCosts;
  /** Points of `tickSize` by which market and stop fills are worse than the quote. */
  readonly slippagePoints: number;
  /** From `submit` until an order can fill. */
  readonly latencyUs: number;
  /**
   * What `notAfterUs` of an order bounds: its `fill` (the default) or its `arrival` at the broker, after which it waits
   * for a quote as long as the market sleeps, such as over a weekend.
   */
  readonly expiry?: 'fill' | 'arrival';
}
