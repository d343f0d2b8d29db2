import { standardInstrument } from '@trading/trading-market';
import type { BrokerConfig } from './broker-config';
import type { BrokerEvent, Deal, OrderRejected } from './broker-event';
import type { BrokerOrder } from './broker-order';
import { RETCODE } from './retcode';
import { SimulatedBroker } from './simulated-broker';

const EURUSD = standardInstrument('EURUSD');
const GBPUSD = standardInstrument('GBPUSD');
const EURGBP = standardInstrument('EURGBP');

const broker = (config: Partial<BrokerConfig> = {}): SimulatedBroker =>
  new SimulatedBroker({
    currency: 'USD',
    leverage: 30,
    deposit: '10000',
    instruments: [EURUSD, GBPUSD],
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

describe('several symbols of one account', () => {
  it('a quote fills and stops only its own symbol', () => {
    const b = broker();
    b.submit(order({ stopLoss: '1.29' }), 0);
    b.submit(order({ symbol: 'GBPUSD', side: 'SELL', stopLoss: '1.6' }), 0);
    expect(deal(b.onTick('EURUSD', 1, 1.3, 1.3001))).toMatchObject({ symbol: 'EURUSD', dealTicket: '1' });
    expect(b.workingOrders()).toMatchObject([{ order: { symbol: 'GBPUSD' } }]);
    expect(deal(b.onTick('GBPUSD', 2, 1.5, 1.5001))).toMatchObject({ symbol: 'GBPUSD', dealTicket: '2' });
    expect(b.onTick('GBPUSD', 3, 1.2, 1.2001)).toHaveLength(0);
    expect(deal(b.onTick('EURUSD', 4, 1.29, 1.2901))).toMatchObject({ reason: 'sl', positionId: '1' });
    expect([b.positionSign('EURUSD'), b.positionSign('GBPUSD')]).toEqual([0, -1]);
  });

  it('share balance, equity and margin', () => {
    const b = broker();
    b.submit(order(), 0);
    b.submit(order({ symbol: 'GBPUSD', side: 'SELL' }), 0);
    b.onTick('EURUSD', 1, 1.3, 1.3001);
    b.onTick('GBPUSD', 2, 1.5, 1.5001);
    b.onTick('EURUSD', 3, 1.31, 1.3101);
    b.onTick('GBPUSD', 4, 1.51, 1.5101);
    const { balance, equity, margin } = b.account();
    // 0.1 lots: +0.0099 on the long, -0.0101 on the short; margin (1.3001 + 1.5) × 10,000 / 30.
    expect([balance, equity, margin].map((money) => money.toFixed(2))).toEqual(['10000.00', '9998.00', '933.37']);
    expect(b.positions().map(({ symbol, profit }) => [symbol, profit.toFixed(2)])).toEqual([
      ['EURUSD', '99.00'],
      ['GBPUSD', '-101.00'],
    ]);
  });

  it('leave no margin for each other', () => {
    const b = broker();
    b.submit(order({ volumeLots: '1.50' }), 0);
    deal(b.onTick('EURUSD', 1, 1.3, 1.3001));
    b.submit(order({ symbol: 'GBPUSD', volumeLots: '1.50' }), 1);
    expect(rejection(b.onTick('GBPUSD', 2, 1.5, 1.5001)).retcode).toBe(RETCODE.NO_MONEY);
  });

  it('convert each other: the profit of a cross at the pair of its currency and the account', () => {
    const b = broker({ instruments: [EURGBP, GBPUSD] });
    b.submit(order({ symbol: 'EURGBP' }), 0);
    const early = rejection(b.onTick('EURGBP', 1, 0.8, 0.8));
    expect([early.retcode, early.message]).toEqual([RETCODE.PRICE_OFF, 'There is no rate from GBP to USD yet.']);
    b.onTick('GBPUSD', 2, 1.5, 1.5);
    b.submit(order({ symbol: 'EURGBP', volumeLots: '1' }), 2);
    deal(b.onTick('EURGBP', 3, 0.8, 0.8));
    b.onTick('GBPUSD', 4, 2, 2);
    b.submit(order({ symbol: 'EURGBP', volumeLots: '1', side: 'SELL' }), 4);
    expect(deal(b.onTick('EURGBP', 5, 0.81, 0.81)).profit.toFixed(2)).toBe('2000.00');
  });

  it('are told which quotes are missing where none of them converts', () => {
    const b = broker({ instruments: [EURGBP, EURUSD] });
    b.submit(order({ symbol: 'EURGBP' }), 0);
    expect(rejection(b.onTick('EURGBP', 1, 0.8, 0.8)).message).toContain('needs quotes of GBPUSD or USDGBP');
  });

  it('close one by one: an order of one whose quotes have ended is refused, another fills', () => {
    const b = broker();
    b.submit(order(), 0);
    b.submit(order({ symbol: 'GBPUSD' }), 0);
    expect(rejection(b.closeMarket(5, 'EURUSD'))).toMatchObject({ symbol: 'EURUSD', retcode: RETCODE.MARKET_CLOSED });
    expect(b.closeMarket(6, 'EURUSD')).toHaveLength(0);
    expect(rejection(b.submit(order(), 6)).retcode).toBe(RETCODE.MARKET_CLOSED);
    expect(rejection(b.submit(order({ symbol: 'XXX' }), 6)).retcode).toBe(RETCODE.INVALID);
    expect(deal(b.onTick('GBPUSD', 7, 1.5, 1.5001)).symbol).toBe('GBPUSD');
    expect(() => b.closeMarket(8, 'XXX')).toThrow(/XXX/);
  });
});
