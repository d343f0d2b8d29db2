import { Decimal, standardInstrument } from '@trading/trading-market';
import { evaluateOrder, invalidLimits, unsupportedLimits, type RiskInput } from '@trading/trading-risk';
import { PAPER_LIMITS } from './paper-limits';

const NOW_US = 1_262_563_200_000_000;
const CASH = new Decimal(100_000);

/** A purchase for the whole equity without a stop loss: what buy-and-hold orders. */
const purchase: RiskInput = {
  order: {
    coid: 'c1',
    symbol: 'US500',
    side: 'BUY',
    type: 'MARKET',
    volumeLots: new Decimal('89'),
    reduceOnly: false,
    origin: 'STRATEGY',
    strategyId: 'buy-and-hold',
  },
  nowUs: NOW_US,
  tradingState: 'ACTIVE',
  account: {
    currency: 'USD',
    balance: CASH,
    equity: CASH,
    margin: new Decimal(0),
    freeMargin: CASH,
    leverage: 30,
    asOfUs: NOW_US,
    tradeMode: 'DEMO',
    enabled: true,
    liveAllowed: false,
  },
  instrument: standardInstrument('US500'),
  quote: { symbol: 'US500', timeUs: NOW_US - 1000, bid: 1115, ask: 1115.5 },
  rates: { rate: () => new Decimal(1) },
  positions: new Map(),
  reservations: [],
  anchors: [],
  recentOrders: [],
  openOrders: 0,
  limits: PAPER_LIMITS,
  maxAccountAgeMs: 60_000,
};

describe('the limits of a paper account', () => {
  it('are valid, and all of them are enforced', () => {
    expect(invalidLimits(PAPER_LIMITS)).toEqual([]);
    expect(unsupportedLimits(PAPER_LIMITS)).toEqual([]);
  });

  it('let strategies trade that place no stop loss', () => {
    // The worst case of loss limits without anchors cannot be told; the other limits are what is asked here.
    const limits = { ...PAPER_LIMITS, lossLimits: [] };
    expect(evaluateOrder({ ...purchase, limits })).toMatchObject({ kind: 'approved' });
  });

  it('still bound what one order may do to the account', () => {
    const old = { symbol: 'US500', timeUs: NOW_US - 200_000_000, bid: 1115, ask: 1115.5 };
    const limits = { ...PAPER_LIMITS, lossLimits: [] };
    const order = { ...purchase.order, volumeLots: new Decimal('1000') };
    const account = { ...purchase.account!, equity: new Decimal(30_000), freeMargin: new Decimal(30_000) };
    expect(evaluateOrder({ ...purchase, limits, order, account })).toMatchObject({
      kind: 'denied',
      code: 'MARGIN_INSUFFICIENT',
    });
    expect(evaluateOrder({ ...purchase, quote: old })).toMatchObject({ kind: 'denied', code: 'QUOTE_STALE' });
  });
});
