import { Decimal } from '@trading/trading-market';
import { isTerminal } from '@trading/trading-orders';
import type { BookedOrder, Books } from './books';
import type { BrokerOrder, BrokerPosition, BrokerView, EndedOrder } from './broker';
import { isSamePrice } from './compare-positions';
import { differenceOf } from './difference-id';
import type { Booking, Difference } from './outcome';
import type { Owners } from './owners';

/** A thing of the broker that may be an UNKNOWN order. */
export interface Candidate {
  readonly order: BookedOrder;
  readonly ticket: string;
  readonly words: string;
  /** 0: not known. */
  readonly timeUs: number;
}

export interface OrdersCompared {
  readonly toBook: Booking[];
  readonly differences: Difference[];
  readonly candidates: Candidate[];
  /** Client order ids of ours that the broker's order lists name. */
  readonly found: Set<string>;
}

/**
 * Open and ended orders of the broker. `filled`: lots of our orders with the deals that are to be booked; `unexplained`:
 * positions that our deals do not make, which an UNKNOWN order may have made.
 */
export function compareOrders(
  books: Books,
  view: BrokerView,
  owners: Owners,
  filled: ReadonlyMap<string, Decimal>,
  unexplained: readonly BrokerPosition[],
): OrdersCompared {
  const compared: OrdersCompared = { toBook: [], differences: [], candidates: [], found: new Set() };
  for (const order of sorted(view.orders)) onOpen(compared, books, order, owners, filled);
  for (const order of sorted(view.ended)) onEnded(compared, order, owners, filled);
  for (const position of [...unexplained].sort((a, b) => (a.positionId < b.positionId ? -1 : 1))) {
    const owner = owners.of({ ...position, ticket: position.positionId, coid: '', timeUs: view.timeUs });
    const ticket = owners.rootOf(position.positionId);
    const words = `position ${ticket}, ${orderWords({ ...position, price: position.openPrice })}`;
    if (owner.kind === 'ours') settle(compared, owner.order, ticket, view.timeUs);
    if (owner.kind === 'maybe')
      compared.candidates.push(...owner.orders.map((order) => ({ order, ticket, words, timeUs: 0 })));
  }
  return compared;
}

export function orderWords(
  order: Pick<BrokerOrder, 'side' | 'volumeLots' | 'symbol'> & { type?: string; price?: string },
) {
  const at = order.price === undefined || isSamePrice(order.price, '') ? '' : ` at ${order.price}`;
  const type = order.type === undefined || order.type === 'MARKET' ? '' : ` ${order.type}`;
  return `${order.side}${type} ${new Decimal(order.volumeLots).toFixed()} ${order.symbol}${at}`;
}

function onOpen(
  compared: OrdersCompared,
  books: Books,
  theirs: BrokerOrder,
  owners: Owners,
  filled: ReadonlyMap<string, Decimal>,
): void {
  const owner = owners.of(theirs);
  const words = orderWords(theirs);
  const { ticket, symbol } = theirs;
  const difference = (ours: string, message: string): void => {
    const facts = {
      kind: 'ORDER',
      symbol,
      subject: ticket,
      ours,
      theirs: words,
      message,
      size: `${ours} ${words}`,
    } as const;
    compared.differences.push(differenceOf(books.accountId, facts));
  };
  switch (owner.kind) {
    case 'maybe':
      compared.candidates.push(
        ...owner.orders.map((order) => ({ order, ticket, words: `order ${ticket}, ${words}`, timeUs: theirs.timeUs })),
      );
      return;
    case 'foreign':
      if (theirs.coid === '' && books.externalOrders === 'adopt') return;
      difference('', `The broker works order ${ticket} (${words}), which the books do not have.`);
      return;
    case 'ours': {
      const { order } = owner;
      settle(compared, order, ticket, theirs.timeUs);
      if (isTerminal(order.state)) {
        difference(order.state, `The broker works order ${ticket} (${words}), which is ${order.state} in the books.`);
        return;
      }
      const [booked, dealt] = [
        filled.get(order.coid) ?? new Decimal(order.filledLots),
        new Decimal(theirs.filledLots || 0),
      ];
      if (!booked.eq(dealt)) {
        const message = `Order ${ticket} is filled by ${dealt.toFixed()} lots at the broker and by ${booked.toFixed()} in the books.`;
        difference(`${booked.toFixed()} filled`, message);
      }
      const changed = changeOf(order, theirs);
      if (changed !== undefined) compared.toBook.push(changed);
    }
  }
}

function onEnded(
  compared: OrdersCompared,
  theirs: EndedOrder,
  owners: Owners,
  filled: ReadonlyMap<string, Decimal>,
): void {
  const owner = owners.of(theirs);
  const { ticket, timeUs, reason } = theirs;
  if (owner.kind === 'maybe') {
    const words = `order ${ticket}, ${orderWords(theirs)}, ${theirs.state}`;
    compared.candidates.push(...owner.orders.map((order) => ({ order, ticket, words, timeUs })));
  }
  if (owner.kind !== 'ours') return;
  const { order } = owner;
  compared.found.add(order.coid);
  const isComplete = (filled.get(order.coid) ?? new Decimal(order.filledLots)).gte(order.volumeLots);
  if (isTerminal(order.state) || isComplete) return;
  const dealt = filled.get(order.coid) ?? new Decimal(order.filledLots);
  // What the broker calls filled ended with less than was ordered, or its deals are not listed yet.
  if (theirs.state === 'FILLED' && !(dealt.gt(0) && dealt.eq(theirs.filledLots || 0))) return;
  const state = theirs.state === 'FILLED' || (theirs.state === 'REJECTED' && dealt.gt(0)) ? 'CANCELED' : theirs.state;
  const cause = `reconcile:ended:${ticket}:${state}`;
  compared.toBook.push({ kind: 'ended', cause, coid: order.coid, ticket, state, reason, timeUs });
}

/** The broker has it: an order whose arrival nobody had told becomes ACCEPTED. */
function settle(compared: OrdersCompared, order: BookedOrder, ticket: string, timeUs: number): void {
  const isNew = !compared.found.has(order.coid);
  compared.found.add(order.coid);
  if (!isNew || (order.state !== 'SUBMITTED' && order.state !== 'UNKNOWN')) return;
  compared.toBook.push({ kind: 'placed', cause: `reconcile:placed:${order.coid}`, coid: order.coid, ticket, timeUs });
}

function changeOf(order: BookedOrder, theirs: BrokerOrder): Booking | undefined {
  // A stop-limit order that was triggered has become a limit order.
  if (order.type === 'MARKET' || order.type !== theirs.type) return undefined;
  const { price, stopLimitPrice, stopLoss, takeProfit } = theirs;
  const same =
    isSamePrice(order.price, price) &&
    isSamePrice(order.stopLimitPrice, stopLimitPrice) &&
    isSamePrice(order.stopLoss, stopLoss) &&
    isSamePrice(order.takeProfit, takeProfit);
  if (same) return undefined;
  const cause = `reconcile:changed:${theirs.ticket}:${[price, stopLimitPrice, stopLoss, takeProfit].join(':')}`;
  return { kind: 'changed', cause, coid: order.coid, price, stopLimitPrice, stopLoss, takeProfit };
}

function sorted<T extends BrokerOrder>(orders: readonly T[]): T[] {
  const byTicket = new Map(orders.map((order) => [order.ticket, order]));
  return [...byTicket.values()].sort((a, b) => a.timeUs - b.timeUs || (a.ticket < b.ticket ? -1 : 1));
}
