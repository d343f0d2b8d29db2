import { createHash } from 'node:crypto';
import { common, wire, type execution } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import { Decimal } from '@trading/trading-market';
import { adoptPosition, type BrokerOrder } from '@trading/trading-reconciliation';
import type { BookNote } from './book-note';
import { requestOf, type Happening } from './order-record';
import type { Compared } from './reconcile-account';
import { ADOPTED_PREFIX } from './reconcile-books';

const CODE = 'ADOPTED';

export interface Adoption {
  readonly happenings: readonly Happening[];
  readonly notes: readonly BookNote[];
}

/** A difference that is to be adopted, for the nth time. */
export interface Adopted {
  readonly difference: execution.Difference;
  readonly n: number;
  readonly compared: Compared;
  /** Which of the candidates of a difference it is; empty: the only one. */
  readonly brokerTicket: string;
  readonly barrier: number;
  readonly reason: string;
}

/**
 * What makes the books say what the broker says. Ids follow from the difference alone.
 * @throws RpcError FAILED_PRECONDITION where nothing that can be booked would
 */
export function adoptionOf(adopted: Adopted): Adoption {
  const { difference } = adopted;
  switch (difference.kind) {
    case 'DIFFERENCE_KIND_POSITION':
      return { happenings: positionFills(adopted), notes: [] };
    case 'DIFFERENCE_KIND_ORDER':
      return { happenings: orderEvents(adopted), notes: [] };
    case 'DIFFERENCE_KIND_CASH':
      return { happenings: [], notes: [correction(adopted)] };
    case 'DIFFERENCE_KIND_AMBIGUOUS':
      return { happenings: [ticketTaken(adopted)], notes: [] };
    // What a deal moved, position and cash, has its own differences; it is remembered as it stands.
    default:
      return { happenings: [], notes: [] };
  }
}

function positionFills({ difference, n, compared, barrier, reason }: Adopted): Happening[] {
  const { books, fetched } = compared;
  const { subject, differenceId, accountId } = difference;
  const { timeUs } = fetched.view;
  return adoptPosition(books, fetched.view, subject).flatMap((step, leg) => {
    const fillId = `${ADOPTED_PREFIX}${differenceId}:${n}:${leg}`;
    const positionId = books.marginMode === 'HEDGING' ? subject : '';
    const request = common.OrderRequest.fromPartial({
      coid: coidOf(accountId, fillId),
      accountId,
      symbol: step.symbol,
      side: wire('SIDE', step.side),
      type: 'ORDER_TYPE_MARKET',
      volumeLots: step.volumeLots,
      timeInForce: 'TIME_IN_FORCE_GTC',
      origin: 'ORIGIN_EXTERNAL',
      positionId,
      comment: `adopted: ${reason}`,
    });
    const fill: execution.Fill = {
      fillId,
      coid: request.coid,
      accountId,
      symbol: step.symbol,
      side: request.side,
      volumeLots: step.volumeLots,
      price: step.price,
      commission: '0',
      swap: '0',
      realised: '0',
      timeUs,
      positionId,
      origin: 'ORIGIN_EXTERNAL',
      reason: 'adopted',
      barrier,
    };
    const [volumeLots, price] = [new Decimal(step.volumeLots), new Decimal(step.price)];
    const base = { coid: request.coid, cause: `adopt:${differenceId}:${n}` };
    return [
      ...opening(request, base, timeUs, barrier),
      { ...base, fill, event: { kind: 'FILLED', timeUs, fill: { fillId, volumeLots, price, timeUs } } },
    ];
  });
}

function orderEvents({ difference, n, compared, barrier }: Adopted): Happening[] {
  const { subject, differenceId, accountId, ours, theirs } = difference;
  const { timeUs, orders } = compared.fetched.view;
  const cause = `adopt:${differenceId}:${n}`;
  if (theirs === '') {
    const message = 'The broker has it neither open nor ended; an operator took its word.';
    return [{ coid: subject, cause, event: { kind: 'CANCELED', timeUs, code: CODE, message } }];
  }
  const held = orders.find(({ ticket }) => ticket === subject);
  if (ours !== '' || held === undefined) {
    const message = `Order ${subject} is ${ours} in the books, and its events stay what they are. Cancel it in the terminal, or dismiss the difference.`;
    throw new RpcError('FAILED_PRECONDITION', 'NOT_ADOPTABLE', message);
  }
  const request = requestOfOrder(accountId, coidOf(accountId, `${differenceId}:${n}`), held);
  const base = { coid: request.coid, cause };
  const message = 'Somebody placed it in the terminal; an operator took it over.';
  return [
    ...opening(request, base, timeUs, barrier),
    { ...base, event: { kind: 'ACCEPTED', timeUs, brokerTicket: held.ticket, code: CODE, message } },
  ];
}

function correction({ difference, n, compared }: Adopted): BookNote {
  const { differenceId, ours, theirs } = difference;
  return {
    kind: 'cash',
    cause: `adopt:${differenceId}:${n}`,
    timeUs: compared.fetched.view.timeUs,
    subject: `${ADOPTED_PREFIX}${differenceId}:${n}`,
    cash: 'correction',
    amount: new Decimal(theirs).minus(ours).toFixed(),
  };
}

function ticketTaken({ difference, n, compared, brokerTicket }: Adopted): Happening {
  const { subject, differenceId } = difference;
  const now = compared.comparison.differences.find((each) => each.differenceId === differenceId);
  const ticket = chosen(now?.candidates?.map((candidate) => candidate.ticket) ?? [], brokerTicket);
  const { timeUs } = compared.fetched.view;
  const message = `An operator said that it is ticket ${ticket}.`;
  const event = { kind: 'ACCEPTED', timeUs, brokerTicket: ticket, code: CODE, message } as const;
  return { coid: subject, cause: `adopt:${differenceId}:${n}`, event };
}

/** The only candidate, or the one that an operator names. */
function chosen(tickets: readonly string[], brokerTicket: string): string {
  const refuse = (why: string) => new RpcError('FAILED_PRECONDITION', 'NOT_ADOPTABLE', why);
  const [only, another] = tickets;
  if (only === undefined) throw refuse('The broker has nothing that it could be; dismiss it when it never was.');
  const list = tickets.join(' or ');
  if (brokerTicket === '') {
    if (another === undefined) return only;
    throw refuse(`It could be ${list}: say which ticket it is, or dismiss it when it never was.`);
  }
  if (tickets.includes(brokerTicket)) return brokerTicket;
  throw refuse(`Ticket ${brokerTicket} is none that it could be; those are ${list}.`);
}

function opening(
  request: common.OrderRequest,
  base: { readonly coid: string; readonly cause: string },
  timeUs: number,
  barrier: number,
): Happening[] {
  return [
    { ...base, request, facts: { barrier }, event: { kind: 'INITIALIZED', timeUs, request: requestOf(request) } },
    { ...base, event: { kind: 'SUBMITTED', timeUs } },
  ];
}

function requestOfOrder(accountId: string, coid: string, held: BrokerOrder): common.OrderRequest {
  const { symbol, side, type, volumeLots, magic, price, stopLimitPrice, stopLoss, takeProfit } = held;
  const some = (value: string): string | undefined => (value === '' || Number(value) === 0 ? undefined : value);
  return common.OrderRequest.fromPartial({
    coid,
    accountId,
    symbol,
    side: wire('SIDE', side),
    type: wire('ORDER_TYPE', type),
    volumeLots,
    magic,
    price: some(price),
    stopLimitPrice: some(stopLimitPrice),
    stopLoss: some(stopLoss),
    takeProfit: some(takeProfit),
    timeInForce: 'TIME_IN_FORCE_GTC',
    origin: 'ORIGIN_EXTERNAL',
  });
}

function coidOf(accountId: string, name: string): string {
  return `x${createHash('sha256')
    .update(JSON.stringify([accountId, name]))
    .digest('hex')
    .slice(0, 25)}`;
}
