import { standardInstrument } from '@trading/trading-market';
import type { BrokerConfig } from './broker-config';
import type { BrokerEvent, Deal, OrderRejected } from './broker-event';
import type { BrokerOrder } from './broker-order';
import { RETCODE } from './retcode';
import { SimulatedBroker } from './simulated-broker';

const EURUSD = standardInstrument('EURUSD');
const USDJPY = standardInstrument('USDJPY');

const broker = (config: Partial<BrokerConfig> = {}): SimulatedBroker =>
  new SimulatedBroker({
    currency: 'USD',
    leverage: 30,
    deposit: '10000',
    instruments: [EURUSD],
    costs: { commissionPerLot: '0' },
    slippagePoints: 0,
    latencyUs: 0,
    ...config,
  });

let coids = 0;
const order = (fields: Partial<BrokerOrder> = {}): BrokerOrder => ({
  coid: `c${++coids}`,
  symbol: 'EURUSD',
  side: 'BUY',
  type: 'MARKET',
  volumeLots: '0.10',
  fillings: ['FOK'],
  reduceOnly: false,
  magic: '7',
  tag: 'Q1',
  ...fields,
});

const only = (events: readonly BrokerEvent[]): BrokerEvent => {
  expect(events).toHaveLength(1);
  return events[0]!;
};
const deal = (events: readonly BrokerEvent[]): Deal => {
  const event = only(events);
  expect(event.kind).toBe('deal');
  return event as Deal;
};
const rejection = (events: readonly BrokerEvent[]): OrderRejected => {
  const event = only(events);
  expect(event.kind).toBe('rejected');
  return event as OrderRejected;
};

/** A broker that holds 0.10 lots from 1.30010 long or 1.30000 short. */
const holding = (fields: Partial<BrokerOrder> = {}, config: Partial<BrokerConfig> = {}): SimulatedBroker => {
  const b = broker(config);
  b.submit(order(fields), 0);
  deal(b.onTick('EURUSD', 1, 1.3, 1.3001));
  return b;
};

describe('a market order', () => {
  it('buys at the ask and sells at the bid of the next quote', () => {
    const b = broker();
    b.onTick('EURUSD', 1, 1.3, 1.3001);
    expect(only(b.submit(order(), 1))).toMatchObject({ kind: 'accepted', orderTicket: '1' });
    const bought = deal(b.onTick('EURUSD', 2, 1.31, 1.3101));
    expect(bought).toMatchObject({ dealTicket: '1', orderTicket: '1', positionId: '1', reason: 'order', timeUs: 2 });
    expect(bought.price.toFixed(5)).toBe('1.31010');
    b.submit(order({ side: 'SELL' }), 2);
    expect(deal(b.onTick('EURUSD', 3, 1.32, 1.3201)).price.toFixed(5)).toBe('1.32000');
  });

  it('pays the slippage on either side', () => {
    const b = broker({ slippagePoints: 3 });
    b.submit(order(), 0);
    expect(deal(b.onTick('EURUSD', 1, 1.3, 1.3001)).price.toFixed(5)).toBe('1.30013');
    b.submit(order({ side: 'SELL' }), 1);
    expect(deal(b.onTick('EURUSD', 2, 1.3, 1.3001)).price.toFixed(5)).toBe('1.29997');
  });

  it('never fills on a crossed quote', () => {
    const b = broker();
    b.submit(order(), 0);
    expect(b.onTick('EURUSD', 1, 1.3001, 1.3)).toHaveLength(0);
    expect(deal(b.onTick('EURUSD', 2, 1.3001, 1.3001)).timeUs).toBe(2);
  });

  it('waits for its latency', () => {
    const b = broker({ latencyUs: 100 });
    b.submit(order(), 1000);
    expect(b.onTick('EURUSD', 1000, 1.3, 1.3001)).toHaveLength(0);
    expect(b.onTick('EURUSD', 1099, 1.3, 1.3001)).toHaveLength(0);
    expect(b.workingOrders()).toHaveLength(1);
    expect(deal(b.onTick('EURUSD', 1100, 1.3, 1.3001)).timeUs).toBe(1100);
    expect(b.workingOrders()).toHaveLength(0);
  });

  it('reverses a position in one deal that keeps the position and realises the profit', () => {
    const b = holding();
    b.submit(order({ side: 'SELL', volumeLots: '0.30' }), 1);
    const reversal = deal(b.onTick('EURUSD', 2, 1.3101, 1.3102));
    expect(reversal).toMatchObject({ positionId: '1', orderTicket: '2' });
    expect(reversal.profit.toFixed(2)).toBe('100.00');
    expect(reversal.positionLots.toFixed(2)).toBe('-0.20');
    expect(b.positionSign('EURUSD')).toBe(-1);
    expect(b.positions()).toMatchObject([{ positionId: '1', side: 'SELL', openedUs: 2 }]);
  });

  it('opens a new position after a flat one', () => {
    const b = holding();
    b.submit(order({ side: 'SELL' }), 1);
    b.onTick('EURUSD', 2, 1.3, 1.3001);
    b.submit(order({ side: 'SELL' }), 2);
    expect(deal(b.onTick('EURUSD', 3, 1.3, 1.3001)).positionId).toBe('3');
  });

  it('fills before a stop that the same gap triggers, which is then gone', () => {
    const b = holding({ stopLoss: '1.29000' });
    b.submit(order({ side: 'SELL', reduceOnly: true }), 1);
    expect(deal(b.onTick('EURUSD', 2, 1.28, 1.2801))).toMatchObject({ reason: 'order', coid: `c${coids}` });
    expect(b.onTick('EURUSD', 3, 1.27, 1.2701)).toHaveLength(0);
  });

  it('comes too late for a position whose stop lay on the way of a travelling price', () => {
    const b = holding({ stopLoss: '1.29000' });
    b.submit(order({ side: 'SELL', reduceOnly: true }), 1);
    const events = b.onTick('EURUSD', 2, 1.28, 1.2801, 'travel');
    expect(events).toMatchObject([
      { kind: 'deal', reason: 'sl' },
      { kind: 'rejected', retcode: RETCODE.CLOSE_ONLY },
    ]);
  });
});

describe('stops of a position', () => {
  const cases: readonly [string, Partial<BrokerOrder>, number, number, 'jump' | 'travel', string, string][] = [
    [
      'a long stop fills at the bid that jumped through it',
      { stopLoss: '1.29' },
      1.28,
      1.2801,
      'jump',
      'sl',
      '1.28000',
    ],
    ['a long stop fills at its level on the way', { stopLoss: '1.29' }, 1.28, 1.2801, 'travel', 'sl', '1.29000'],
    ['a long stop is met by the bid exactly', { stopLoss: '1.29' }, 1.29, 1.2901, 'jump', 'sl', '1.29000'],
    ['a long target fills at its level, not better', { takeProfit: '1.31' }, 1.32, 1.3201, 'jump', 'tp', '1.31000'],
    ['a short stop triggers on the ask', { side: 'SELL', stopLoss: '1.31' }, 1.3099, 1.31, 'jump', 'sl', '1.31000'],
    [
      'a short stop fills at the ask that jumped',
      { side: 'SELL', stopLoss: '1.31' },
      1.32,
      1.3201,
      'jump',
      'sl',
      '1.32010',
    ],
    ['a short target triggers on the ask', { side: 'SELL', takeProfit: '1.29' }, 1.2899, 1.29, 'jump', 'tp', '1.29000'],
  ];
  it.each(cases)('%s', (_name, fields, bid, ask, arrival, reason, price) => {
    const b = holding(fields);
    const closed = deal(b.onTick('EURUSD', 2, bid, ask, arrival));
    expect([closed.reason, closed.price.toFixed(5), closed.coid, closed.magic]).toEqual([reason, price, '', '7']);
    expect(closed.positionLots.isZero()).toBe(true);
    expect(b.positionSign('EURUSD')).toBe(0);
  });

  it('a long stop is not met by the ask, a short one not by the bid', () => {
    expect(holding({ stopLoss: '1.29' }).onTick('EURUSD', 2, 1.29001, 1.29002)).toHaveLength(0);
    expect(holding({ side: 'SELL', stopLoss: '1.31' }).onTick('EURUSD', 2, 1.309, 1.30999)).toHaveLength(0);
  });

  it('pays slippage on a stop and none on a target', () => {
    const stopped = deal(holding({ stopLoss: '1.29' }, { slippagePoints: 2 }).onTick('EURUSD', 2, 1.285, 1.2851));
    expect(stopped.price.toFixed(5)).toBe('1.28498');
    const reached = deal(holding({ takeProfit: '1.31' }, { slippagePoints: 2 }).onTick('EURUSD', 2, 1.31, 1.3101));
    expect(reached.price.toFixed(5)).toBe('1.31000');
  });

  it('ignores crossed quotes', () => {
    expect(holding({ stopLoss: '1.29' }).onTick('EURUSD', 2, 1.28, 1.27)).toHaveLength(0);
  });

  it('are restated by a later order, and cleared by one without them', () => {
    const b = holding({ stopLoss: '1.29', takeProfit: '1.35' });
    b.submit(order({ stopLoss: '1.295' }), 1);
    b.onTick('EURUSD', 2, 1.3, 1.3001);
    expect(b.positions()[0]?.stopLoss?.toFixed(5)).toBe('1.29500');
    expect(b.positions()[0]?.takeProfit).toBeUndefined();
    b.submit(order(), 2);
    b.onTick('EURUSD', 3, 1.3, 1.3001);
    expect(b.positions()[0]?.stopLoss).toBeUndefined();
    expect(b.onTick('EURUSD', 4, 1.2, 1.2001)).toHaveLength(0);
  });

  it('move by setStops, which refuses wrong ones and unknown positions', () => {
    const b = holding();
    expect(b.setStops('1', { stopLoss: '1.29' })).toEqual({ kind: 'set' });
    expect(b.setStops('1', { stopLoss: '1.31' })).toMatchObject({ retcode: RETCODE.INVALID_STOPS });
    expect(b.setStops('9', { stopLoss: '1.29' })).toMatchObject({ retcode: RETCODE.POSITION_CLOSED });
    expect(deal(b.onTick('EURUSD', 2, 1.29, 1.2901)).reason).toBe('sl');
  });
});

describe('what the broker refuses', () => {
  const atSubmit: readonly [string, Partial<BrokerOrder>, number][] = [
    ['an unknown symbol', { symbol: 'XXX' }, RETCODE.INVALID],
    ['a volume off the step', { volumeLots: '0.105' }, RETCODE.INVALID_VOLUME],
    ['a volume below the least', { volumeLots: '0' }, RETCODE.INVALID_VOLUME],
    ['a volume above the most', { volumeLots: '100.01' }, RETCODE.INVALID_VOLUME],
    ['a pending order', { type: 'LIMIT' }, RETCODE.INVALID_ORDER],
    ['a filling mode that the instrument lacks', { fillings: ['RETURN'] }, RETCODE.INVALID_FILL],
    ['a stop on the wrong side', { stopLoss: '1.31' }, RETCODE.INVALID_STOPS],
    ['a target on the wrong side', { takeProfit: '1.29' }, RETCODE.INVALID_STOPS],
    ['a stop off the tick grid', { stopLoss: '1.290001' }, RETCODE.INVALID_STOPS],
    ['a reduction of nothing', { reduceOnly: true }, RETCODE.CLOSE_ONLY],
    ['a position that is not open', { positionId: '5' }, RETCODE.POSITION_CLOSED],
  ];
  it.each(atSubmit)('%s, at once', (_name, fields, retcode) => {
    const b = broker();
    b.onTick('EURUSD', 1, 1.3, 1.3001);
    const refused = rejection(b.submit(order(fields), 1));
    expect(refused).toMatchObject({ retcode, orderTicket: '', timeUs: 1 });
    expect(refused.message).not.toBe('');
    expect(b.onTick('EURUSD', 2, 1.3, 1.3001)).toHaveLength(0);
  });

  const atFill: readonly [string, Partial<BrokerOrder>, number][] = [
    ['a price beyond the worst', { worstPrice: '1.30009' }, RETCODE.INVALID_PRICE],
    ['an order that expired', { notAfterUs: 1 }, RETCODE.INVALID_EXPIRATION],
    ['more than the margin allows', { volumeLots: '2.31' }, RETCODE.NO_MONEY],
    ['a stop that the market jumped over', { stopLoss: '1.3' }, RETCODE.INVALID_STOPS],
  ];
  it.each(atFill)('%s, when a quote comes', (_name, fields, retcode) => {
    const b = broker();
    expect(only(b.submit(order(fields), 0)).kind).toBe('accepted');
    expect(rejection(b.onTick('EURUSD', 2, 1.3, 1.3001))).toMatchObject({ retcode, orderTicket: '1', timeUs: 2 });
    expect(b.positionSign('EURUSD')).toBe(0);
  });

  it('fills at the worst price itself, and with the margin that is just enough', () => {
    const b = broker();
    b.submit(order({ worstPrice: '1.30010', volumeLots: '2.30' }), 0);
    expect(deal(b.onTick('EURUSD', 2, 1.3, 1.3001)).volumeLots.toFixed(2)).toBe('2.30');
  });

  it('lets an order wait over a weekend when only its arrival expires', () => {
    const b = broker({ expiry: 'arrival', latencyUs: 10 });
    b.submit(order({ notAfterUs: 10 }), 0);
    expect(deal(b.onTick('EURUSD', 1e12, 1.3, 1.3001)).kind).toBe('deal');
    b.submit(order({ notAfterUs: 9 }), 0);
    expect(rejection(b.onTick('EURUSD', 1e12, 1.3, 1.3001)).retcode).toBe(RETCODE.INVALID_EXPIRATION);
  });

  it('a reduction that would flip the position, and one that the position outlived', () => {
    const b = holding();
    expect(rejection(b.submit(order({ side: 'SELL', volumeLots: '0.11', reduceOnly: true }), 1)).retcode).toBe(
      RETCODE.INVALID_CLOSE_VOLUME,
    );
    b.submit(order({ side: 'SELL', reduceOnly: true }), 1);
    b.submit(order({ side: 'SELL', reduceOnly: true }), 1);
    const [first, second] = b.onTick('EURUSD', 2, 1.3, 1.3001);
    expect(first?.kind).toBe('deal');
    expect(second).toMatchObject({ kind: 'rejected', retcode: RETCODE.CLOSE_ONLY });
  });

  it('what waits when the market closes, and everything after', () => {
    const b = broker();
    b.submit(order(), 0);
    expect(rejection(b.closeMarket(5))).toMatchObject({ retcode: RETCODE.MARKET_CLOSED, orderTicket: '1', timeUs: 5 });
    expect(rejection(b.submit(order(), 6)).retcode).toBe(RETCODE.MARKET_CLOSED);
  });

  it('nothing of a close by position, which is all of it or a part', () => {
    const b = holding({ volumeLots: '0.30' });
    const request = { coid: 'close', positionId: '1', magic: '7', tag: '' };
    b.close({ ...request, volumeLots: '0.10' }, 1);
    expect(deal(b.onTick('EURUSD', 2, 1.3, 1.3001)).positionLots.toFixed(2)).toBe('0.20');
    b.close(request, 2);
    expect(deal(b.onTick('EURUSD', 3, 1.3, 1.3001)).positionLots.isZero()).toBe(true);
    expect(rejection(b.close(request, 3)).retcode).toBe(RETCODE.POSITION_CLOSED);
  });
});

describe('the account', () => {
  const texts = (b: SimulatedBroker) => {
    const { balance, equity, margin, freeMargin } = b.account();
    return [balance, equity, margin, freeMargin].map((amount) => amount.toFixed(2));
  };

  it('marks longs at the bid, holds margin at the entry price and pays commission per deal', () => {
    const b = holding({ volumeLots: '1' }, { costs: { commissionPerLot: '3.5' } });
    expect(texts(b)).toEqual(['9996.50', '9986.50', '4333.67', '5652.83']);
    b.submit(order({ side: 'SELL', volumeLots: '1' }), 1);
    b.onTick('EURUSD', 2, 1.301, 1.3011);
    expect(texts(b)).toEqual(['10083.00', '10083.00', '0.00', '10083.00']);
    expect(b.deals().map((d) => d.commission.toFixed(2))).toEqual(['-3.50', '-3.50']);
  });

  it('converts profit in another currency at the rate of the pair', () => {
    const b = broker({ instruments: [USDJPY] });
    b.submit(order({ symbol: 'USDJPY', volumeLots: '1' }), 0);
    b.onTick('USDJPY', 1, 99.999, 100);
    b.submit(order({ symbol: 'USDJPY', volumeLots: '1', side: 'SELL' }), 1);
    const closed = deal(b.onTick('USDJPY', 2, 101, 101));
    expect(closed.profit.toFixed(2)).toBe('990.10');
    expect(texts(b)[0]).toBe('10990.10');
  });

  it('opens nothing whose profit cannot be converted', () => {
    const b = broker({ instruments: [standardInstrument('EURGBP')] });
    b.submit(order({ symbol: 'EURGBP' }), 0);
    expect(rejection(b.onTick('EURGBP', 1, 0.8, 0.8001)).retcode).toBe(RETCODE.PRICE_OFF);
  });

  it('is refused with a configuration that cannot work', () => {
    expect(() => broker({ deposit: '-1' })).toThrow(/deposit/);
    expect(() => broker({ instruments: [] })).toThrow(/instruments/);
    expect(() => broker().onTick('GBPUSD', 1, 1, 1)).toThrow(/GBPUSD/);
  });
});
