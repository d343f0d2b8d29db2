import { createHash } from 'node:crypto';
import { common, type gateway } from '@trading/contracts';
import type { FlattenOrder } from './flatten-requests';

/** The order that closes one position of a snapshot; repeatable by the request's id. */
export function closeOf(position: gateway.PositionSnapshot, request: FlattenOrder): common.OrderRequest {
  return common.OrderRequest.fromPartial({
    coid: `G${idOf('flatten', request, position.positionId).toUpperCase()}`,
    accountId: request.accountId,
    symbol: position.symbol,
    side: position.side === common.Side.BUY ? common.Side.SELL : common.Side.BUY,
    type: common.OrderType.MARKET,
    volumeLots: position.volumeLots,
    timeInForce: common.TimeInForce.IOC,
    origin: common.Origin.OPERATOR,
    positionId: position.positionId,
    reduceOnly: true,
    comment: 'flatten',
  });
}

/** The cancellation of one working order of a snapshot; repeatable by the request's id. */
export function cancelOf(
  order: gateway.OrderSnapshot,
  request: FlattenOrder,
  epoch: number,
): gateway.CancelOrderRequest {
  const requestId = `G${idOf('cancel', request, order.ticket).toUpperCase()}`;
  return { accountId: request.accountId, coid: order.coid, epoch, requestId, brokerTicket: order.ticket };
}

function idOf(verb: string, { accountId, requestId }: FlattenOrder, ticket: string): string {
  const text = `${verb}|${accountId}|${requestId}|${ticket}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 26);
}
