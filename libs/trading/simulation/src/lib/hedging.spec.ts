import { brokerWith, eurusd, orderOf, said } from './broker-fixtures';
import type { BrokerConfig } from './broker-config';
import type { BrokerOrder } from './broker-order';
import { RETCODE } from './retcode';
import type { SimulatedBroker } from './simulated-broker';

const hedging = (config: Partial<BrokerConfig> = {}): SimulatedBroker =>
  brokerWith({ marginMode: 'HEDGING', ...config });

/** Two positions: 1 is long 0.30 from 1.30010, 2 is short 0.10 from 1.30000. */
const both = (long: Partial<BrokerOrder> = {}, short: Partial<BrokerOrder> = {}): SimulatedBroker => {
  const b = hedging();
  b.submit(orderOf({ coid: 'long', volumeLots: '0.30', magic: '1', ...long }), 1);
  b.submit(orderOf({ coid: 'short', side: 'SELL', magic: '2', tag: 'Q2', ...short }), 1);
  b.onTick('EURUSD', 2, 1.3, 1.3001);
  return b;
};

const close = (fields: Partial<BrokerOrder>): BrokerOrder => orderOf({ coid: 'close', side: 'SELL', ...fields });

describe('a hedging account', () => {
  it('holds a position per order, each with its own stops, magic and tag', () => {
    const b = both({ stopLoss: '1.29' }, { stopLoss: '1.31', takeProfit: '1.28' });
    expect(b.positions().map((p) => [p.positionId, p.side, p.volumeLots.toFixed(2), p.magic, p.tag])).toEqual([
      ['1', 'BUY', '0.30', '1', 'Q1'],
      ['2', 'SELL', '0.10', '2', 'Q2'],
    ]);
    expect(b.positionSign('EURUSD')).toBe(1);
    expect(said(b.onTick('EURUSD', 3, 1.29, 1.2901))).toEqual(['sl SELL 0.30 at 1.29000 #1=0.00']);
    expect(said(b.onTick('EURUSD', 4, 1.2799, 1.28))).toEqual(['tp BUY 0.10 at 1.28000 #2=0.00']);
    expect(b.positions()).toHaveLength(0);
  });

  it('closes a position whole or in part, and leaves its stops', () => {
    const b = both({ stopLoss: '1.29' });
    b.submit(close({ positionId: '1' }), 3);
    expect(said(b.onTick('EURUSD', 4, 1.31, 1.3101))).toEqual(['order SELL 0.10 at 1.31000 #1=0.20']);
    expect(b.deals().at(-1)?.profit.toFixed(2)).toBe('99.00');
    expect(b.positions()[0]?.stopLoss?.toFixed(5)).toBe('1.29000');
    b.close({ coid: 'all', positionId: '1', magic: '1', tag: '' }, 5);
    expect(said(b.onTick('EURUSD', 6, 1.31, 1.3101))).toEqual(['order SELL 0.20 at 1.31000 #1=0.00']);
    expect(b.positions()).toMatchObject([{ positionId: '2' }]);
  });

  it('closes opposite positions by each other: the first deal has the profit, the rest of the larger stays', () => {
    const b = both();
    b.onTick('EURUSD', 3, 1.4, 1.4001);
    b.submit(close({ positionId: '1', closeByPositionId: '2' }), 4);
    const events = b.onTick('EURUSD', 5, 1.4, 1.4001);
    expect(said(events)).toEqual(['order SELL 0.10 at 1.30000 #1=0.20 by 2', 'order BUY 0.10 at 1.30000 #2=0.00 by 1']);
    expect(
      b
        .deals()
        .slice(-2)
        .map(({ profit }) => profit.toFixed(2)),
    ).toEqual(['-1.00', '0.00']);
    expect(events).toMatchObject([{ orderTicket: '3', coid: 'close' }, { orderTicket: '3' }]);
    expect(b.endedOrders().at(-1)).toMatchObject({ orderTicket: '3', state: 'FILLED' });
    expect(b.account().balance.toFixed(2)).toBe('9999.00');
  });

  it.each([
    ['a close of a position that is not open', close({ positionId: '9' }), RETCODE.POSITION_CLOSED],
    ['a close of more than there is', close({ positionId: '1', volumeLots: '0.31' }), RETCODE.INVALID_CLOSE_VOLUME],
    ['a close on the side of the position', close({ positionId: '1', side: 'BUY' }), RETCODE.CLOSE_ONLY],
    ['a reduction that names no position', close({ reduceOnly: true }), RETCODE.CLOSE_ONLY],
    ['a close by itself', close({ positionId: '1', closeByPositionId: '1' }), RETCODE.INVALID],
    ['a close by one that is gone', close({ positionId: '1', closeByPositionId: '9' }), RETCODE.POSITION_CLOSED],
    [
      'a close by another volume',
      close({ positionId: '1', closeByPositionId: '2', volumeLots: '0.20' }),
      RETCODE.INVALID_CLOSE_VOLUME,
    ],
    [
      'a close by on the side of the position',
      close({ positionId: '1', closeByPositionId: '2', side: 'BUY' }),
      RETCODE.INVALID,
    ],
  ])('refuses %s', (_name, order, retcode) => {
    expect(both().submit(order, 3)).toMatchObject([{ kind: 'rejected', retcode }]);
  });

  it('that nets refuses a close by', () => {
    const b = brokerWith();
    b.submit(orderOf(), 1);
    b.onTick('EURUSD', 2, 1.3, 1.3001);
    const order = close({ positionId: '1', closeByPositionId: '2' });
    expect(b.submit(order, 3)).toMatchObject([{ retcode: RETCODE.INVALID_ORDER }]);
  });

  it('holds margin for the larger side of a symbol', () => {
    expect(both().account().margin.toFixed(2)).toBe('1300.10');
    const b = both();
    b.submit(orderOf({ coid: 'more', side: 'SELL', volumeLots: '0.20' }), 3);
    b.onTick('EURUSD', 4, 1.3, 1.3001);
    expect(b.account().margin.toFixed(2)).toBe('1300.10');
    b.submit(orderOf({ coid: 'too much', side: 'SELL', volumeLots: '2.01' }), 5);
    expect(b.onTick('EURUSD', 6, 1.3, 1.3001)).toMatchObject([{ retcode: RETCODE.NO_MONEY }]);
  });

  it('sets stops of one position only', () => {
    const b = both();
    expect(b.setStops('2', { stopLoss: '1.31' }, 3).kind).toBe('done');
    expect(b.positions().map(({ stopLoss }) => stopLoss?.toFixed(5))).toEqual([undefined, '1.31000']);
  });

  it('fills the parts of one order into one position', () => {
    const b = hedging({ fillVolumePerTick: '0.2', instruments: [eurusd({ fillingModes: ['RETURN'] })] });
    b.submit(orderOf({ volumeLots: '0.30', stopLoss: '1.29' }), 1);
    expect(said(b.onTick('EURUSD', 2, 1.3, 1.3001))).toEqual(['order BUY 0.20 at 1.30010 #1=0.20']);
    expect(said(b.onTick('EURUSD', 3, 1.3, 1.3002))).toEqual([
      'order BUY 0.10 at 1.30020 #1=0.30',
      'FILLED 1 MARKET 0.30 by broker',
    ]);
    expect(b.positions()).toHaveLength(1);
  });
});
