import { bare, terminal, type common, type gateway } from '@trading/contracts';
import type { TerminalSession } from './terminal-session';

type Named = Pick<TerminalSession, 'instrument'>;

/** The frame of an order. Throws `WordMissing` for an order that does not say what it is. */
export function submitFrame(
  session: Named,
  order: common.OrderRequest,
  epoch: number,
  notAfterUs: number,
  fillingModes: readonly common.FillingMode[],
): terminal.OrderSubmit {
  return {
    coid: order.coid,
    symbol: brokerName(session, order.symbol),
    side: bare('SIDE', order.side),
    type: bare('ORDER_TYPE', order.type),
    volume: order.volumeLots,
    ...present({ price: order.price }),
    worstPrice: order.worstPrice ?? '0',
    ...present({ sl: order.stopLoss, tp: order.takeProfit }),
    fillings: fillingModes.map((mode) => bare('FILLING_MODE', mode)),
    tif: bare('TIME_IN_FORCE', order.timeInForce),
    magic: order.magic === '' ? '0' : order.magic,
    tag: terminal.orderTag(order.coid),
    notAfter: notAfterUs,
    epoch,
    ...present({ positionId: named(order.positionId), closeByPositionId: named(order.closeByPositionId) }),
    ...present({ stopLimit: order.stopLimitPrice, expires: order.expiresUs }),
    reduceOnly: order.reduceOnly,
  };
}

export function modifyFrame(
  session: Named,
  request: gateway.ModifyOrderRequest,
  notAfterUs: number,
): terminal.OrderModify {
  return {
    requestId: request.requestId,
    coid: request.coid,
    ...present({ order: named(request.brokerTicket), positionId: named(request.positionId) }),
    symbol: brokerName(session, request.symbol),
    ...present({ price: request.price, stopLimit: request.stopLimitPrice }),
    ...present({ sl: request.stopLoss, tp: request.takeProfit, expires: request.expiresUs }),
    notAfter: notAfterUs,
    epoch: request.epoch,
  };
}

export function cancelFrame(request: gateway.CancelOrderRequest): terminal.OrderCancel {
  const { requestId, coid, brokerTicket, epoch } = request;
  return { requestId, coid, ...present({ order: named(brokerTicket) }), epoch };
}

const brokerName = (session: Named, symbol: string): string => session.instrument(symbol)?.brokerSymbol ?? symbol;

const named = (id: string): string | undefined => (id === '' ? undefined : id);

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that say nothing. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
