import type { FillingMode } from '@trading/trading-market';
import { brokerWith, eurusd, orderOf, said } from './broker-fixtures';
import { RETCODE } from './retcode';
import type { SimulatedBroker } from './simulated-broker';

/** Each quote offers 0.20 lots. */
const scarce = (...fillingModes: FillingMode[]): SimulatedBroker =>
  brokerWith({ fillVolumePerTick: '0.2', instruments: [eurusd({ fillingModes })] });

describe('where quotes offer a limited volume', () => {
  it('RETURN leaves the rest for the next quotes', () => {
    const b = scarce('RETURN');
    b.submit(orderOf({ volumeLots: '0.50', stopLoss: '1.29' }), 1);
    expect(said(b.onTick('EURUSD', 2, 1.3, 1.3001))).toEqual(['order BUY 0.20 at 1.30010 #1=0.20']);
    const [working] = b.workingOrders();
    expect([working?.order.volumeLots, working?.filledLots.toFixed(2)]).toEqual(['0.50', '0.20']);
    expect(said(b.onTick('EURUSD', 3, 1.3, 1.3002))).toEqual(['order BUY 0.20 at 1.30020 #1=0.40']);
    expect(said(b.onTick('EURUSD', 4, 1.3, 1.3003))).toEqual([
      'order BUY 0.10 at 1.30030 #1=0.50',
      'FILLED 1 MARKET 0.50 by broker',
    ]);
    expect(b.deals().map(({ orderTicket, coid }) => `${orderTicket} ${coid}`)).toEqual(['1 c1', '1 c1', '1 c1']);
  });

  it('the rest can be canceled, expires with its time, and ends with the data', () => {
    const part = (notAfterUs?: number): SimulatedBroker => {
      const b = scarce('RETURN');
      b.submit(orderOf({ volumeLots: '0.50', ...(notAfterUs !== undefined && { notAfterUs }) }), 1);
      b.onTick('EURUSD', 2, 1.3, 1.3001);
      return b;
    };
    const canceled = part().cancel({ coid: 'c1' }, 3);
    expect(canceled.kind === 'done' && said(canceled.events)).toEqual(['CANCELED 1 MARKET 0.20 by command']);
    expect(said(part(2).onTick('EURUSD', 3, 1.3, 1.3001))).toEqual(['EXPIRED 1 MARKET 0.20 by broker']);
    expect(said(part().closeMarket(3))).toEqual(['CANCELED 1 MARKET 0.20 by broker']);
  });

  it('IOC cancels the rest, by the instrument, the order or its time in force', () => {
    for (const b of [scarce('IOC'), scarce('FOK', 'IOC'), scarce('FOK')]) {
      b.submit(orderOf({ volumeLots: '0.50', fillings: ['IOC', 'FOK'], timeInForce: 'IOC' }), 1);
      const events = b.onTick('EURUSD', 2, 1.3, 1.3001);
      expect(said(events)).toEqual(['order BUY 0.20 at 1.30010 #1=0.20', 'CANCELED 1 MARKET 0.20 by broker']);
      expect(b.workingOrders()).toHaveLength(0);
    }
  });

  it('FOK refuses the whole', () => {
    const b = scarce('FOK', 'IOC');
    b.submit(orderOf({ volumeLots: '0.50', fillings: ['FOK', 'IOC'] }), 1);
    expect(b.onTick('EURUSD', 2, 1.3, 1.3001)).toMatchObject([{ kind: 'rejected', retcode: RETCODE.REJECT }]);
    expect(b.positions()).toHaveLength(0);
    b.submit(orderOf({ coid: 'c2', volumeLots: '0.20', fillings: ['FOK'] }), 3);
    expect(said(b.onTick('EURUSD', 4, 1.3, 1.3001))).toEqual(['order BUY 0.20 at 1.30010 #2=0.20']);
  });

  it('orders share what a quote offers, each side by itself, in the order of their tickets', () => {
    const b = scarce('RETURN');
    b.submit(orderOf({ coid: 'a', volumeLots: '0.15' }), 1);
    b.submit(orderOf({ coid: 'b', volumeLots: '0.15' }), 1);
    b.submit(orderOf({ coid: 'c', side: 'SELL', volumeLots: '0.10' }), 1);
    expect(said(b.onTick('EURUSD', 2, 1.3, 1.3001))).toEqual([
      'order BUY 0.15 at 1.30010 #1=0.15',
      'order BUY 0.05 at 1.30010 #1=0.20',
      'order SELL 0.10 at 1.30000 #1=0.10',
    ]);
    expect(said(b.onTick('EURUSD', 3, 1.3, 1.3001))).toEqual([
      'order BUY 0.10 at 1.30010 #1=0.20',
      'FILLED 2 MARKET 0.15 by broker',
    ]);
  });

  it('a limit order fills part by part at its price, a stop order goes on at the market', () => {
    const b = scarce('FOK');
    b.submit(orderOf({ coid: 'limit', type: 'LIMIT', price: '1.29', volumeLots: '0.30' }), 1);
    expect(said(b.onTick('EURUSD', 2, 1.28, 1.2801))).toEqual(['order BUY 0.20 at 1.29000 #1=0.20']);
    expect(b.onTick('EURUSD', 3, 1.2999, 1.3)).toHaveLength(0);
    expect(said(b.onTick('EURUSD', 4, 1.28, 1.2801)).at(-1)).toBe('FILLED 1 LIMIT 0.30 by broker');

    const s = scarce('FOK');
    s.submit(orderOf({ coid: 'stop', type: 'STOP', price: '1.31', volumeLots: '0.30' }), 1);
    expect(said(s.onTick('EURUSD', 2, 1.3099, 1.31))).toEqual(['order BUY 0.20 at 1.31000 #1=0.20']);
    expect(said(s.onTick('EURUSD', 3, 1.3049, 1.305))).toEqual([
      'order BUY 0.10 at 1.30500 #1=0.30',
      'FILLED 1 STOP 0.30 by broker',
    ]);
  });

  it('stops close the whole position', () => {
    const b = scarce('RETURN');
    b.submit(orderOf({ volumeLots: '0.30', stopLoss: '1.29' }), 1);
    b.onTick('EURUSD', 2, 1.3, 1.3001);
    b.onTick('EURUSD', 3, 1.3, 1.3001);
    expect(said(b.onTick('EURUSD', 4, 1.29, 1.2901))).toEqual(['sl SELL 0.30 at 1.29000 #1=0.00']);
  });
});
