import { Decimal } from '@trading/trading-market';
import type { BrokerOrder } from './broker-order';
import type { BrokerPosition } from './broker-position';
import { refuse } from './order-checks';
import { RETCODE } from './retcode';
import type { SymbolBook } from './symbol-book';

export const FROZEN = refuse(RETCODE.FROZEN, 'The market is within the freeze level.');

/** Whether the market is so near to an order's price that the broker lets nobody change or cancel it. */
export function isOrderFrozen(book: SymbolBook, { side, price }: BrokerOrder): boolean {
  return isNear(book, side === 'BUY' ? book.ask : book.bid, price);
}

/** Whether the market is so near to a stop of the position that the broker lets nobody touch it. */
export function isPositionFrozen(book: SymbolBook, { sign, levels }: BrokerPosition): boolean {
  const market = sign > 0 ? book.bid : book.ask;
  return isNear(book, market, levels.stopLoss) || isNear(book, market, levels.takeProfit);
}

function isNear(book: SymbolBook, market: number, level: Decimal | string | undefined): boolean {
  const { tickSize, freezeLevelPoints } = book.instrument;
  if (freezeLevelPoints === 0 || level === undefined) return false;
  return book.exact(market).minus(level).abs().lte(new Decimal(tickSize).mul(freezeLevelPoints));
}
