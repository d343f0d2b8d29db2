import type { Instrument } from '@trading/trading-market';
import type { MarginMode } from '@trading/trading-portfolio';

/** What the account pays for a deal. */
export interface BrokerCosts {
  /** Account currency per lot and deal, so that a round trip pays twice. Decimal string, not negative. */
  readonly commissionPerLot: string;
}

/** A broker with one account. */
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
  /** One position per symbol (`NETTING`, the default), or one per opening order (`HEDGING`). */
  readonly marginMode?: MarginMode;
  /**
   * Lots that each quote offers on either side, shared by the orders that it fills, as a decimal string; absent: any
   * volume. Stops, targets and stop-outs fill whole.
   */
  readonly fillVolumePerTick?: string;
  /** What fills a limit order: the opposite price goes `through` it (the default), or a `touch` is enough. */
  readonly limitFill?: 'through' | 'touch';
  /** Zone of the broker's server, such as `ny+7`: its week counts sessions, its day ends DAY orders; UTC when absent. */
  readonly zone?: string;
  /** Minute of the server's day at which a trading day ends: swaps are due, DAY orders expire; 0 when absent. */
  readonly rolloverMinute?: number;
  /** Equity in percent of the margin below which the account is called; only told, see `AccountView`. */
  readonly marginCallLevelPct?: number;
  /** Equity in percent of the margin below which the broker closes the position with the largest loss, again and again. */
  readonly stopOutLevelPct?: number;
}
