export type FillingMode = 'FOK' | 'IOC' | 'RETURN';
export type ExecutionMode = 'INSTANT' | 'REQUEST' | 'MARKET' | 'EXCHANGE';

/**
 * Unit of swaps, per lot and night: `points` of `tickSize`, or `currency` of the account, both kept with the position
 * until it closes; `cash`: account currency, booked at once.
 */
export type SwapMode = 'points' | 'currency' | 'cash';

/** What can be traded, with the account's own rules for it. Decimal fields are decimal strings. */
export interface Instrument {
  readonly symbol: string;
  /** The account's name of it, such as `EURUSD.m`. */
  readonly brokerSymbol: string;
  /** Digits after the point of a price. */
  readonly digits: number;
  readonly tickSize: string;
  /** Profit currency that one tick is worth per lot; empty: contractSize × tickSize. */
  readonly tickValue: string;
  /** Units of the base per lot. */
  readonly contractSize: string;
  readonly volumeMin: string;
  readonly volumeMax: string;
  readonly volumeStep: string;
  /** Least distance of stops from the market, in points of `tickSize`. */
  readonly stopsLevelPoints: number;
  readonly freezeLevelPoints: number;
  readonly baseCurrency: string;
  readonly profitCurrency: string;
  readonly marginCurrency: string;
  /** Share of the notional held as margin at leverage 1. */
  readonly marginRate: string;
  readonly fillingModes: readonly FillingMode[];
  readonly executionMode: ExecutionMode;
  readonly stopsOnOpen: 'WITH' | 'AFTER';
  /** Weekly sessions in minutes of the broker's week (Sunday 00:00 = 0), half open; empty: always open. */
  readonly sessions: readonly { readonly fromMinute: number; readonly toMinute: number }[];
  readonly tradable: boolean;
  /** What a lot earns (negative: pays) for a night, in the unit of `swapMode`; absent: nothing. */
  readonly swapLong?: string;
  readonly swapShort?: string;
  readonly swapMode?: SwapMode;
  /** Day (Sunday 0) whose rollover counts three nights; weekends then count none. Absent: every night counts one. */
  readonly swapTripleWeekday?: number;
}
