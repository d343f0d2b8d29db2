import { brokerWith, eurusd, orderOf, said } from './broker-fixtures';
import type { BrokerOrder } from './broker-order';
import type { QuoteArrival } from './matching';
import { RETCODE } from './retcode';

/** Pending orders with the quote that is not enough for them, and the one that sets them off. */
type Case = readonly [string, Partial<BrokerOrder>, [number, number], [number, number], QuoteArrival, string];

const CASES: readonly Case[] = [
  [
    'a buy limit',
    { type: 'LIMIT', price: '1.29000' },
    [1.2899, 1.29],
    [1.2898, 1.28999],
    'jump',
    'BUY 0.10 at 1.29000',
  ],
  [
    'a sell limit',
    { type: 'LIMIT', side: 'SELL', price: '1.31000' },
    [1.31, 1.3101],
    [1.31001, 1.3101],
    'jump',
    'SELL 0.10 at 1.31000',
  ],
  ['a buy stop', { type: 'STOP', price: '1.31000' }, [1.3098, 1.30999], [1.32, 1.3201], 'jump', 'BUY 0.10 at 1.32012'],
  [
    'a buy stop on the way',
    { type: 'STOP', price: '1.31000' },
    [1.3098, 1.30999],
    [1.32, 1.3201],
    'travel',
    'BUY 0.10 at 1.31002',
  ],
  [
    'a sell stop',
    { type: 'STOP', side: 'SELL', price: '1.29000' },
    [1.29001, 1.2901],
    [1.29, 1.2901],
    'jump',
    'SELL 0.10 at 1.28998',
  ],
  [
    'a sell stop on the way',
    { type: 'STOP', side: 'SELL', price: '1.29000' },
    [1.29001, 1.2901],
    [1.28, 1.2801],
    'travel',
    'SELL 0.10 at 1.28998',
  ],
];

describe('a pending order', () => {
  it.each(CASES)('%s is placed, waits, and goes off', (_name, fields, early, late, arrival, deal) => {
    const b = brokerWith({ slippagePoints: 2 });
    const type = fields.type ?? '';
    expect(said(b.submit(orderOf(fields), 1))).toEqual(['accepted 1', `PLACED 1 ${type} 0.00 by command`]);
    expect(b.onTick('EURUSD', 2, ...early, arrival)).toHaveLength(0);
    expect(b.workingOrders()).toMatchObject([{ orderTicket: '1', order: { coid: 'c1', ...fields }, expiresUs: 0 }]);
    const lots = fields.side === 'SELL' ? '-0.10' : '0.10';
    expect(said(b.onTick('EURUSD', 3, ...late, arrival))).toEqual([
      `order ${deal} #1=${lots}`,
      `FILLED 1 ${type} 0.10 by broker`,
    ]);
    expect(b.workingOrders()).toHaveLength(0);
    expect(b.endedOrders()).toMatchObject([{ orderTicket: '1', state: 'FILLED', submittedUs: 1, endedUs: 3 }]);
    expect(b.onTick('EURUSD', 4, ...late)).toHaveLength(0);
  });

  it('a limit is filled by a touch where the broker is so kind', () => {
    const b = brokerWith({ limitFill: 'touch' });
    b.submit(orderOf({ type: 'LIMIT', price: '1.29000' }), 1);
    expect(said(b.onTick('EURUSD', 2, 1.2899, 1.29))[0]).toBe('order BUY 0.10 at 1.29000 #1=0.10');
  });

  it('a stop-limit becomes a limit at its price, and fills as one', () => {
    const b = brokerWith();
    b.submit(orderOf({ type: 'STOP_LIMIT', price: '1.31000', stopLimitPrice: '1.30500' }), 1);
    expect(b.onTick('EURUSD', 2, 1.3039, 1.304)).toHaveLength(0);
    expect(said(b.onTick('EURUSD', 3, 1.3199, 1.32))).toEqual(['TRIGGERED 1 LIMIT 0.00 by broker']);
    expect(b.workingOrders()).toMatchObject([{ order: { type: 'LIMIT', price: '1.30500' } }]);
    expect(b.workingOrders()[0]?.order).not.toHaveProperty('stopLimitPrice');
    expect(b.onTick('EURUSD', 4, 1.3049, 1.305)).toHaveLength(0);
    expect(said(b.onTick('EURUSD', 5, 1.3048, 1.3049))[0]).toBe('order BUY 0.10 at 1.30500 #1=0.10');
  });

  it('does not fill before its latency, and then not at a price that went by', () => {
    const b = brokerWith({ latencyUs: 10 });
    b.submit(orderOf({ type: 'STOP', price: '1.31000' }), 1);
    expect(b.onTick('EURUSD', 5, 1.32, 1.3201, 'travel')).toHaveLength(0);
    expect(said(b.onTick('EURUSD', 11, 1.33, 1.3301, 'travel'))[0]).toBe('order BUY 0.10 at 1.33010 #1=0.10');
  });

  it('protects what it opened, at once where the same way leads through the stop', () => {
    const fields = { type: 'LIMIT', price: '1.29000', stopLoss: '1.28500', takeProfit: '1.30000' } as const;
    for (const [arrival, stop] of [
      ['travel', '1.28500'],
      ['jump', '1.28000'],
    ] as const) {
      const b = brokerWith();
      b.submit(orderOf(fields), 1);
      expect(said(b.onTick('EURUSD', 2, 1.28, 1.2801, arrival))).toEqual([
        'order BUY 0.10 at 1.29000 #1=0.10',
        'FILLED 1 LIMIT 0.10 by broker',
        `sl SELL 0.10 at ${stop} #1=0.00`,
      ]);
    }
  });

  it('that cannot be paid for when it goes off is rejected by the broker', () => {
    const b = brokerWith();
    b.submit(orderOf({ type: 'STOP', price: '1.31000', volumeLots: '3' }), 1);
    const events = b.onTick('EURUSD', 2, 1.31, 1.3101);
    expect(said(events)).toEqual(['REJECTED 1 STOP 0.00 by broker']);
    expect(events).toMatchObject([{ retcode: RETCODE.NO_MONEY }]);
    expect(b.endedOrders()).toMatchObject([{ state: 'REJECTED', retcode: RETCODE.NO_MONEY }]);
    expect(b.workingOrders()).toHaveLength(0);
  });

  it('of a human is one of the reason manual, and so are its deals', () => {
    const b = brokerWith();
    const manual = { symbol: 'EURUSD', side: 'BUY', volumeLots: '0.10' } as const;
    const placed = b.submitManual({ ...manual, type: 'LIMIT', price: '1.29000' }, 1);
    expect(said(placed)).toEqual(['accepted 1', 'PLACED 1 LIMIT 0.00 by manual']);
    expect(placed).toMatchObject([{}, { coid: '' }]);
    expect(said(b.onTick('EURUSD', 2, 1.28, 1.2801))[0]).toBe('manual BUY 0.10 at 1.29000 #1=0.10');
    b.submitManual({ ...manual, type: 'MARKET' }, 3);
    expect(b.onTick('EURUSD', 4, 1.28, 1.2801)).toMatchObject([{ reason: 'manual', coid: '', magic: '0' }]);
  });
});

describe('a pending order is refused', () => {
  const limit = { type: 'LIMIT', price: '1.29000' } as const;
  const cases: readonly [string, Partial<BrokerOrder>, number][] = [
    ['a buy limit at or above the ask', { type: 'LIMIT', price: '1.30010' }, RETCODE.INVALID_PRICE],
    ['a sell limit at or below the bid', { type: 'LIMIT', side: 'SELL', price: '1.30000' }, RETCODE.INVALID_PRICE],
    ['a buy stop at or below the ask', { type: 'STOP', price: '1.30010' }, RETCODE.INVALID_PRICE],
    ['a sell stop at or above the bid', { type: 'STOP', side: 'SELL', price: '1.30000' }, RETCODE.INVALID_PRICE],
    ['nearer than the stops level', { type: 'LIMIT', price: '1.29961' }, RETCODE.INVALID_PRICE],
    ['off the tick grid', { type: 'LIMIT', price: '1.290001' }, RETCODE.INVALID_PRICE],
    ['a stop-limit without its limit', { type: 'STOP_LIMIT', price: '1.31' }, RETCODE.INVALID_PRICE],
    [
      'a stop-limit with its limit beyond',
      { type: 'STOP_LIMIT', price: '1.31', stopLimitPrice: '1.32' },
      RETCODE.INVALID_PRICE,
    ],
    ['a stop on the wrong side of its price', { ...limit, stopLoss: '1.29500' }, RETCODE.INVALID_STOPS],
    ['a target nearer than the stops level', { ...limit, takeProfit: '1.29049' }, RETCODE.INVALID_STOPS],
    ['good till a date that has passed', { ...limit, timeInForce: 'GTD', expiresUs: 1 }, RETCODE.INVALID_EXPIRATION],
    ['good till no date', { ...limit, timeInForce: 'GTD' }, RETCODE.INVALID_EXPIRATION],
    ['immediate or cancel', { ...limit, timeInForce: 'IOC' }, RETCODE.INVALID_FILL],
    ['for a position', { ...limit, positionId: '1' }, RETCODE.INVALID],
    ['that arrives too late', { ...limit, notAfterUs: 0 }, RETCODE.INVALID_EXPIRATION],
  ];
  it.each(cases)('%s', (_name, fields, retcode) => {
    const b = brokerWith({ instruments: [eurusd({ stopsLevelPoints: 50 })] });
    expect(b.submit(orderOf(fields), 1)).toMatchObject([{ kind: 'rejected', retcode, orderTicket: '' }]);
    expect(b.workingOrders()).toHaveLength(0);
  });

  it('before the first quote', () => {
    const GBPUSD = { ...eurusd({}), symbol: 'GBPUSD' };
    const b = brokerWith({ instruments: [eurusd({}), GBPUSD] });
    expect(b.submit(orderOf({ ...limit, symbol: 'GBPUSD' }), 1)).toMatchObject([{ retcode: RETCODE.PRICE_OFF }]);
  });

  it('with stops, where the broker takes those only of an open position', () => {
    const b = brokerWith({ instruments: [eurusd({ stopsOnOpen: 'AFTER' })] });
    const refused = b.submit(orderOf({ ...limit, stopLoss: '1.28' }), 1);
    expect(refused).toMatchObject([{ kind: 'rejected', retcode: RETCODE.INVALID_STOPS }]);
    b.submit(orderOf(), 1);
    b.onTick('EURUSD', 2, 1.3, 1.3001);
    expect(b.setStops('1', { stopLoss: '1.28' }, 3).kind).toBe('done');
  });

  it('not at the stops level itself', () => {
    const b = brokerWith({ instruments: [eurusd({ stopsLevelPoints: 50 })] });
    expect(said(b.submit(orderOf({ type: 'LIMIT', price: '1.29960' }), 1))[0]).toBe('accepted 1');
  });
});
