import { createHash } from 'node:crypto';
import { common, type execution, type gateway } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import { isTerminal } from '@trading/trading-orders';
import { requestOf, type Happening, type OrderRecord } from './order-record';

/** Reliable events of the terminal as order events. `find` gives an order as it is after the happenings so far. */
export type FindOrder = (coid: string) => Promise<OrderRecord | undefined>;

/** Names a reliable event of the terminal, which repeats its sequence when it is played again; another journal counts anew. */
export function causeOf({ journalId, seq }: Pick<gateway.TradeEvent, 'journalId' | 'seq'>): string {
  return journalId === '' ? oldCauseOf(seq) : `trade:${journalId.slice(0, 8)}:${seq}`;
}

/** As causes were named when a terminal had one journal for ever. */
export function oldCauseOf(seq: number): string {
  return `trade:${seq}`;
}

/** What the terminal's final word on a command means for the order; nothing when a deal has said it already. */
export async function happeningsOfResult(
  event: gateway.TradeEvent,
  result: gateway.CommandResult,
  find: FindOrder,
): Promise<Happening[]> {
  const record = await find(result.coid);
  if (record === undefined || isTerminal(record.view.state)) return [];
  const facts = { attempt: result.attempt };
  const base = { coid: result.coid, cause: causeOf(event), ...(result.attempt > 1 ? { facts } : {}) };
  const { timeUs } = event;
  const code = String(result.retcode);
  switch (result.status) {
    case 'DONE':
    case 'PARTIAL':
    case 'PLACED':
      if (record.view.state !== 'SUBMITTED' && record.view.state !== 'UNKNOWN') return [];
      return [
        {
          ...base,
          event: { kind: 'ACCEPTED', timeUs, ...ticketOf(result.orderTicket), code, message: result.message },
        },
      ];
    case 'REJECTED':
      if (record.view.filledLots.gt(0)) return [];
      return [{ ...base, event: { kind: 'REJECTED', timeUs, code, message: result.message } }];
    default:
      return [{ ...base, event: { kind: 'UNKNOWN', timeUs, code, message: result.message } }];
  }
}

/** What a deal means: a fill of our order, or of an order that somebody else made and the books have to follow. */
export async function happeningsOfDeal(
  event: gateway.TradeEvent,
  deal: gateway.Deal,
  find: FindOrder,
): Promise<Happening[]> {
  const cause = causeOf(event);
  const record = await orderOfDeal(event.accountId, deal, find);
  const coid = record === undefined ? foreignCoid(event.accountId, deal) : record.view.request.coid;
  const fill = fillOf(event, deal, coid, record);
  const filled: Happening = {
    coid,
    cause,
    fill,
    facts: { positionId: deal.positionId },
    event: {
      kind: 'FILLED',
      timeUs: deal.timeUs,
      ...ticketOf(deal.orderTicket),
      fill: {
        fillId: fill.fillId,
        volumeLots: new Decimal(fill.volumeLots),
        price: new Decimal(fill.price),
        timeUs: deal.timeUs,
      },
    },
  };
  if (record?.view.fillIds.includes(deal.dealTicket)) return [];
  if (record !== undefined) return [...overfillOf(event, record, fill), filled];
  if ((await find(coid)) !== undefined) return [];
  const request = foreignRequest(event.accountId, deal, coid);
  const { timeUs } = deal;
  return [
    {
      coid,
      cause,
      request,
      facts: { barrier: event.barrier },
      event: { kind: 'INITIALIZED', timeUs, request: requestOf(request) },
    },
    { coid, cause, event: { kind: 'SUBMITTED', timeUs } },
    filled,
  ];
}

/**
 * The order that a deal belongs to, if it is known. Of two positions that are closed with each other the order names one;
 * the deal on the other is booked for itself.
 */
async function orderOfDeal(accountId: string, deal: gateway.Deal, find: FindOrder): Promise<OrderRecord | undefined> {
  if (deal.coid === '')
    return deal.orderTicket === '' ? undefined : find(foreignOrderCoid(accountId, deal.orderTicket));
  const record = await find(deal.coid);
  const other = record?.order.request?.closeByPositionId ?? '';
  return other !== '' && deal.positionId === other ? undefined : record;
}

/** The client order id that an order gets which a human placed in the terminal. */
export function foreignOrderCoid(accountId: string, orderTicket: string): string {
  return `x${createHash('sha256').update(`${accountId}|order|${orderTicket}`).digest('hex').slice(0, 25)}`;
}

/** The broker's books count, also where it filled more than was ordered: that is said before it is booked. */
function overfillOf(event: gateway.TradeEvent, { view }: OrderRecord, fill: execution.Fill): Happening[] {
  const filled = view.filledLots.plus(fill.volumeLots);
  if (view.overfilled || filled.lte(view.request.volumeLots)) return [];
  const message = `The broker filled ${filled.toFixed()} of ${view.request.volumeLots} lots.`;
  return [
    {
      coid: fill.coid,
      cause: causeOf(event),
      event: { kind: 'OVERFILL', timeUs: fill.timeUs, code: 'OVERFILL', message },
    },
  ];
}

function ticketOf(ticket: string): { brokerTicket?: string } {
  return ticket === '' ? {} : { brokerTicket: ticket };
}

function fillOf(
  event: gateway.TradeEvent,
  deal: gateway.Deal,
  coid: string,
  record: OrderRecord | undefined,
): execution.Fill {
  return {
    fillId: deal.dealTicket,
    coid,
    accountId: event.accountId,
    symbol: deal.symbol,
    side: deal.side,
    volumeLots: deal.volumeLots,
    price: deal.price,
    commission: deal.commission,
    swap: deal.swap,
    realised: '0',
    timeUs: deal.timeUs,
    positionId: deal.positionId,
    origin: record?.order.request?.origin ?? originOf(deal),
    reason: deal.reason,
    barrier: event.barrier,
  };
}

/** A close that the gateway made when execution was away carries our comment without being known here. */
function originOf(deal: gateway.Deal): common.Origin {
  return deal.coid === '' ? deal.origin : common.Origin.OPERATOR;
}

function foreignCoid(accountId: string, deal: gateway.Deal): string {
  if (deal.coid !== '' && deal.byPositionId === '') return deal.coid;
  return `b${createHash('sha256').update(`${accountId}|${deal.dealTicket}`).digest('hex').slice(0, 25)}`;
}

function foreignRequest(accountId: string, deal: gateway.Deal, coid: string): common.OrderRequest {
  return common.OrderRequest.fromPartial({
    coid,
    accountId,
    symbol: deal.symbol,
    side: deal.side,
    type: common.OrderType.MARKET,
    volumeLots: deal.volumeLots,
    timeInForce: common.TimeInForce.GTC,
    origin: originOf(deal),
    positionId: deal.positionId,
    magic: deal.magic,
    comment: deal.reason,
  });
}
