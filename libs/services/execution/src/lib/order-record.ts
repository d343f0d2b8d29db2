import { bare, common, execution, wire } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import type { Trace } from '@trading/platform-tracing';
import { Decimal } from '@trading/trading-market';
import { applyOrderEvent, type OrderEvent, type OrderRequest, type OrderView } from '@trading/trading-orders';

/** An order as the service holds it: the kernel's state, and what only the service knows of it. */
export interface OrderRecord {
  readonly view: OrderView;
  readonly order: execution.Order;
}

/** The kernel's request; throws `WordMissing` when a needed word is not said. */
export function requestOf(request: common.OrderRequest): OrderRequest {
  return {
    coid: request.coid,
    accountId: request.accountId,
    symbol: request.symbol,
    side: bare('SIDE', request.side),
    type: bare('ORDER_TYPE', request.type),
    volumeLots: request.volumeLots,
    ...(request.price === undefined ? {} : { price: request.price }),
    ...(request.stopLimitPrice === undefined ? {} : { stopLimitPrice: request.stopLimitPrice }),
    ...(request.expiresUs === undefined ? {} : { expiresUs: request.expiresUs }),
    ...(request.stopLoss === undefined ? {} : { stopLoss: request.stopLoss }),
    ...(request.takeProfit === undefined ? {} : { takeProfit: request.takeProfit }),
    timeInForce: bare('TIME_IN_FORCE', request.timeInForce),
    origin: bare('ORIGIN', request.origin),
    reduceOnly: request.reduceOnly,
    ...(request.positionId === '' ? {} : { positionId: request.positionId }),
    ...(request.closeByPositionId === '' ? {} : { closeByPositionId: request.closeByPositionId }),
    ...(request.ocoGroup === '' ? {} : { ocoGroup: request.ocoGroup }),
    ...(request.parentCoid === '' ? {} : { parentCoid: request.parentCoid }),
  };
}

/** What happened, before the account's lock gave it a sequence. */
export interface Happening {
  readonly coid: string;
  readonly event: OrderEvent;
  readonly fill?: execution.Fill;
  /** Set by the first event of an order. */
  readonly request?: common.OrderRequest;
  /** Further facts that the order remembers from here on. */
  readonly facts?: Partial<Pick<execution.Order, 'checks' | 'hops' | 'barrier' | 'positionId' | 'attempt' | 'epoch'>>;
  /** Names what made it happen; the events of one cause are stored once. */
  readonly cause: string;
  /** Where it happened, for whatever is published about it; not stored. */
  readonly trace?: Trace | undefined;
}

/** The order after one more happening. Throws the kernel's errors; nothing changes then. */
export function advance(before: OrderRecord | undefined, happening: Happening, seq: number): OrderRecord {
  const view = applyOrderEvent(before?.view, happening.event);
  const base =
    before?.order ?? execution.Order.fromPartial({ request: happening.request, createdUs: happening.event.timeUs });
  const order: execution.Order = {
    ...base,
    ...happening.facts,
    request: { ...requireRequest(base), ...pricesOf(view.request) },
    state: wire('ORDER_STATE', view.state),
    filledLots: view.filledLots.toFixed(),
    averagePrice: view.averagePrice?.toFixed() ?? '',
    brokerTicket: view.brokerTicket ?? '',
    code: view.code,
    message: view.message,
    ambiguous: view.ambiguous,
    pendingCommand: view.pendingCommand ?? '',
    updatedUs: happening.event.timeUs,
    lastSeq: seq,
  };
  return { view, order };
}

/** The kernel's state of an order that has ended, from what is kept of it when its events are gone. */
export function viewOfEnded(order: execution.Order, fills: readonly execution.Fill[]): OrderView {
  return {
    request: requestOf(requireRequest(order)),
    state: bare('ORDER_STATE', order.state),
    filledLots: new Decimal(order.filledLots === '' ? 0 : order.filledLots),
    averagePrice: order.averagePrice === '' ? undefined : new Decimal(order.averagePrice),
    ...(order.brokerTicket === '' ? {} : { brokerTicket: order.brokerTicket }),
    code: order.code,
    message: order.message,
    fillIds: fills.map((fill) => fill.fillId),
    ambiguous: order.ambiguous,
    lateFill: false,
    overfilled: false,
  };
}

/** The message of an event, with the order as it is after it. */
export function eventMessage(
  record: OrderRecord,
  happening: Happening,
  at: { seq: number; barrier: number },
): execution.OrderEvent {
  const { event } = happening;
  return {
    accountId: record.view.request.accountId,
    seq: at.seq,
    coid: happening.coid,
    kind: wire('ORDER_EVENT_KIND', event.kind),
    timeUs: event.timeUs,
    ingestUs: systemClock.nowUs(),
    barrier: at.barrier,
    epoch: record.order.epoch,
    cause: happening.cause,
    fill: happening.fill,
    code: 'code' in event ? (event.code ?? '') : '',
    message: 'message' in event ? (event.message ?? '') : '',
    brokerTicket: 'brokerTicket' in event ? (event.brokerTicket ?? '') : '',
    order: record.order,
  };
}

/** The kernel's event of a stored message: applied in their sequence, they make the order that was stored. */
export function kernelEvent(stored: execution.OrderEvent): OrderEvent {
  const { timeUs, code, message } = stored;
  const ticket = stored.brokerTicket === '' ? {} : { brokerTicket: stored.brokerTicket };
  const kind = bare('ORDER_EVENT_KIND', stored.kind);
  switch (kind) {
    case 'INITIALIZED':
      return { kind, timeUs, request: requestOf(requireRequest(stored.order)) };
    case 'SUBMITTED':
    case 'MODIFY_REQUESTED':
    case 'CANCEL_REQUESTED':
      return { kind, timeUs };
    case 'FILLED': {
      const { fillId = '', volumeLots = '0', price = '0', timeUs: filledUs = timeUs } = stored.fill ?? {};
      const fill = { fillId, volumeLots: new Decimal(volumeLots), price: new Decimal(price), timeUs: filledUs };
      return { kind, timeUs, ...ticket, fill };
    }
    case 'ACCEPTED':
    case 'CANCELED':
    case 'EXPIRED':
      // These may leave the reason of what was before: the order after the event says which it is.
      return { kind, timeUs, ...ticket, code: stored.order?.code ?? code, message: stored.order?.message ?? message };
    case 'MODIFIED': {
      const request = requireRequest(stored.order);
      const { price = '', stopLimitPrice = '', stopLoss = '', takeProfit = '', expiresUs } = request;
      const prices = { price, stopLimitPrice, stopLoss, takeProfit };
      // Without an expiry an order is good until it is canceled, or never could have one.
      const isEndless = request.timeInForce === common.TimeInForce.GTC;
      const expiry = expiresUs === undefined ? (isEndless ? { expiresUs: 0 } : {}) : { expiresUs };
      return { kind, timeUs, ...ticket, changes: { ...prices, ...expiry } };
    }
    case 'UNKNOWN':
      return { kind, timeUs, code, message, ambiguous: stored.order?.ambiguous ?? false };
    case 'DENIED':
    case 'REJECTED':
    case 'MODIFY_REFUSED':
    case 'CANCEL_REFUSED':
    case 'OVERFILL':
      return { kind, timeUs, code, message };
  }
}

function requireRequest(order: execution.Order | undefined): common.OrderRequest {
  if (order?.request === undefined) throw new Error('A stored order has no request.');
  return order.request;
}

/** What an order's modifications may have changed or taken away. */
function pricesOf(request: OrderRequest) {
  const { price, stopLimitPrice, stopLoss, takeProfit, expiresUs, timeInForce } = request;
  const levels = { price, stopLimitPrice, stopLoss, takeProfit };
  return { ...levels, expiresUs, timeInForce: wire('TIME_IN_FORCE', timeInForce) };
}
