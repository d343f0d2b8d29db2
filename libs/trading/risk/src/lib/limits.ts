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
  /** `5%` of the initial capital, `5% of anchor`, or an amount of the account's currency such as `2500`. */
  readonly limit: string;
  /** The floor never rises above it: percent of the initial capital or money; absent or empty: no such end. */
  readonly floorAtMost?: string;
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
  /** Orders and modifications sent within the last minute, this one counted. */
  readonly maxOrdersPerMinute: number;
  /** Cancels within the last minute, from which on no entry is let through: a cancel itself is never refused. */
  readonly maxCancelsPerMinute: number;
  /** After a closing fill that lost, costs included. */
  readonly coolDownAfterLossMs: number;
  /** How far from the market the price of a resting entry may be. */
  readonly maxRestingDistancePct: string;
  /** Weekly hours without entries: `Fri 21:00-Sun 24:00 America/New_York`; without a zone: UTC. */
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

/**
 * Names what is set but no limit that this kernel enforces, such as one that a newer release has stored. A service
 * refuses to start with it.
 */
export function unsupportedLimits(limits: RiskLimits): string[] {
  return Object.entries(limits)
    .filter(([name, value]) => !Object.hasOwn(UNSET_LIMITS, name) && isSet(value))
    .map(([name]) => name);
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== '' && value !== 0 && value !== false && value !== '0';
}
