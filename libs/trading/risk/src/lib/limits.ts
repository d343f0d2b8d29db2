import { Decimal } from '@trading/trading-market';

/** No entries in instruments of these currencies (none: of any) from `fromUs` until `toUs`, UTC microseconds. */
export interface NewsBlackout {
  readonly name: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly currencies: readonly string[];
}

export type LossAnchor = 'initial' | 'dayStart' | 'peak' | 'endOfDayPeak';
export type LossBase = 'balance' | 'equity' | 'higher';
export type LossAction = 'deny' | 'reduce' | 'halt' | 'flatten';

/** A floor under the equity, as the rules of real programmes put it. Empty strings are not set. */
export interface LossLimit {
  readonly name: string;
  readonly anchor: LossAnchor;
  /** What the anchor is taken of: the balance, the equity, or the higher of both. */
  readonly base: LossBase;
  /** What is compared with the floor. */
  readonly measure: 'equity';
  /** `5%` of the initial capital, or an amount of the account's currency such as `2500`. */
  readonly limit: string;
  /** `HH:MM` at which the day of `dayStart` and `endOfDayPeak` begins; empty: 00:00. */
  readonly resetTime: string;
  /** IANA zone of the reset time; empty: UTC. */
  readonly resetZone: string;
  /** Kept free above the floor when orders are checked: percent of the initial capital or money; empty: none. */
  readonly buffer: string;
  /** What happens when the equity falls below the floor. New entries are denied in any case. */
  readonly action: LossAction;
}

/** Limits of one account. An empty string or 0 is a limit that is not set. Percentages are written without a sign. */
export interface RiskLimits {
  readonly maxQuoteAgeMs: number;
  /** In points, that is tick sizes of the instrument. */
  readonly maxSpreadPoints: string;
  /** How far from the quote an order may be filled. */
  readonly priceCollarPct: string;
  readonly stopLossRequired: boolean;
  /** Loss at the stop loss, of the equity. */
  readonly maxRiskPerTradePct: string;
  readonly maxOrderLots: string;
  /** In the account's currency, as all money here. */
  readonly maxOrderNotional: string;
  readonly maxPositionLots: string;
  /** Sum of the notional of all positions and reservations, long and short added. */
  readonly maxGrossExposure: string;
  /** The same with short subtracted from long. */
  readonly maxNetExposure: string;
  readonly maxOpenPositions: number;
  readonly maxOpenOrders: number;
  /** Free margin after the order, of the equity. */
  readonly minFreeMarginPct: string;
  readonly lossLimits: readonly LossLimit[];
  readonly duplicateGuardMs: number;
  readonly maxOrdersPerMinute: number;
  readonly maxCancelsPerMinute: number;
  readonly coolDownAfterLossMs: number;
  readonly maxRestingDistancePct: string;
  readonly blockedSessions: readonly string[];
  readonly approvalLifetimeMs: number;
  /** Notional of one symbol at worst, long or short. */
  readonly maxSymbolExposure: string;
  /** Of one currency: what is long and short of it through all symbols, subtracted, at worst. */
  readonly maxCurrencyExposure: string;
  readonly newsBlackouts: readonly NewsBlackout[];
  /** When positions are closed for the weekend: `Fri 20:45 America/New_York`. */
  readonly weeklyFlat: string;
}

/** Nothing set: what a partial configuration is spread over. */
export const UNSET_LIMITS: RiskLimits = {
  maxQuoteAgeMs: 0,
  maxSpreadPoints: '',
  priceCollarPct: '',
  stopLossRequired: false,
  maxRiskPerTradePct: '',
  maxOrderLots: '',
  maxOrderNotional: '',
  maxPositionLots: '',
  maxGrossExposure: '',
  maxNetExposure: '',
  maxOpenPositions: 0,
  maxOpenOrders: 0,
  minFreeMarginPct: '',
  lossLimits: [],
  duplicateGuardMs: 0,
  maxOrdersPerMinute: 0,
  maxCancelsPerMinute: 0,
  coolDownAfterLossMs: 0,
  maxRestingDistancePct: '',
  blockedSessions: [],
  approvalLifetimeMs: 0,
  maxSymbolExposure: '',
  maxCurrencyExposure: '',
  newsBlackouts: [],
  weeklyFlat: '',
};

/** The value of a limit, or `undefined` when it is not set. Text that is no number throws: see `invalidLimits`. */
export function limitValue(text: string): Decimal | undefined {
  if (text === '') return undefined;
  const value = new Decimal(text);
  return value.isZero() ? undefined : value;
}

/** Names the limits that are set but that nothing enforces. A service refuses to start with one of them. */
export function unsupportedLimits(limits: RiskLimits): string[] {
  const set = {
    maxOrdersPerMinute: limits.maxOrdersPerMinute !== 0,
    maxCancelsPerMinute: limits.maxCancelsPerMinute !== 0,
    coolDownAfterLossMs: limits.coolDownAfterLossMs !== 0,
    maxRestingDistancePct: limits.maxRestingDistancePct !== '' && limits.maxRestingDistancePct !== '0',
    blockedSessions: limits.blockedSessions.length > 0,
  };
  return Object.entries(set)
    .filter(([, isSet]) => isSet)
    .map(([name]) => name);
}
