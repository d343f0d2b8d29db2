import type { Checklist } from './checklist';
import type { RiskLimits } from './limits';
import type { RiskInput } from './risk-input';

/** The same symbol, side and volume from the same strategy within the guard window. */
export function checkDuplicate(list: Checklist, input: RiskInput, limits: RiskLimits): boolean {
  const { order, nowUs } = input;
  const guardMs = limits.duplicateGuardMs;
  if (guardMs === 0 || input.isModification === true) return true;
  const agesMs = input.recentOrders
    .filter((recent) => recent.isModification !== true)
    .filter((recent) => recent.symbol === order.symbol && recent.side === order.side)
    .filter((recent) => recent.lots.eq(order.volumeLots) && recent.strategyId === order.strategyId)
    .map((recent) => (nowUs - recent.atUs) / 1000)
    .filter((ageMs) => ageMs < guardMs);
  const youngest = agesMs.length === 0 ? 'none' : `${Math.min(...agesMs)} ms ago`;
  const message = `The same order was sent ${youngest}; the guard is ${guardMs} ms.`;
  return list.check('DUPLICATE_ORDER', agesMs.length === 0, youngest, guardMs, message);
}
