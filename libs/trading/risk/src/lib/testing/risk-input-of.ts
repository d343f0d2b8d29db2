import { Decimal, standardInstrument, type Instrument } from '@trading/trading-market';
import type { LossLimitStatus } from '../loss-limits';
import { UNSET_LIMITS, type RiskLimits } from '../limits';
import type { AccountView, OrderToCheck, PositionAtRisk, Reservation, RiskInput } from '../risk-input';

/** 2014-05-05T12:00:00Z. */
export const NOW_US = 1_399_291_200_000_000;
export const EURUSD = standardInstrument('EURUSD', { stopsLevelPoints: 10 });

export const dec = (value: number | string): Decimal => new Decimal(value);

/** Changes to an input that would be approved: a market BUY of 0.1 EURUSD at 1.10000/1.10010 with a stop 50 pips below. */
export interface Changes {
  readonly order?: Partial<OrderToCheck>;
  /** Without a stop loss. */
  readonly bare?: boolean;
  readonly account?: Partial<AccountView>;
  readonly instrument?: Partial<Instrument>;
  readonly quote?: { readonly bid?: number; readonly ask?: number; readonly timeUs?: number };
  readonly limits?: Partial<RiskLimits>;
  readonly position?: Partial<PositionAtRisk> & { readonly lots: Decimal };
  readonly reservations?: readonly Partial<Reservation>[];
  readonly anchors?: readonly Partial<LossLimitStatus>[];
  readonly input?: Partial<RiskInput>;
}

export function riskInput(changes: Changes = {}): RiskInput {
  const { position } = changes;
  const order: OrderToCheck = {
    coid: 'c1',
    symbol: 'EURUSD',
    side: 'BUY',
    type: 'MARKET',
    volumeLots: dec('0.1'),
    ...(changes.bare ? {} : { stopLoss: dec('1.09500') }),
    reduceOnly: false,
    origin: 'STRATEGY',
    strategyId: 's1',
    ...changes.order,
  };
  return {
    order,
    nowUs: NOW_US,
    tradingState: 'ACTIVE',
    account: {
      currency: 'USD',
      balance: dec(10_000),
      equity: dec(10_000),
      margin: dec(0),
      freeMargin: dec(10_000),
      leverage: 30,
      asOfUs: NOW_US,
      tradeMode: 'DEMO',
      enabled: true,
      liveAllowed: false,
      ...changes.account,
    },
    instrument: { ...EURUSD, ...changes.instrument },
    quote: { symbol: 'EURUSD', timeUs: NOW_US - 100_000, bid: 1.1, ask: 1.1001, ...changes.quote },
    limits: { ...UNSET_LIMITS, maxQuoteAgeMs: 5000, ...changes.limits },
    positions: new Map(position && [['EURUSD', { averagePrice: dec('1.1'), strategyId: 's1', ...position }]]),
    reservations: (changes.reservations ?? []).map((reservation, i) => ({
      coid: `r${i}`,
      symbol: 'EURUSD',
      side: 'BUY',
      lots: dec('0.1'),
      reduceOnly: false,
      price: dec('1.1'),
      strategyId: 's1',
      ...reservation,
    })),
    recentOrders: [],
    rates: { rate: (from, to) => (from === to ? dec(1) : undefined) },
    anchors: (changes.anchors ?? []).map((anchor) => ({
      name: 'daily',
      anchor: 'dayStart',
      action: 'halt',
      anchorValue: dec(10_000),
      floor: dec(9500),
      buffer: dec(0),
      resetsUs: NOW_US + 10 * 3_600_000_000,
      breached: false,
      ...anchor,
    })),
    openOrders: 0,
    ...changes.input,
  };
}
