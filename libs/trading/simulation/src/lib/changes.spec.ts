import { brokerWith, eurusd, orderOf, said } from './broker-fixtures';
import type { ChangeOutcome } from './broker-views';
import { RETCODE } from './retcode';
import type { SimulatedBroker } from './simulated-broker';

const LIMIT = { type: 'LIMIT', price: '1.29000' } as const;

const words = (outcome: ChangeOutcome): string[] =>
  outcome.kind === 'done' ? said(outcome.events) : [`refused ${outcome.retcode}`];

/** A broker that holds a buy limit at 1.29000 as ticket 1. */
const working = (): SimulatedBroker => {
  const b = brokerWith({ instruments: [eurusd({ stopsLevelPoints: 20, freezeLevelPoints: 30 })] });
  b.submit(orderOf(LIMIT), 1);
  return b;
};

/** A broker that holds 0.10 lots from 1.30010 as position 1. */
const holding = (): SimulatedBroker => {
  const b = brokerWith({ instruments: [eurusd({ stopsLevelPoints: 20, freezeLevelPoints: 30 })] });
  b.submit(orderOf({ stopLoss: '1.29000' }), 1);
  b.onTick('EURUSD', 2, 1.3, 1.3001);
  return b;
};

describe('a modification', () => {
  it('moves price, stops and expiry, by ticket or by client order id; what is absent stays', () => {
    const b = working();
    expect(words(b.modify({ orderTicket: '1', price: '1.28000', stopLoss: '1.27000' }, 2))).toEqual([
      'MODIFIED 1 LIMIT 0.00 by command',
    ]);
    b.modify({ coid: 'c1', takeProfit: '1.30000', expiresUs: 99 }, 3);
    expect(b.workingOrders()).toMatchObject([
      {
        order: { price: '1.28000', stopLoss: '1.27000', takeProfit: '1.30000', timeInForce: 'GTD', expiresUs: 99 },
        expiresUs: 99,
      },
    ]);
    b.modify({ coid: 'c1', stopLoss: '', expiresUs: 0 }, 4);
    const [{ order, expiresUs } = { order: {}, expiresUs: -1 }] = b.workingOrders();
    expect(order).not.toHaveProperty('stopLoss');
    expect(order).toMatchObject({ timeInForce: 'GTC', takeProfit: '1.30000' });
    expect(expiresUs).toBe(0);
    expect(b.onTick('EURUSD', 100, 1.2899, 1.29)).toHaveLength(0);
    expect(said(b.onTick('EURUSD', 101, 1.2798, 1.2799))[0]).toContain('at 1.28000');
  });

  it('is told as that of a human where it was one', () => {
    expect(words(working().modify({ orderTicket: '1', price: '1.28' }, 2, 'manual'))).toEqual([
      'MODIFIED 1 LIMIT 0.00 by manual',
    ]);
  });

  it.each([
    ['nothing', {}, RETCODE.NO_CHANGES],
    ['what it is already', { price: '1.29' }, RETCODE.NO_CHANGES],
    ['a price on the wrong side', { price: '1.31' }, RETCODE.INVALID_PRICE],
    ['a price within the stops level', { price: '1.29991' }, RETCODE.INVALID_PRICE],
    ['a stop on the wrong side', { stopLoss: '1.295' }, RETCODE.INVALID_STOPS],
    ['an expiry that has passed', { expiresUs: 2 }, RETCODE.INVALID_EXPIRATION],
  ])('is refused to %s, and the order stays', (_name, change, retcode) => {
    const b = working();
    const before = JSON.stringify(b.workingOrders());
    expect(b.modify({ orderTicket: '1', ...change }, 2)).toMatchObject({ kind: 'rejected', retcode });
    expect(JSON.stringify(b.workingOrders())).toBe(before);
  });

  it('is refused while the market is within the freeze level, and so is a cancel', () => {
    const b = working();
    b.onTick('EURUSD', 2, 1.29021, 1.29031);
    expect(b.modify({ orderTicket: '1', price: '1.28' }, 3).kind).toBe('done');
    b.onTick('EURUSD', 4, 1.28019, 1.2803);
    expect(words(b.modify({ orderTicket: '1', price: '1.27' }, 5))).toEqual(['refused 10029']);
    expect(words(b.cancel({ orderTicket: '1' }, 5))).toEqual(['refused 10029']);
  });

  it('is refused of an order that is not there, or that fills at the market', () => {
    const b = working();
    expect(words(b.modify({ orderTicket: '9', price: '1.28' }, 2))).toEqual(['refused 10013']);
    b.submit(orderOf({ coid: 'm' }), 2);
    expect(words(b.modify({ coid: 'm', stopLoss: '1.28' }, 2))).toEqual(['refused 10013']);
  });
});

describe('a cancel', () => {
  it('ends a pending order', () => {
    const b = working();
    expect(words(b.cancel({ coid: 'c1' }, 2))).toEqual(['CANCELED 1 LIMIT 0.00 by command']);
    expect(b.onTick('EURUSD', 3, 1.2, 1.2001)).toHaveLength(0);
    expect(b.endedOrders()).toMatchObject([{ state: 'CANCELED', reason: 'command', endedUs: 2 }]);
    expect(words(b.cancel({ coid: 'c1' }, 3))).toEqual(['refused 10013']);
  });

  it('of a human is told as such', () => {
    expect(words(working().cancelManual({ orderTicket: '1' }, 2))).toEqual(['CANCELED 1 LIMIT 0.00 by manual']);
  });

  it('ends a market order that still waits', () => {
    const b = brokerWith({ latencyUs: 10 });
    b.submit(orderOf(), 1);
    expect(words(b.cancel({ orderTicket: '1' }, 2))).toEqual(['CANCELED 1 MARKET 0.00 by command']);
    expect(b.onTick('EURUSD', 20, 1.3, 1.3001)).toHaveLength(0);
  });
});

describe('stops of a position', () => {
  it('are set and taken away one by one', () => {
    const b = holding();
    expect(words(b.setStops('1', { takeProfit: '1.31' }, 3))).toEqual(['stops 1 1.29000 1.31000 by command']);
    expect(words(b.setStops('1', { stopLoss: '' }, 4, 'manual'))).toEqual(['stops 1 - 1.31000 by manual']);
    expect(b.onTick('EURUSD', 5, 1.28, 1.2801)).toHaveLength(0);
    expect(said(b.onTick('EURUSD', 6, 1.31, 1.3101))).toEqual(['tp SELL 0.10 at 1.31000 #1=0.00']);
  });

  it.each([
    ['no change', '1', { stopLoss: '1.29' }, RETCODE.NO_CHANGES],
    ['a position that is closed', '2', { stopLoss: '1.28' }, RETCODE.POSITION_CLOSED],
    ['the wrong side', '1', { stopLoss: '1.305' }, RETCODE.INVALID_STOPS],
    ['a distance below the stops level', '1', { stopLoss: '1.29981' }, RETCODE.INVALID_STOPS],
  ])('are refused for %s', (_name, positionId, stops, retcode) => {
    expect(holding().setStops(positionId, stops, 3)).toMatchObject({ kind: 'rejected', retcode });
  });

  it('are frozen while the market is near to one of them, and so is a close that names the position', () => {
    const b = holding();
    b.onTick('EURUSD', 3, 1.2903, 1.2904);
    expect(words(b.setStops('1', { stopLoss: '1.28' }, 4))).toEqual(['refused 10029']);
    const close = { coid: 'x', positionId: '1', magic: '', tag: '' };
    expect(said(b.close(close, 4))).toEqual(['rejected 10029']);
    b.onTick('EURUSD', 5, 1.29031, 1.2904);
    expect(said(b.close(close, 6))).toEqual(['accepted 2']);
  });
});

describe('other money', () => {
  it('moves balance and credit and is told with a ticket of its own', () => {
    const b = holding();
    expect(said(b.cash('withdrawal', '-1000.50', 3))).toEqual(['withdrawal -1000.50']);
    expect(b.cash('credit', '200', 4)).toMatchObject([{ dealTicket: '3', comment: 'credit', timeUs: 4 }]);
    const { balance, credit, equity } = b.account();
    expect([balance, credit, equity].map((amount) => amount.toFixed(2))).toEqual(['8999.50', '200.00', '9198.50']);
    expect(b.cashMovements().map(({ dealTicket }) => dealTicket)).toEqual(['2', '3']);
    expect(() => b.cash('deposit', '-1', 5)).toThrow(/deposit/);
  });
});
