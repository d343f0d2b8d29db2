import { isWorking } from '@trading/trading-orders';
import type { BookedOrder, Books } from './books';
import type { BrokerView } from './broker';
import { orderWords, type Candidate } from './compare-orders';
import { differenceOf } from './difference-id';
import type { Booking, Difference, DifferenceCandidate } from './outcome';
import { SEARCH_MARGIN_US } from './owners';

/** So long after its last moment an order may still be on its way. */
const LATE_US = 60_000_000;
const ABSENCES_NEEDED = 2;

export interface MissingCompared {
  readonly toBook: Booking[];
  readonly differences: Difference[];
  readonly absent: string[];
}

/** Our orders that the broker should have and that its lists do not name for certain. */
export function compareMissing(
  books: Books,
  view: BrokerView,
  missing: readonly BookedOrder[],
  candidates: readonly Candidate[],
): MissingCompared {
  const compared: MissingCompared = { toBook: [], differences: [], absent: [] };
  for (const order of [...missing].sort((a, b) => (a.coid < b.coid ? -1 : 1))) {
    const alike = candidates.filter((candidate) => candidate.order === order);
    if (order.state === 'UNKNOWN') onUnknown(compared, books, view, order, alike);
    else if (view.connected && order.state !== 'SUBMITTED' && isWorking(order.state)) lost(compared, books, order);
  }
  return compared;
}

function onUnknown(
  compared: MissingCompared,
  books: Books,
  view: BrokerView,
  order: BookedOrder,
  alike: readonly Candidate[],
): void {
  if (alike.length > 0) {
    const found = byTicket(alike);
    const theirs = found.map(({ words }) => words).join('; ');
    const why = `The broker has ${theirs}, which may be it: its comment is not there.`;
    doubt(compared, books, order, theirs, why, found);
    return;
  }
  const { absences, journal } = order.doubt ?? { absences: 0 };
  if (!view.connected || view.timeUs <= order.notAfterUs + LATE_US) return;
  if (Math.max(view.fromUs, view.coversFromUs) > order.createdUs - SEARCH_MARGIN_US) {
    doubt(compared, books, order, '', "The broker's history does not reach back to it.");
  } else if (absences < ABSENCES_NEEDED || journal === undefined) {
    compared.absent.push(order.coid);
  } else if (journal === 'holds') {
    doubt(compared, books, order, '', 'The terminal took it, and the broker has no trace of it.');
  } else {
    compared.toBook.push({ kind: 'never-sent', cause: `reconcile:never-sent:${order.coid}`, coid: order.coid });
  }
}

/** What is said of one ticket, together. */
function byTicket(alike: readonly Candidate[]): DifferenceCandidate[] {
  const tickets = [...new Set(alike.map(({ ticket }) => ticket))].sort(
    (a, b) => a.length - b.length || (a < b ? -1 : 1),
  );
  return tickets.map((ticket) => {
    const same = alike.filter((candidate) => candidate.ticket === ticket);
    const times = same.map(({ timeUs }) => timeUs).filter((timeUs) => timeUs > 0);
    const words = [...new Set(same.map((candidate) => candidate.words))].sort().join(', ');
    return { ticket, words, timeUs: times.length === 0 ? 0 : Math.min(...times) };
  });
}

function doubt(
  compared: MissingCompared,
  books: Books,
  order: BookedOrder,
  theirs: string,
  why: string,
  candidates: readonly DifferenceCandidate[] = [],
): void {
  const { coid, symbol } = order;
  if (!order.ambiguous)
    compared.toBook.push({ kind: 'ambiguous', cause: `reconcile:ambiguous:${coid}`, coid, reason: why });
  const ours = orderWords(order);
  const message = `Nobody knows what became of order ${coid} (${ours}). ${why}`;
  const facts = { kind: 'AMBIGUOUS', symbol, subject: coid, ours, theirs, message, candidates, size: theirs } as const;
  compared.differences.push(differenceOf(books.accountId, facts));
}

function lost(compared: MissingCompared, { accountId }: Books, order: BookedOrder): void {
  const { coid, symbol, state } = order;
  const ours = `${state} ${orderWords(order)}`;
  const message = `Order ${coid} (ticket ${order.brokerTicket || 'unknown'}) is ${state} in the books, and the broker has it neither open nor ended.`;
  const facts = { kind: 'ORDER', symbol, subject: coid, ours, theirs: '', message, size: state } as const;
  compared.differences.push(differenceOf(accountId, facts));
}
