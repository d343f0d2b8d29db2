import { DENIAL_CODES, type DenialCode } from './codes';
import { evaluateOrder } from './evaluate';
import {
  atWeekMinute,
  DENIALS,
  long,
  lossLimit,
  news,
  operator,
  reduction,
  resting,
  sent,
} from './testing/denial-cases';
import { dec, NOW_US, riskInput, type Changes } from './testing/risk-input-of';
import type { ApprovedVerdict, DeniedVerdict } from './verdict';

function approved(changes?: Changes): ApprovedVerdict {
  const verdict = evaluateOrder(riskInput(changes));
  if (verdict.kind !== 'approved') throw new Error(`denied: ${verdict.code} ${verdict.message}`);
  return verdict;
}

function denied(changes: Changes): DeniedVerdict {
  const verdict = evaluateOrder(riskInput(changes));
  if (verdict.kind !== 'denied') throw new Error('approved');
  return verdict;
}

/** Given to changes of orders, not to orders. */
const OF_CHANGES: readonly DenialCode[] = ['ORDER_UNKNOWN'];

describe('evaluateOrder', () => {
  it('approves what breaks no limit, with the figures of the envelope', () => {
    const verdict = approved();
    // 1.1001 × 1.1 = 1.21011; 0.1 lots × 100 000 × 1.21011 ÷ 30; 0.1 × 100 000 × 0.0051
    expect(verdict.worstPrice.toString()).toBe('1.21011');
    expect(verdict.marginRequired.toFixed(2)).toBe('403.37');
    expect(verdict.lossAtStop?.toString()).toBe('51');
    expect(verdict.notional.toString()).toBe('11001');
    expect(verdict.checks.every((check) => check.passed)).toBe(true);
  });

  it.each(DENIALS)('denies with %s: %s', (code, _what, changes) => {
    const verdict = denied(changes);
    expect([verdict.code, verdict.message]).toEqual([code, verdict.message]);
    expect(verdict.checks.filter((check) => !check.passed)).toEqual([verdict.checks.at(-1)]);
    expect(verdict.checks.at(-1)).toMatchObject({ code, message: verdict.message });
  });

  it('has a denial in this table for every code', () => {
    const shown = new Set<string>(DENIALS.map(([code]) => code));
    expect(Object.keys(DENIAL_CODES).filter((code) => !shown.has(code))).toEqual(OF_CHANGES);
  });

  it('checks in the order of the codes', () => {
    const order = Object.keys(DENIAL_CODES);
    const all = approved({
      order: { takeProfit: dec('1.2') },
      limits: {
        maxSpreadPoints: '20',
        priceCollarPct: '1',
        stopLossRequired: true,
        maxRiskPerTradePct: '1',
        maxOrderNotional: '20000',
        maxPositionLots: '1',
        maxSymbolExposure: '20000',
        maxCurrencyExposure: '20000',
        blockedSessions: ['Fri 21:00-Sun 24:00 America/New_York'],
        newsBlackouts: [{ ...news, currencies: ['JPY'] }],
        weeklyFlat: 'Fri 20:45 America/New_York',
        coolDownAfterLossMs: 1000,
        maxOrdersPerMinute: 3,
        maxCancelsPerMinute: 1,
        maxGrossExposure: '20000',
        maxNetExposure: '20000',
        maxOpenPositions: 1,
        maxOpenOrders: 1,
        minFreeMarginPct: '50',
        duplicateGuardMs: 1000,
        lossLimits: [lossLimit],
      },
      anchors: [{}],
    });
    const seen = [...new Set(all.checks.map((check) => order.indexOf(check.code)))];
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(25);
  });

  it.each<[string, Changes]>([
    [
      'a limit that is met exactly',
      {
        limits: { maxOrderLots: '0.1', maxOrderNotional: '11001', maxRiskPerTradePct: '0.51', maxSpreadPoints: '10.1' },
      },
    ],
    ['an account as old as allowed', { account: { asOfUs: NOW_US - 300_000_000 } }],
    [
      'an older account where that is allowed',
      { account: { asOfUs: NOW_US - 3_600_000_000 }, input: { maxAccountAgeMs: 3_600_000 } },
    ],
    ['a quote as old as allowed', { quote: { timeUs: NOW_US - 5_000_000 } }],
    ['real money with permission', { account: { tradeMode: 'REAL', liveAllowed: true } }],
    [
      'an open session',
      { instrument: { sessions: [{ fromMinute: 0, toMinute: 60 }] }, input: { brokerWeekMinute: 59 } },
    ],
    [
      'an order at the edge of every blocked hour',
      {
        limits: {
          blockedSessions: ['Mon 12:01-Tue 00:00', 'Mon 11:00-12:00'],
          newsBlackouts: [
            { ...news, currencies: ['JPY'] },
            { ...news, fromUs: 1, toUs: NOW_US },
          ],
          weeklyFlat: 'Mon 12:01',
        },
      },
    ],
    [
      'an entry at the first session of a new week',
      {
        limits: { weeklyFlat: 'Fri 20:45' },
        instrument: { sessions: [{ fromMinute: 10, toMinute: 20 }] },
        input: atWeekMinute(10),
        quote: { timeUs: NOW_US - 36 * 3_600_000_000 + 600_000_000 },
      },
    ],
    ['an order after the pause', { limits: { coolDownAfterLossMs: 1000 }, input: { lastLossUs: NOW_US - 1_000_000 } }],
    ['as many orders as allowed', { limits: { maxOrdersPerMinute: 3 }, input: { recentOrders: sent } }],
    ['a resting order at its distance', { order: resting, limits: { maxRestingDistancePct: '1' } }],
    [
      'a stop-limit order',
      { order: { ...resting, type: 'STOP_LIMIT', stopLimitPrice: dec('1.105') }, limits: { priceCollarPct: '1' } },
    ],
    ['a stop at the stops level', { order: { stopLoss: dec('1.0999') } }],
    ['an operator beside a strategy', { order: operator, position: { ...long, strategyId: 's2' } }],
    ["a strategy on an operator's position", { position: { ...long, strategyId: '' } }],
    ['the worst case at the floor', { anchors: [{ floor: dec(9949) }] }],
    [
      'the same order after the guard',
      {
        limits: { duplicateGuardMs: 1000 },
        input: {
          recentOrders: [
            { symbol: 'EURUSD', side: 'BUY', lots: dec('0.1'), atUs: NOW_US - 1_000_000, strategyId: 's1' },
          ],
        },
      },
    ],
    [
      'a position without a stop, by its unrealised result alone',
      { bare: true, position: { lots: dec('50') }, anchors: [{}] },
    ],
    ['its own reservation on a second asking', { reservations: [{ coid: 'c1' }], limits: { maxPositionLots: '0.1' } }],
  ])('approves %s', (_what, changes) => {
    expect(approved(changes).kind).toBe('approved');
  });

  it('bounds the fill by the collar, on tick and never outside it', () => {
    const limits = { priceCollarPct: '0.123' };
    // 1.1001 × 1.00123 = 1.101453123; 1.1 × 0.99877 = 1.098647
    expect(approved({ limits }).worstPrice.toString()).toBe('1.10145');
    expect(approved({ limits, bare: true, order: { side: 'SELL' } }).worstPrice.toString()).toBe('1.09865');
    expect(approved({ limits, order: { type: 'LIMIT', price: dec('1.0999') } }).worstPrice.toString()).toBe('1.0999');
    expect(
      approved({ limits: { priceCollarPct: '1' }, order: { type: 'STOP', price: dec('1.2') } }).worstPrice.toString(),
    ).toBe('1.212');
  });

  it('lets a reduction pass where an entry would be denied: spread, risk, exposure, margin, loss limits, duplicate', () => {
    const verdict = approved({
      ...reduction,
      account: { freeMargin: dec(-1) },
      limits: {
        maxSpreadPoints: '1',
        stopLossRequired: true,
        maxOrderLots: '0.01',
        maxOrderNotional: '1',
        maxPositionLots: '0.01',
        maxGrossExposure: '1',
        maxNetExposure: '1',
        maxOpenOrders: 1,
        minFreeMarginPct: '99',
        duplicateGuardMs: 60_000,
        blockedSessions: ['Mon 00:00-Tue 00:00'],
        newsBlackouts: [news],
        weeklyFlat: 'Mon 00:00',
        maxOrdersPerMinute: 1,
        maxCancelsPerMinute: 1,
        coolDownAfterLossMs: 1000,
        maxRestingDistancePct: '0.1',
        maxSymbolExposure: '1',
        maxCurrencyExposure: '1',
        lossLimits: [lossLimit],
      },
      anchors: [{ breached: true }],
      input: {
        openOrders: 9,
        recentOrders: [{ symbol: 'EURUSD', side: 'SELL', lots: dec('0.1'), atUs: NOW_US, strategyId: 's1' }],
      },
    });
    expect(verdict.marginRequired.toString()).toBe('0');
  });

  it('lets an operator reduce while HALTED, and anybody while REDUCING', () => {
    expect(
      approved({ ...reduction, order: { ...reduction.order, ...operator }, input: { tradingState: 'HALTED' } }).kind,
    ).toBe('approved');
    expect(approved({ ...reduction, input: { tradingState: 'REDUCING' } }).kind).toBe('approved');
  });

  it('takes the stops of a reduction for those of the position that stays', () => {
    expect(
      approved({
        ...reduction,
        order: { ...reduction.order, stopLoss: dec('1.09') },
        position: { lots: dec('0.3') },
      }).lossAtStop?.toString(),
    ).toBe('0');
    expect(
      denied({ ...reduction, order: { ...reduction.order, stopLoss: dec('1.2') }, position: { lots: dec('0.3') } })
        .code,
    ).toBe('STOP_WRONG_SIDE');
  });

  it('asks no margin for the part of an order that nets', () => {
    const changes: Changes = { bare: true, order: { side: 'SELL', volumeLots: dec('0.3') }, position: long };
    // From 0.1 long to 0.2 short: 0.1 lots more than are held, at the bid, the dearer side of a sale.
    expect(approved(changes).marginRequired.toFixed(2)).toBe('366.67');
    expect(approved({ ...changes, order: { side: 'SELL', volumeLots: dec('0.2') } }).marginRequired.toString()).toBe(
      '0',
    );
  });

  it('says of a loss limit what the floor is, the worst case, when it resets, and what would pass', () => {
    const { message } = denied({ order: { volumeLots: dec(2) }, anchors: [{}] });
    // 2 lots lose 1020; 500 are left: 500 ÷ 510 per lot.
    expect(message).toBe(
      'daily: in the worst case the equity falls to 8980.00 USD, below the floor of 9500.00; ' +
        'it resets at 2014-05-05T22:00:00.000Z. At most 0.98 lots would pass.',
    );
    expect(
      denied({ order: { volumeLots: dec(2) }, anchors: [{ floor: dec(10_000), resetsUs: undefined }] }).message,
    ).toContain('it does not reset. At most 0 lots would pass');
  });

  it('says the largest volume on the step that would pass, and the next one would not', () => {
    const limits: Changes['limits'][] = [
      { maxOrderLots: '0.55' },
      { maxRiskPerTradePct: '1' },
      { maxOrderNotional: '50000' },
      { maxPositionLots: '0.33' },
      { maxSymbolExposure: '40000' },
      { maxCurrencyExposure: '40000' },
      { maxGrossExposure: '40000' },
      { maxNetExposure: '40000' },
      { minFreeMarginPct: '90' },
    ];
    for (const set of limits) {
      const { maxVolumeLots } = denied({ order: { volumeLots: dec(3) }, limits: set! });
      const order = { volumeLots: maxVolumeLots! };
      expect([set, approved({ order, limits: set! }).kind]).toEqual([set, 'approved']);
      expect(denied({ order: { volumeLots: order.volumeLots.plus('0.01') }, limits: set! }).maxVolumeLots).toEqual(
        maxVolumeLots,
      );
    }
    const held = { position: { lots: dec('0.3') }, reservations: [{ side: 'SELL' as const, reduceOnly: true }] };
    const tooMuch = denied({ ...reduction, ...held, order: { ...reduction.order, volumeLots: dec('0.9') } });
    expect(tooMuch.maxVolumeLots?.toString()).toBe('0.2');
    expect(denied({ quote: { bid: 0 } }).maxVolumeLots).toBeUndefined();
  });

  describe('on a hedging account', () => {
    const positions = new Map([
      ['p1', { symbol: 'EURUSD', lots: dec('0.3'), averagePrice: dec('1.1'), strategyId: 's1' }],
      ['p2', { symbol: 'EURUSD', lots: dec('-0.2'), averagePrice: dec('1.1'), strategyId: 's2' }],
    ]);
    const input = { marginMode: 'HEDGING', positions } as const;
    const close = { side: 'SELL', reduceOnly: true, positionId: 'p1', volumeLots: dec('0.3') } as const;

    it('lets several strategies hold one symbol', () => {
      expect(approved({ input }).kind).toBe('approved');
    });

    it('bounds a reduction by its position and what else closes that', () => {
      expect(approved({ bare: true, input, order: close }).kind).toBe('approved');
      const reservations = [{ side: 'SELL' as const, reduceOnly: true, positionId: 'p1' }];
      expect(denied({ bare: true, input, order: close, reservations })).toMatchObject({ code: 'REDUCTION_TOO_LARGE' });
      const other = { ...close, side: 'BUY', positionId: 'p2', volumeLots: dec('0.2') } as const;
      expect(approved({ bare: true, input, order: other, reservations }).kind).toBe('approved');
      expect(denied({ bare: true, input, order: { ...close, positionId: 'p9' } }).code).toBe('NOTHING_TO_REDUCE');
      expect(denied({ bare: true, input, order: { ...close, side: 'BUY' } }).code).toBe('NOTHING_TO_REDUCE');
    });

    it('bounds a close-by by both positions', () => {
      const by = { ...close, closeByPositionId: 'p2' };
      expect(denied({ bare: true, input, order: by })).toMatchObject({ code: 'REDUCTION_TOO_LARGE' });
      expect(approved({ bare: true, input, order: { ...by, volumeLots: dec('0.2') } }).kind).toBe('approved');
      expect(denied({ bare: true, input, order: { ...by, closeByPositionId: 'p1' } }).code).toBe('NOTHING_TO_REDUCE');
    });

    it('counts both sides for gross exposure, and for net what a close would leave', () => {
      const limits = (set: object): Changes => ({ input, limits: set, order: { volumeLots: dec('0.1') } });
      // 0.6 lots gross, 0.2 net with the order, at 110 010 a lot.
      expect(denied(limits({ maxGrossExposure: '66005' })).code).toBe('GROSS_EXPOSURE_EXCEEDED');
      expect(approved(limits({ maxGrossExposure: '66006' })).kind).toBe('approved');
      expect(approved(limits({ maxNetExposure: '22002' })).kind).toBe('approved');
      const reservations = [{ side: 'BUY' as const, lots: dec('0.2'), reduceOnly: true, positionId: 'p2' }];
      expect(denied({ ...limits({ maxNetExposure: '22002' }), reservations }).code).toBe('NET_EXPOSURE_EXCEEDED');
      expect(denied(limits({ maxPositionLots: '0.39' })).code).toBe('POSITION_EXCEEDED');
      expect(denied(limits({ maxOpenPositions: 2 })).code).toBe('TOO_MANY_POSITIONS');
    });
  });
});
