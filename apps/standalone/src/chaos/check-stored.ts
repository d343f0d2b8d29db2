import { Decimal } from '@trading/trading-market';
import type { StoredBooks, StoredOrder } from './stored-books';

const ENDED = new Set(['DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED']);
/** Under such an id execution books what a close by another position did to that one: the terminal has one command. */
const OF_A_CLOSE_BY = /^b[0-9a-f]{25}$/;

/** What is wrong with the stored books by themselves; empty when nothing is. */
export function inconsistencies(books: StoredBooks): string[] {
  return [...ofEvents(books), ...ofOrders(books), ...ofFills(books), ...ofReservations(books)];
}

/**
 * What differs between books at any moment of a disturbed run and those at the end of the undisturbed one: at every
 * moment they are a beginning of those.
 */
export function departures(books: StoredBooks, reference: StoredBooks): string[] {
  const found: string[] = [];
  const beginning = (what: string, ours: readonly string[], theirs: readonly string[]): void => {
    const at = ours.findIndex((each, index) => each !== theirs[index]);
    if (at >= 0) found.push(`${what} ${at + 1} is ${ours[at]}, undisturbed ${theirs[at] ?? 'there is none'}`);
  };
  const entry = ({ kind, amount }: StoredBooks['ledger'][number]): string => `${kind} ${amount}`;
  beginning('decision', books.decisions, reference.decisions);
  beginning('order in the journal', books.journalled, reference.journalled);
  beginning('fill', booked(books), booked(reference));
  beginning('ledger entry', books.ledger.map(entry), reference.ledger.map(entry));
  const requests = new Map(reference.orders.map(({ coid, request }) => [coid, request]));
  for (const { coid, request } of books.orders) {
    const wanted = requests.get(coid);
    if (wanted === undefined) found.push(`order ${coid} does not exist undisturbed: ${request}`);
    else if (request !== wanted) found.push(`order ${coid} is ${request}, undisturbed ${wanted}`);
  }
  return found;
}

const booked = ({ fills }: StoredBooks): string[] => fills.map(({ text }) => text);

function ofEvents({ seqs, lastSeq, ledger }: StoredBooks): string[] {
  const found: string[] = [];
  const gap = seqs.findIndex((seq, index) => seq !== index + 1);
  if (gap >= 0) found.push(`order event ${gap + 1} has sequence ${seqs[gap]}`);
  if (seqs.length !== lastSeq) found.push(`${seqs.length} order events are stored, the account says ${lastSeq}`);
  const hole = ledger.findIndex(({ number }, index) => number !== index + (ledger[0]?.number ?? 0));
  if (hole >= 0) found.push(`ledger entry ${hole + 1} has number ${ledger[hole]?.number}`);
  return found;
}

/** An order is at the broker once, after it was stored, and because a decision says so. */
function ofOrders({ orders, legs, journalled }: StoredBooks): string[] {
  const found: string[] = [];
  const known = new Map(orders.map((order) => [order.coid, order]));
  const seen = new Set<string>();
  for (const coid of journalled) {
    if (seen.has(coid)) found.push(`order ${coid} is in the terminal's journal twice`);
    seen.add(coid);
    if (!known.has(coid)) found.push(`order ${coid} is in the terminal's journal and not in the books`);
    if (known.get(coid)?.state === 'DENIED') found.push(`order ${coid} was denied and is in the terminal's journal`);
  }
  for (const { coid, origin, parentCoid } of orders) {
    if (origin === 'STRATEGY' && legs[coid] === undefined && !known.has(parentCoid))
      found.push(`order ${coid} has no decision`);
  }
  return found;
}

function ofFills({ orders, fills, journalled }: StoredBooks): string[] {
  const found: string[] = [];
  const sent = new Set(journalled);
  const lots = new Map<string, Decimal>();
  const ids = new Set<string>();
  for (const { fillId, coid, lots: volume } of fills) {
    if (ids.has(fillId)) found.push(`deal ${fillId} is booked twice`);
    ids.add(fillId);
    lots.set(coid, (lots.get(coid) ?? new Decimal(0)).plus(volume));
  }
  for (const { coid, origin, filledLots, state } of orders) {
    const sum = lots.get(coid) ?? new Decimal(0);
    if (!sum.eq(filledLots)) found.push(`order ${coid} says ${filledLots} filled, its fills sum to ${sum.toFixed()}`);
    if (state === 'FILLED' && sum.isZero()) found.push(`order ${coid} is FILLED without a fill`);
    const isOurs = origin === 'STRATEGY' || origin === 'OPERATOR';
    if (isOurs && !OF_A_CLOSE_BY.test(coid) && !sum.isZero() && !sent.has(coid))
      found.push(`order ${coid} has fills, the terminal never had it`);
  }
  return found;
}

/** What is open is reserved; what has ended is released when risk-manager has heard of it, which it may not have yet. */
function ofReservations({ orders, reserved }: StoredBooks): string[] {
  const held = new Set(reserved);
  return orders.flatMap((order) => {
    const { coid, state, filledLots } = order;
    return isOpen(order) && filledLots === '0' && !held.has(coid)
      ? [`order ${coid} is ${state} without a reservation`]
      : [];
  });
}

/** Something of the order may still be filled. */
export function isOpen({ state, origin }: StoredOrder): boolean {
  return !ENDED.has(state) && state !== 'INITIALIZED' && (origin === 'STRATEGY' || origin === 'OPERATOR');
}
