import { Decimal } from '@trading/trading-market';
import fc from 'fast-check';
import { book } from '../testing/book';
import {
  bookedDealOf,
  booksOf,
  dealOf,
  endedOf,
  brokerOrderOf,
  orderOf,
  positionOf,
  SENT_US,
  viewOf,
} from '../testing/samples';
import { adoptPosition } from './adopt-position';
import type { BookedOrder, Books } from './books';
import type { BrokerDeal, BrokerOrder, BrokerPosition, BrokerView, EndedOrder } from './broker';
import { compare } from './compare';
import { projectPositions } from './project-positions';

const RUNS = { numRuns: 300, seed: 4711 };

interface World {
  readonly books: Books;
  readonly view: BrokerView;
  readonly keyOf: (deal: BrokerDeal) => string;
}

const step = fc.record({
  symbol: fc.constantFrom('EURUSD', 'GBPUSD'),
  side: fc.constantFrom('BUY' as const, 'SELL' as const),
  hundredths: fc.integer({ min: 1, max: 9 }),
  ticks: fc.integer({ min: 100_000, max: 120_000 }),
  cents: fc.integer({ min: -999, max: 999 }),
  whose: fc.constantFrom('journal', 'comment', 'foreign'),
  position: fc.integer({ min: 1, max: 4 }),
  isBooked: fc.boolean(),
  end: fc.constantFrom('filled', 'part', 'open', 'canceled', 'never'),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A broker on which these orders were dealt, and books that missed some of it. */
function worldOf(marginMode: Books['marginMode'], steps: readonly Step[], isBooked: (i: number) => boolean): World {
  const keyOf = (deal: BrokerDeal): string => (marginMode === 'NETTING' ? deal.symbol : deal.positionId);
  const orders: BookedOrder[] = [];
  const [deals, ended, open]: [BrokerDeal[], EndedOrder[], BrokerOrder[]] = [[], [], []];
  const booked: BrokerDeal[] = [];
  const owners = new Map<string, string>();
  for (const [i, each] of steps.entries()) {
    const [coid, ticket, volume] = [`c${i}`, `${1000 + i}`, new Decimal(each.hundredths).div(100)];
    const isOurs = each.whose !== 'foreign';
    const marks = {
      symbol: each.symbol,
      side: each.side,
      coid: each.whose === 'journal' ? coid : '',
      comment: each.whose === 'comment' ? `Q-${coid}` : '',
      magic: isOurs ? '7' : '0',
      timeUs: SENT_US + i * 10,
    };
    const dealt = each.end === 'filled' || !isOurs ? volume : each.end === 'part' ? volume.div(2) : new Decimal(0);
    if (dealt.gt(0)) {
      const positionId = `${each.symbol}-${each.position}`;
      const price = new Decimal(each.ticks).div(100_000).toFixed();
      const profit = new Decimal(each.cents).div(100).toFixed(2);
      const deal = dealOf(`${2000 + i}`, {
        ...marks,
        orderTicket: ticket,
        positionId,
        volumeLots: dealt.toFixed(),
        price,
        profit,
      });
      deals.push(deal);
      owners.set(deal.dealTicket, isOurs ? coid : '');
      if (isBooked(i)) booked.push(deal);
    }
    if (!isOurs) continue;
    const kept = {
      ...marks,
      type: 'LIMIT' as const,
      volumeLots: volume.toFixed(),
      filledLots: dealt.toFixed(),
      price: '1',
    };
    if (each.end === 'open') open.push(brokerOrderOf(ticket, kept));
    if (each.end === 'filled') ended.push(endedOf(ticket, 'FILLED', kept));
    if (each.end === 'part' || each.end === 'canceled') ended.push(endedOf(ticket, 'CANCELED', kept));
    const never = each.end === 'never' ? { doubt: { absences: 2, journal: 'refuses' as const } } : {};
    orders.push(
      orderOf(coid, {
        symbol: each.symbol,
        side: each.side,
        type: 'LIMIT',
        price: '1',
        volumeLots: volume.toFixed(),
        ...never,
      }),
    );
  }
  const empty = booksOf({ marginMode, orders });
  const books = book(
    empty,
    booked.map((deal) => ({ kind: 'deal', cause: 'event', deal, coid: owners.get(deal.dealTicket) ?? '' })),
    keyOf,
  );
  const held = [...projectPositions(empty, deals, keyOf).values()].filter(({ lots }) => !lots.isZero());
  const positions: BrokerPosition[] = held.map(({ key, symbol, lots, averagePrice }) =>
    positionOf(key, {
      symbol,
      side: lots.isPositive() ? 'BUY' : 'SELL',
      volumeLots: lots.abs().toFixed(),
      openPrice: averagePrice.toDecimalPlaces(5).toFixed(),
    }),
  );
  const balance = Decimal.sum('10000', ...deals.map(({ profit }) => profit)).toFixed(2);
  return { books, view: viewOf({ deals, ended, orders: open, positions, balance }), keyOf };
}

const mode = fc.constantFrom('NETTING' as const, 'HEDGING' as const);
const steps = fc.array(step, { maxLength: 12 });
/** Books that heard nothing any more from some moment on, as after an outage. */
const world = fc
  .tuple(mode, steps, fc.nat(12))
  .map(([marginMode, all, heard]) => worldOf(marginMode, all, (i) => i < heard));
/** Books that missed any of the deals. */
const torn = fc
  .tuple(mode, steps)
  .map(([marginMode, all]) => worldOf(marginMode, all, (i) => all[i]?.isBooked === true));

function shuffled<T>(items: readonly T[], by: readonly number[]): T[] {
  return items
    .map((item, i) => [by[i % by.length] ?? 0, item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

describe('comparing any books with any broker', () => {
  it('explains all that the broker did, and a second pass over its own result changes nothing', () => {
    fc.assert(
      fc.property(world, ({ books, view, keyOf }) => {
        const first = compare(books, view);
        expect(first.differences).toEqual([]);
        const second = compare(book(books, first.toBook, keyOf), view);
        expect(second).toEqual({
          complete: true,
          settled: [],
          toBook: [],
          differences: [],
          absent: [],
        });
      }),
      RUNS,
    );
  });

  it('books any deal that was missed once, and leaves at most another average price of what was netted in between', () => {
    fc.assert(
      fc.property(torn, ({ books, view, keyOf }) => {
        const first = compare(books, view);
        for (const { message } of first.differences) expect(message).toContain('at another price');
        const second = compare(book(books, first.toBook, keyOf), view);
        expect(second).toMatchObject({ settled: [], toBook: [], differences: first.differences });
      }),
      RUNS,
    );
  });

  it('says the same whatever the order of the lists, with anything listed twice', () => {
    fc.assert(
      fc.property(world, fc.array(fc.integer(), { minLength: 5, maxLength: 20 }), ({ books, view }, by) => {
        const mixed = {
          ...view,
          deals: shuffled([...view.deals, ...view.deals], by),
          ended: shuffled([...view.ended, ...view.ended], by),
          orders: shuffled(view.orders, by),
          positions: shuffled(view.positions, by),
        };
        const other = { ...books, orders: shuffled(books.orders, by), deals: shuffled(books.deals, by) };
        expect(compare(other, mixed)).toEqual(compare(books, view));
      }),
      RUNS,
    );
  });

  it('answers a lying snapshot with a difference, and books nothing on its word', () => {
    const lie = fc.constantFrom('extra', 'missing', 'volume', 'cash');
    fc.assert(
      fc.property(world, lie, ({ books, view, keyOf }, how) => {
        const honest = compare(books, view).toBook;
        const [first, ...rest] = view.positions;
        if (how !== 'cash' && how !== 'extra' && first === undefined) return;
        const lying: BrokerView =
          how === 'cash'
            ? { ...view, balance: '1.00' }
            : {
                ...view,
                positions:
                  how === 'extra'
                    ? [...view.positions, positionOf('extra', { symbol: 'XAUUSD' })]
                    : how === 'missing'
                      ? rest
                      : [{ ...first!, volumeLots: Decimal.sum(first!.volumeLots, 1).toFixed() }, ...rest],
              };
        const found = compare(books, lying);
        expect(found.toBook.filter(({ kind }) => kind !== 'stops')).toEqual(
          honest.filter(({ kind }) => kind !== 'stops'),
        );
        expect(found.differences.map(({ kind }) => kind)).toEqual([how === 'cash' ? 'CASH' : 'POSITION']);
        const again = compare(book(books, found.toBook, keyOf), lying);
        expect(again).toMatchObject({ toBook: [], differences: found.differences });
      }),
      RUNS,
    );
  });

  it('makes the books hold what the broker holds where its word is taken, at no profit', () => {
    const lots = fc.integer({ min: -5, max: 5 });
    const price = fc.integer({ min: 100_000, max: 120_000 }).map((ticks) => new Decimal(ticks).div(100_000).toFixed());
    fc.assert(
      fc.property(lots, price, lots, price, (ours, ourPrice, theirs, theirPrice) => {
        const key = 'EURUSD';
        const books = booksOf({
          positions:
            ours === 0
              ? []
              : [{ key, symbol: key, lots: String(ours), averagePrice: ourPrice, stopLoss: '', takeProfit: '' }],
        });
        const position = positionOf('1', {
          side: theirs > 0 ? 'BUY' : 'SELL',
          volumeLots: String(Math.abs(theirs)),
          openPrice: theirPrice,
        });
        const view = viewOf({ positions: theirs === 0 ? [] : [position] });
        const fills = adoptPosition(books, view, key).map((fill, i) => dealOf(`adopt-${i}`, fill));
        const after = book(
          books,
          fills.map((deal) => ({ kind: 'deal', cause: '', deal, coid: '' })),
          () => key,
        );
        const dealt = after.deals.map((deal) => bookedDealOf(deal.dealTicket, { ...deal, isAdopted: true }));
        expect(compare({ ...after, deals: dealt }, view)).toMatchObject({ toBook: [], differences: [] });
      }),
      RUNS,
    );
  });
});
