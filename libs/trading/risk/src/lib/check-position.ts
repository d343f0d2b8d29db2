import { Decimal } from '@trading/trading-market';
import type { Checklist } from './checklist';
import { isHedgingAccount } from './exposure';
import type { RiskInput } from './risk-input';

/**
 * One strategy per symbol of a netting account, and the bounds of a reduction: at most what is held minus the closes
 * that are working or unresolved, so that no order of fills can flip the position. On a hedging account the reduction
 * names its position. An operator may trade any symbol; what an operator opened belongs to no strategy.
 */
export function checkPosition(list: Checklist, input: RiskInput): boolean {
  return checkStrategy(list, input) && (!input.order.reduceOnly || checkReduction(list, input));
}

function checkStrategy(list: Checklist, input: RiskInput): boolean {
  const { order } = input;
  if (order.origin === 'OPERATOR' || isHedgingAccount(input)) return true;
  const position = input.positions.get(order.symbol);
  const holder = position && !position.lots.isZero() ? position.strategyId : '';
  const owners = [holder, ...input.reservations.filter((r) => r.symbol === order.symbol).map((r) => r.strategyId)];
  const other = owners.find((owner) => owner !== '' && owner !== order.strategyId);
  const message = `${order.symbol} is held or worked by the strategy ${other ?? ''}; a netting account has one per symbol.`;
  return list.check('STRATEGY_CONFLICT', other === undefined, order.strategyId, other ?? '', message);
}

function checkReduction(list: Checklist, input: RiskInput): boolean {
  const { order } = input;
  if (!isHedgingAccount(input)) return checkCloses(list, input, order.symbol, order.symbol, order.side);
  const { positionId, closeByPositionId } = order;
  if (!list.check('POSITION_UNNAMED', positionId !== undefined, positionId ?? '', '')) return false;
  if (!checkCloses(list, input, positionId ?? '', order.symbol, order.side)) return false;
  const opposite = order.side === 'BUY' ? 'SELL' : 'BUY';
  return closeByPositionId === undefined || checkCloses(list, input, closeByPositionId, order.symbol, opposite);
}

/** Whether the order's volume of this side is still free of the position `key`. */
function checkCloses(list: Checklist, input: RiskInput, key: string, symbol: string, side: 'BUY' | 'SELL'): boolean {
  const { order } = input;
  const position = input.positions.get(key);
  const held = position && (position.symbol ?? key) === symbol ? position.lots : new Decimal(0);
  const opposes = !held.isZero() && held.isPositive() === (side === 'SELL');
  const nothing = `There is no position of ${key} that a ${side} would reduce.`;
  if (!list.check('NOTHING_TO_REDUCE', opposes, held, '', nothing)) return false;

  const closing = input.reservations
    .filter((r) => r.coid !== order.coid && closes(r, input, key, side))
    .reduce((sum, r) => sum.plus(r.lots), new Decimal(0));
  const room = Decimal.max(0, held.abs().minus(closing));
  const message = `A reduction of ${order.volumeLots.toFixed()} lots: ${held.abs().toFixed()} are held and ${closing.toFixed()} are being closed.`;
  return list.check('REDUCTION_TOO_LARGE', order.volumeLots.lte(room), order.volumeLots, room, message);
}

/**
 * Whether a working order may take from the position before this one does: of a netting account every order against it,
 * whether it promised to reduce or not; of a hedging account those that name it.
 */
function closes(r: RiskInput['reservations'][number], input: RiskInput, key: string, side: 'BUY' | 'SELL'): boolean {
  if (!isHedgingAccount(input)) return r.symbol === key && r.side === side;
  return r.reduceOnly && (r.positionId === key || r.closeByPositionId === key);
}
