import { Decimal } from '@trading/trading-market';
import { isTerminal } from '@trading/trading-orders';
import type { Books } from './books';
import type { BrokerDeal, BrokerPosition, BrokerView } from './broker';
import { compareCash, missingCash } from './compare-cash';
import { byTime, compareDeals, type DealsCompared } from './compare-deals';
import { compareOrders, orderWords, type Candidate } from './compare-orders';
import { brokerHoldings, comparePositions, compareStops } from './compare-positions';
import { compareMissing } from './compare-unknown';
import type { Booking, Comparison } from './outcome';
import { Owners } from './owners';
import { projectPositions, type KeyOf } from './project-positions';

/**
 * What the broker's lists prove and the books lack (to be booked, with causes that are the same each time), and what
 * nothing explains (differences, with ids that are the same each time). A position is never booked from a snapshot: only
 * deals make positions. When all that is to be booked is booked, comparing again finds nothing to book and the same
 * differences. The order of the lists does not matter.
 */
export function compare(books: Books, view: BrokerView): Comparison {
  const owners = new Owners(books, view);
  const deals = compareDeals(books, view, owners);
  const filled = filledWith(books, deals);
  const keyOf = (deal: BrokerDeal) => (books.marginMode === 'NETTING' ? deal.symbol : owners.rootOf(deal.positionId));
  const orders = compareOrders(books, view, owners, filled, unexplainedPositions(books, view, owners, deals, keyOf));
  for (const { coid } of deals.toBook) orders.found.add(coid);
  const candidates = [...orders.candidates, ...deals.doubtful.flatMap(candidatesOf)];
  const isFull = (coid: string) => filled.get(coid)?.gte(volumeOf(books, coid)) === true;
  const missing = books.orders.filter(
    ({ coid, state }) => !isTerminal(state) && !orders.found.has(coid) && !isFull(coid),
  );
  const unknown = compareMissing(books, view, missing, candidates);
  const cash = missingCash(books, view);
  // What may be of an UNKNOWN order is explained by that doubt.
  const explained = [...deals.toBook, ...deals.doubtful].map(({ deal }) => deal).sort(byTime);
  const held = projectPositions(books, explained, keyOf);
  const toBook: Booking[] = [
    ...cash,
    ...orders.toBook.filter(({ kind }) => kind === 'placed'),
    ...deals.toBook,
    ...orders.toBook.filter(({ kind }) => kind !== 'placed'),
    ...unknown.toBook,
    ...(deals.toBook.length > 0 ? [] : compareStops(books, view, owners)),
  ];
  const complete = view.connected;
  const apart = [
    ...deals.differences,
    ...orders.differences,
    ...unknown.differences,
    ...(complete ? comparePositions(books, view, held, owners) : []),
    ...(complete ? compareCash(books, view, explained, cash) : []),
  ];
  return {
    complete,
    settled: settledBy(books, toBook),
    toBook,
    differences: apart.sort((a, b) => (a.differenceId < b.differenceId ? -1 : 1)),
    absent: unknown.absent,
  };
}

/** Those that neither the deals make nor the doubtful ones would. */
function unexplainedPositions(
  books: Books,
  view: BrokerView,
  owners: Owners,
  { toBook, doubtful }: DealsCompared,
  keyOf: KeyOf,
): BrokerPosition[] {
  const dealt = (entries: readonly { readonly deal: BrokerDeal }[]) =>
    projectPositions(books, entries.map(({ deal }) => deal).sort(byTime), keyOf);
  const ways = [dealt(toBook), dealt([...toBook, ...doubtful])];
  const theirs = brokerHoldings(books, view, owners);
  return view.positions.filter(({ positionId, symbol }) => {
    const key = books.marginMode === 'NETTING' ? symbol : owners.rootOf(positionId);
    return ways.every((held) => theirs.get(key)?.lots.eq(held.get(key)?.lots ?? 0) !== true);
  });
}

function filledWith({ orders }: Books, { toBook }: DealsCompared): Map<string, Decimal> {
  const filled = new Map(orders.map(({ coid, filledLots }) => [coid, new Decimal(filledLots || 0)]));
  for (const { coid, deal } of toBook) {
    const before = filled.get(coid);
    if (before !== undefined) filled.set(coid, before.plus(deal.volumeLots));
  }
  return filled;
}

function volumeOf({ orders }: Books, coid: string): string {
  return orders.find((order) => order.coid === coid)?.volumeLots ?? '0';
}

function candidatesOf({ deal, owner }: DealsCompared['doubtful'][number]): Candidate[] {
  const words = `deal ${deal.dealTicket}, ${orderWords(deal)}`;
  return owner.orders.map((order) => ({ order, ticket: deal.orderTicket, words, timeUs: deal.timeUs }));
}

/** Orders that nobody knew the outcome of, and that are known now. */
function settledBy({ orders }: Books, toBook: readonly Booking[]): string[] {
  const open = new Set(
    orders.filter(({ state }) => state === 'UNKNOWN' || state === 'SUBMITTED').map(({ coid }) => coid),
  );
  const told = toBook.flatMap((booking) => {
    switch (booking.kind) {
      case 'deal':
      case 'placed':
      case 'ended':
      case 'never-sent':
        return [booking.coid];
      default:
        return [];
    }
  });
  return [...new Set(told)].filter((coid) => open.has(coid)).sort();
}
