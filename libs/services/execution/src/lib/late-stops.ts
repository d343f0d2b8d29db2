import type { common } from '@trading/contracts';
import type { AccountWriter } from './account-writer';
import type { Protection } from './protection';

/** Whether the broker takes the order's stops only once its position is open. */
function takesStopsLater(writer: AccountWriter, { symbol, stopLoss, takeProfit }: common.OrderRequest): boolean {
  return (stopLoss ?? takeProfit) !== undefined && writer.books.instrument(symbol)?.stopsOnOpen === 'AFTER';
}

/** The order as it is sent. */
export function withoutLateStops(writer: AccountWriter, order: common.OrderRequest): common.OrderRequest {
  return takesStopsLater(writer, order) ? { ...order, stopLoss: undefined, takeProfit: undefined } : order;
}

/** What an order that is let through has to be given afterwards. */
export function protectionsOf(
  writer: AccountWriter,
  order: common.OrderRequest,
  close: common.Approval | undefined,
): Protection[] {
  return takesStopsLater(writer, order) ? [{ coid: order.coid, state: 'WAITING', deadlineUs: 0, close }] : [];
}
