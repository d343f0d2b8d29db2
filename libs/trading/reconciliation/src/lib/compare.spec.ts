import {
  bookedDealOf,
  booksOf,
  brokerOrderOf,
  dealOf,
  endedOf,
  heldOf,
  NOW_US,
  orderOf,
  positionOf,
  SENT_US,
  viewOf,
} from '../testing/samples';
import { compare } from './compare';

const kinds = (comparison: ReturnType<typeof compare>) => comparison.toBook.map(({ kind }) => kind);
const differences = (comparison: ReturnType<typeof compare>) =>
  comparison.differences.map(({ kind, subject, ours, theirs }) => [kind, subject, ours, theirs]);

describe('comparing books with their broker', () => {
  it('finds nothing where both say the same', () => {
    const books = booksOf({
      orders: [orderOf('c1', { state: 'ACCEPTED', type: 'LIMIT', price: '1.09', brokerTicket: '5' })],
      deals: [bookedDealOf('1')],
      positions: [heldOf('EURUSD', '0.1', { stopLoss: '1.05' })],
    });
    const view = viewOf({
      orders: [brokerOrderOf('5', { type: 'LIMIT', price: '1.09000' })],
      deals: [dealOf('1')],
      positions: [positionOf('1', { openPrice: '1.10000', stopLoss: '1.05000', takeProfit: '0' })],
    });
    expect(compare(books, view)).toEqual({
      complete: true,
      settled: [],
      toBook: [],
      differences: [],
      absent: [],
    });
  });

  it('books a deal that the books lack, to our order where its comment says so', () => {
    const view = viewOf({
      deals: [
        dealOf('1', { comment: 'Q-c1', commission: '-1' }),
        dealOf('2', { side: 'SELL', profit: '3', orderTicket: '9' }),
      ],
      balance: '10002',
    });
    const found = compare(booksOf({ orders: [orderOf('c1')] }), view);
    expect(found.toBook.map((b) => (b.kind === 'deal' ? [b.cause, b.coid] : b))).toEqual([
      ['reconcile:deal:1', 'c1'],
      ['reconcile:deal:2', ''],
    ]);
    expect(found).toMatchObject({ settled: ['c1'], differences: [] });
  });

  it('does not book what the broker did before the books began', () => {
    const books = booksOf({ openedUs: SENT_US });
    expect(compare(books, viewOf({ deals: [dealOf('1', { timeUs: SENT_US })] })).toBook).toEqual([]);
  });

  it('books money that no deal explains once, and the sum then is the balance', () => {
    const cash = [{ dealTicket: '8', kind: 'deposit', amount: '500.00', timeUs: SENT_US }];
    const view = viewOf({ cash: [...cash, ...cash], balance: '10500' });
    expect(compare(booksOf(), view)).toMatchObject({
      toBook: [{ kind: 'cash', cause: 'reconcile:cash:8' }],
      differences: [],
    });
    expect(compare(booksOf({ cash: '10500', cashTickets: ['8'] }), view)).toMatchObject({
      toBook: [],
      differences: [],
    });
  });

  it('says by how much cash differs, with credit counted, and keeps the id while the gap stays', () => {
    const [first] = compare(booksOf(), viewOf({ balance: '9000', credit: '900.5' })).differences;
    const [later] = compare(booksOf({ cash: '20000' }), viewOf({ balance: '19900.5' })).differences;
    expect(first).toMatchObject({ kind: 'CASH', ours: '10000.00', theirs: '9900.50' });
    expect(first!.message).toContain('99.50 less');
    expect(later!.differenceId).toBe(first!.differenceId);
  });

  it.each([
    ['more', '0.3', '0.2 lots more'],
    ['less', '0.05', '0.05 lots less'],
    ['the other way round', '-0.1', '0.2 lots less'],
  ])('makes a difference of a position of %s at the broker', (_, lots, says) => {
    const theirs = positionOf('1', { side: lots.startsWith('-') ? 'SELL' : 'BUY', volumeLots: lots.replace('-', '') });
    const found = compare(booksOf({ positions: [heldOf('EURUSD', '0.1')] }), viewOf({ positions: [theirs] }));
    expect(found.toBook).toEqual([]);
    expect(found.differences).toMatchObject([{ kind: 'POSITION', subject: 'EURUSD', ours: '0.1 at 1.1' }]);
    expect(found.differences[0]!.message).toContain(says);
  });

  it('allows an average price one tick, and no more', () => {
    const at = (openPrice: string) =>
      compare(
        booksOf({ positions: [heldOf('EURUSD', '0.1')] }),
        viewOf({ positions: [positionOf('1', { openPrice })] }),
      );
    expect(at('1.10001').differences).toEqual([]);
    expect(differences(at('1.10002'))).toEqual([['POSITION', 'EURUSD', '0.1 at 1.1', '0.1 at 1.10002']]);
  });

  it('keeps the positions of a hedging account apart', () => {
    const books = booksOf({ marginMode: 'HEDGING', positions: [heldOf('1', '0.1'), heldOf('2', '-0.1')] });
    expect(differences(compare(books, viewOf()))).toHaveLength(2);
    const both = [positionOf('1'), positionOf('2', { side: 'SELL' })];
    expect(compare(books, viewOf({ positions: both })).differences).toEqual([]);
  });

  it('takes over stops that the broker holds for a position that is the same otherwise', () => {
    const books = booksOf({ positions: [heldOf('EURUSD', '0.1', { stopLoss: '1.05' })] });
    const found = compare(books, viewOf({ positions: [positionOf('1', { stopLoss: '1.06' })] }));
    expect(found.toBook).toMatchObject([{ kind: 'stops', key: 'EURUSD', stopLoss: '1.06', takeProfit: '' }]);
  });

  it('tells of a deal that is another one at the broker, or not there', () => {
    const books = booksOf({ deals: [bookedDealOf('1'), bookedDealOf('2'), bookedDealOf('3', { isAdopted: true })] });
    const found = compare(books, viewOf({ deals: [dealOf('1', { price: '1.2' })] }));
    expect(differences(found).sort()).toEqual([
      ['DEAL', '1', 'BUY 0.1 EURUSD at 1.1', 'BUY 0.1 EURUSD at 1.2'],
      ['DEAL', '2', 'BUY 0.1 EURUSD at 1.1', ''],
    ]);
    const older = viewOf({ deals: [dealOf('1')], coversFromUs: NOW_US });
    expect(compare(books, older).differences).toEqual([]);
  });

  it('draws nothing from what is absent while the terminal is not connected to its broker', () => {
    const books = booksOf({
      orders: [orderOf('c1', { doubt: { absences: 9, journal: 'refuses' } }), orderOf('c2', { state: 'ACCEPTED' })],
      deals: [bookedDealOf('1')],
      positions: [heldOf('EURUSD', '0.1')],
    });
    const found = compare(books, viewOf({ connected: false, balance: '1', deals: [dealOf('4', { comment: 'Q-c1' })] }));
    expect(found).toMatchObject({ complete: false, differences: [] });
    expect(kinds(found)).toEqual(['deal']);
  });
});

describe('comparing working orders', () => {
  it('accepts an order that is found open, and takes over what the broker holds of it', () => {
    const books = booksOf({ orders: [orderOf('c1', { type: 'LIMIT', price: '1.09', takeProfit: '1.2' })] });
    const found = compare(
      books,
      viewOf({ orders: [brokerOrderOf('5', { coid: 'c1', type: 'LIMIT', price: '1.08' })] }),
    );
    expect(found.toBook).toMatchObject([
      { kind: 'placed', coid: 'c1', ticket: '5' },
      { kind: 'changed', coid: 'c1', price: '1.08', takeProfit: '' },
    ]);
    expect(found.settled).toEqual(['c1']);
  });

  it.each(['CANCELED', 'EXPIRED', 'REJECTED'] as const)('ends an order that the history says is %s', (state) => {
    const order = orderOf('c1', { state: 'ACCEPTED', brokerTicket: '5', type: 'LIMIT' });
    const found = compare(booksOf({ orders: [order] }), viewOf({ ended: [endedOf('5', state, { type: 'LIMIT' })] }));
    expect(found).toMatchObject({ toBook: [{ kind: 'ended', coid: 'c1', state }], differences: [] });
  });

  it('books the deal of a filled order, and cancels the rest of one that ended with a part', () => {
    const order = orderOf('c1', { state: 'ACCEPTED', brokerTicket: '5' });
    const view = (volumeLots: string) =>
      viewOf({
        ended: [endedOf('5', 'FILLED', { filledLots: volumeLots })],
        deals: [dealOf('1', { orderTicket: '5', volumeLots })],
        positions: [positionOf('5', { volumeLots })],
      });
    expect(kinds(compare(booksOf({ orders: [order] }), view('0.1')))).toEqual(['deal']);
    expect(compare(booksOf({ orders: [order] }), view('0.04')).toBook).toMatchObject([
      { kind: 'deal' },
      { kind: 'ended', state: 'CANCELED' },
    ]);
  });

  it('tells of an order that only one side has', () => {
    const books = booksOf({
      orders: [
        orderOf('lost', { state: 'ACCEPTED', brokerTicket: '4' }),
        orderOf('ended', { state: 'CANCELED', brokerTicket: '5' }),
        orderOf('sent', { state: 'SUBMITTED' }),
      ],
    });
    const view = viewOf({ orders: [brokerOrderOf('5'), brokerOrderOf('6', { type: 'LIMIT', price: '1' })] });
    expect(differences(compare(books, view)).sort()).toEqual([
      ['ORDER', '5', 'CANCELED', 'BUY 0.1 EURUSD'],
      ['ORDER', '6', '', 'BUY LIMIT 0.1 EURUSD at 1'],
      ['ORDER', 'lost', 'ACCEPTED BUY 0.1 EURUSD', ''],
    ]);
    const adopting = compare({ ...books, externalOrders: 'adopt' }, view).differences;
    expect(adopting.map(({ subject }) => subject).sort()).toEqual(['5', 'lost']);
  });

  it('tells of an open order whose fills differ', () => {
    const order = orderOf('c1', { state: 'PARTIALLY_FILLED', filledLots: '0.02', brokerTicket: '5' });
    const found = compare(
      booksOf({ orders: [order] }),
      viewOf({ orders: [brokerOrderOf('5', { filledLots: '0.03' })] }),
    );
    expect(found.differences[0]!.message).toContain('0.03 lots at the broker and by 0.02');
  });
});

describe('looking for an order that nobody knows the outcome of', () => {
  const alone = (changes: Parameters<typeof orderOf>[1]) => booksOf({ orders: [orderOf('c1', changes)] });

  it('does not take a deal of the same magic for it without its comment', () => {
    const view = viewOf({ deals: [dealOf('1', { magic: '7' })], positions: [positionOf('1', { magic: '7' })] });
    const found = compare(alone({}), view);
    expect(kinds(found)).toEqual(['ambiguous']);
    expect(found.differences).toMatchObject([{ kind: 'AMBIGUOUS', subject: 'c1' }]);
    expect(found.differences[0]!.theirs).toContain('deal 1');
  });

  it('books the deal once the operator has named its ticket', () => {
    const view = viewOf({ deals: [dealOf('1', { magic: '7' })], positions: [positionOf('1')] });
    const found = compare(alone({ state: 'ACCEPTED', brokerTicket: 'o1' }), view);
    expect(found).toMatchObject({ toBook: [{ kind: 'deal', coid: 'c1' }], differences: [] });
  });

  it('does not suspect a position that earlier deals explain', () => {
    const books = booksOf({ orders: [orderOf('c1')], positions: [heldOf('EURUSD', '0.1')] });
    const found = compare(books, viewOf({ positions: [positionOf('1', { magic: '7' })] }));
    expect(found).toMatchObject({ differences: [], absent: ['c1'] });
  });

  it('knows it on MT4 by a magic that no other order has', () => {
    const view = viewOf({ orders: [brokerOrderOf('1', { magic: '7' })] });
    expect(compare({ ...alone({}), platform: 'MT4' }, view).settled).toEqual(['c1']);
    const two = booksOf({ platform: 'MT4', orders: [orderOf('c1'), orderOf('c2')] });
    expect(compare(two, view).differences).toHaveLength(2);
  });

  it('follows the tickets of partial closes to where they began', () => {
    const books = booksOf({
      platform: 'MT4',
      marginMode: 'HEDGING',
      orders: [orderOf('c1', { state: 'FILLED', brokerTicket: '100' })],
      positions: [heldOf('100', '0.1')],
    });
    const view = viewOf({
      deals: [
        dealOf('100:out', { orderTicket: '100', positionId: '100', side: 'SELL', volumeLots: '0.04', coid: 'close' }),
        dealOf('101:out', {
          orderTicket: '101',
          positionId: '101',
          side: 'SELL',
          volumeLots: '0.01',
          comment: 'from #100',
        }),
      ],
      positions: [positionOf('102', { volumeLots: '0.05', comment: 'from #101' })],
    });
    const found = compare(books, view);
    expect(kinds(found)).toEqual(['deal', 'deal']);
    expect(found.differences).toEqual([]);
  });

  it.each([
    ['while it may be on its way', viewOf({ timeUs: SENT_US + 60_000_000 }), undefined, [], [], []],
    ['the first time', viewOf(), undefined, ['c1'], [], []],
    ['twice, with nobody asked', viewOf(), { absences: 2 }, ['c1'], [], []],
    ['once, refused for ever', viewOf(), { absences: 1, journal: 'refuses' }, ['c1'], [], []],
    ['twice, refused for ever', viewOf(), { absences: 2, journal: 'refuses' }, [], ['never-sent'], []],
    ['twice, in the journal', viewOf(), { absences: 2, journal: 'holds' }, [], ['ambiguous'], ['AMBIGUOUS']],
    ['in a history too short', viewOf({ coversFromUs: SENT_US }), undefined, [], ['ambiguous'], ['AMBIGUOUS']],
  ] as const)('does with an order not found %s what its case asks for', (_, view, doubt, absent, booked, apart) => {
    const found = compare(alone(doubt === undefined ? {} : { doubt }), view);
    expect(found.absent).toEqual(absent);
    expect(kinds(found)).toEqual(booked);
    expect(found.differences.map(({ kind }) => kind)).toEqual(apart);
  });
});
