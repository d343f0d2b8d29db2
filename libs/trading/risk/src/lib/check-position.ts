import { Decimal } from '@trading/trading-market';
import type { Checklist } from './checklist';
import type { RiskInput } from './risk-input';

/**
 * One strategy per symbol of a netting account, and the bounds of a reduction: at most what is held minus the closes
 * that are working or unresolved, so that no order of fills can flip the position. An operator may trade any symbol;
 * what an operator opened belongs to no strategy.
 */
export function checkPosition(list: Checklist, input: RiskInput): boolean {
  return checkStrategy(list, input) && (!input.order.reduceOnly || checkReduction(list, input));
}

function checkStrategy(list: Checklist, input: RiskInput): boolean {
  const { order } = input;
  if (order.origin === 'OPERATOR') return true;
  const position = input.positions.get(order.symbol);
  const holder = position && !position.lots.isZero() ? position.strategyId : '';
  const owners = [holder, ...input.reservations.filter((r) => r.symbol === order.symbol).map((r) => r.strategyId)];
  const other = owners.find((owner) => owner !== '' && owner !== order.strategyId);
  const message = `${order.symbol} is held or worked by the strategy ${other ?? ''}; a netting account has one per symbol.`;
  return list.check('STRATEGY_CONFLICT', other === undefined, order.strategyId, other ?? '', message);
}

function checkReduction(list: Checklist, input: RiskInput): boolean {
  const { order } = input;
  const held = input.positions.get(order.symbol)?.lots ?? new Decimal(0);
  const opposes = !held.isZero() && held.isPositive() === (order.side === 'SELL');
  const nothing = `There is no position of ${order.symbol} that a ${order.side} would reduce.`;
  if (!list.check('NOTHING_TO_REDUCE', opposes, held, '', nothing)) return false;

  // Every working order against the position may fill first, whether it promised to reduce or not.
  const closing = input.reservations
    .filter((r) => r.symbol === order.symbol && r.side === order.side && r.coid !== order.coid)
    .reduce((sum, r) => sum.plus(r.lots), new Decimal(0));
  const room = Decimal.max(0, held.abs().minus(closing));
  const message = `A reduction of ${order.volumeLots.toFixed()} lots: ${held.abs().toFixed()} are held and ${closing.toFixed()} are being closed.`;
  return list.check('REDUCTION_TOO_LARGE', order.volumeLots.lte(room), order.volumeLots, room, message);
}
