import { common } from '@trading/contracts';
import type { AccountWriter } from './account-writer';

/**
 * The order with the stops of the position that it adds to, when it says none itself. On a netting account a fill without
 * stops would take away those that the position has: MetaTrader gives it those of its latest order. A part that is closed
 * leaves them as they are, and a position of a hedging account has its own.
 */
export function withHeldStops(writer: AccountWriter, order: common.OrderRequest): common.OrderRequest {
  const { books } = writer;
  const { symbol, side, reduceOnly, stopLoss, takeProfit } = order;
  if (books.isHedging || reduceOnly || (stopLoss ?? takeProfit) !== undefined) return order;
  const held = books.position(books.keyOf({ positionId: '', symbol }));
  const isAdding = !held.lots.isZero() && held.lots.isPositive() === (side === common.Side.BUY);
  if (!isAdding) return order;
  return {
    ...order,
    ...(held.stopLoss === undefined ? {} : { stopLoss: held.stopLoss }),
    ...(held.takeProfit === undefined ? {} : { takeProfit: held.takeProfit }),
  };
}
