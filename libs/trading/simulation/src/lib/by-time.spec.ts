import { daysFromCivil, type Instrument } from '@trading/trading-market';
import { brokerWith, eurusd, orderOf, said } from './broker-fixtures';
import type { BrokerConfig } from './broker-config';
import type { SimulatedBroker } from './simulated-broker';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
/** Monday, 2024-01-08, 00:00 UTC. */
const MONDAY = daysFromCivil(2024, 1, 8) * DAY;

/** A broker that is long 0.50 lots since Monday noon. */
const holding = (instrument: Partial<Instrument>, config: Partial<BrokerConfig> = {}): SimulatedBroker => {
  const b = brokerWith({ instruments: [eurusd(instrument)], ...config });
  b.submit(orderOf({ volumeLots: '0.50' }), MONDAY + 12 * HOUR);
  b.onTick('EURUSD', MONDAY + 12 * HOUR, 1.3, 1.3001);
  return b;
};

const swapOf = (b: SimulatedBroker): string | undefined => b.positions()[0]?.swap.toFixed(2);

describe('orders expire', () => {
  const limit = { type: 'LIMIT', price: '1.29' } as const;

  it('at their date, told by a quote of any symbol or by the time itself, before that quote fills anything', () => {
    const GBPUSD = { ...eurusd({}), symbol: 'GBPUSD' };
    const dated = (): SimulatedBroker => {
      const b = brokerWith({ instruments: [eurusd({}), GBPUSD] });
      b.submit(orderOf({ ...limit, timeInForce: 'GTD', expiresUs: 50 }), 1);
      b.submit(orderOf({ ...limit, coid: 'later', timeInForce: 'GTD', expiresUs: 70 }), 1);
      return b;
    };
    const expired = ['EXPIRED 1 LIMIT 0.00 by broker'];
    expect(dated().onTime(49)).toHaveLength(0);
    expect(said(dated().onTime(50))).toEqual(expired);
    expect(said(dated().onTick('GBPUSD', 50, 1.5, 1.5001))).toEqual(expired);
    const b = dated();
    expect(said(b.onTick('EURUSD', 51, 1.28, 1.2801))[0]).toBe('EXPIRED 1 LIMIT 0.00 by broker');
    expect(b.endedOrders()[0]).toMatchObject({ state: 'EXPIRED', endedUs: 51 });
    expect(b.deals()).toMatchObject([{ coid: 'later' }]);
    const twice = dated();
    twice.onTime(50);
    expect(said(twice.onTime(70))).toEqual(['EXPIRED 2 LIMIT 0.00 by broker']);
    expect(twice.onTime(71)).toHaveLength(0);
  });

  it.each([
    ['UTC', 0, 24 * HOUR],
    ['Europe/Athens', 0, 22 * HOUR],
    ['ny+7', 0, 22 * HOUR],
    ['UTC', 17 * 60, 17 * HOUR],
  ])('of the day at its end: %s, minute %i', (zone, rolloverMinute, end) => {
    const b = brokerWith({ zone, rolloverMinute });
    b.submit(orderOf({ ...limit, timeInForce: 'DAY' }), MONDAY + 12 * HOUR);
    expect(b.workingOrders()[0]?.expiresUs).toBe(MONDAY + end);
    expect(b.onTime(MONDAY + end - 1)).toHaveLength(0);
    expect(said(b.onTime(MONDAY + end))).toEqual(['EXPIRED 1 LIMIT 0.00 by broker']);
  });
});

describe('swaps', () => {
  const points = { swapMode: 'points', swapLong: '-4', swapShort: '1.5', swapTripleWeekday: 3 } as const;

  it('gather with the position night by night, three times at the triple day, not at weekends', () => {
    const b = holding(points);
    // A point of half a lot is 0.50 USD.
    const nights = [1, 2, 3, 4, 5, 6, 7].map((day) => {
      b.onTime(MONDAY + day * DAY);
      return swapOf(b);
    });
    expect(nights).toEqual(['-2.00', '-4.00', '-10.00', '-12.00', '-14.00', '-14.00', '-14.00']);
    expect(b.account().balance.toFixed(2)).toBe('10000.00');
    expect(b.account().equity.toFixed(2)).toBe('9981.00');
  });

  it('are paid by the deals that close, each its share', () => {
    const b = holding(points);
    b.onTick('EURUSD', MONDAY + 3 * DAY, 1.3, 1.3001);
    b.submit(orderOf({ side: 'SELL', volumeLots: '0.10' }), MONDAY + 3 * DAY);
    b.onTick('EURUSD', MONDAY + 3 * DAY, 1.3, 1.3001);
    expect([b.deals().at(-1)?.swap.toFixed(2), swapOf(b)]).toEqual(['-2.00', '-8.00']);
    b.submit(orderOf({ side: 'SELL', volumeLots: '0.60' }), MONDAY + 3 * DAY);
    b.onTick('EURUSD', MONDAY + 3 * DAY, 1.3, 1.3001);
    expect([b.deals().at(-1)?.swap.toFixed(2), swapOf(b)]).toEqual(['-8.00', '0.00']);
    expect(b.account().balance.toFixed(2)).toBe('9985.00');
    b.onTime(MONDAY + 4 * DAY);
    expect(swapOf(b)).toBe('0.30');
  });

  it('of a currency are account money per lot; every night counts where no day is triple', () => {
    const b = holding({ swapMode: 'currency', swapLong: '-3' });
    b.onTime(MONDAY + 7 * DAY);
    expect(swapOf(b)).toBe('-10.50');
  });

  it('of cash are booked at once', () => {
    const b = holding({ swapMode: 'cash', swapLong: '-3', swapTripleWeekday: 3 });
    expect(said(b.onTick('EURUSD', MONDAY + 3 * DAY, 1.3, 1.3001))).toEqual(['swap -1.50', 'swap -1.50', 'swap -4.50']);
    expect(b.cashMovements()[0]).toMatchObject({ cash: 'swap', comment: 'swap #1', dealTicket: '2' });
    expect([swapOf(b), b.account().balance.toFixed(2)]).toEqual(['0.00', '9992.50']);
  });

  it('cost nothing while nothing is held, nor for what is opened after the rollover', () => {
    const b = brokerWith({ instruments: [eurusd(points)] });
    expect(b.onTick('EURUSD', MONDAY, 1.3, 1.3001)).toHaveLength(0);
    b.submit(orderOf(), MONDAY + 1);
    b.onTick('EURUSD', MONDAY + 2, 1.3, 1.3001);
    expect(swapOf(b)).toBe('0.00');
  });
});

describe('a closed market', () => {
  // Monday 10:00 to 16:00 in Athens is 8:00 to 14:00 UTC.
  const sessions = [{ fromMinute: 1440 + 600, toMinute: 1440 + 960 }];
  const limit = { type: 'LIMIT', price: '1.29' } as const;

  it('takes no order, no change and no cancel, and fills and stops nothing', () => {
    const b = brokerWith({ zone: 'Europe/Athens', instruments: [eurusd({ sessions })] });
    expect(said(b.submit(orderOf(), MONDAY + 8 * HOUR - 1))).toEqual(['rejected 10018']);
    expect(said(b.submit(orderOf({ stopLoss: '1.28' }), MONDAY + 8 * HOUR))).toEqual(['accepted 1']);
    b.onTick('EURUSD', MONDAY + 9 * HOUR, 1.3, 1.3001);
    b.submit(orderOf({ ...limit, coid: 'rest' }), MONDAY + 13 * HOUR);
    b.submit(orderOf({ coid: 'late', side: 'SELL' }), MONDAY + 14 * HOUR - 1);
    const closed = MONDAY + 14 * HOUR;
    expect(b.onTick('EURUSD', closed, 1.27, 1.2701)).toHaveLength(0);
    expect(b.modify({ coid: 'rest', price: '1.25' }, closed)).toMatchObject({ retcode: 10018 });
    expect(b.cancel({ coid: 'rest' }, closed)).toMatchObject({ retcode: 10018 });
    expect(b.setStops('1', { stopLoss: '1.2' }, closed)).toMatchObject({ retcode: 10018 });
    expect(said(b.onTick('EURUSD', MONDAY + 7 * DAY + 9 * HOUR, 1.3, 1.3001))).toEqual([
      'order SELL 0.10 at 1.30000 #1=0.00',
    ]);
  });
});
