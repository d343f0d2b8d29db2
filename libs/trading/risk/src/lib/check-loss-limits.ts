import { Decimal } from '@trading/trading-market';
import { leavesLong } from './check-quote';
import type { Checklist } from './checklist';
import { isHedgingAccount } from './exposure';
import type { RiskLimits } from './limits';
import type { LossLimitStatus } from './loss-limits';
import type { AccountView, RiskInput } from './risk-input';
import { worstCaseLoss } from './worst-case';

/** A stop that a position gets in place of its own; until it has it, either may be hit. */
export interface RestatedStop {
  readonly key: string;
  readonly stop: Decimal | undefined;
}

/**
 * The equity if every open and reserved stop were hit, against the floor of every loss limit. `addedLoss` is what the
 * order adds to it. The denial says the floor, the worst case and when the limit resets.
 */
export function checkLossLimits(
  list: Checklist,
  input: RiskInput,
  limits: RiskLimits,
  account: AccountView,
  addedLoss: Decimal,
  restated: RestatedStop | undefined = restatedBy(input),
): boolean {
  if (limits.lossLimits.length === 0 && input.anchors.length === 0) return true;
  const unknown = limits.lossLimits.find(({ name }) => !input.anchors.some((anchor) => anchor.name === name));
  if (unknown)
    return list.check('RISK_UNAVAILABLE', false, 'none', unknown.name, `The loss limit ${unknown.name} has no anchor.`);

  const open = worstCaseLoss(input, account.currency, restated);
  if (open.kind === 'missing') {
    const { code, what } = open;
    if (code === 'QUOTE_MISSING')
      return list.check(code, false, what, '', `There is no quote of ${what}, of which a position is open.`);
    return list.check(code, false, what, '');
  }
  const worst = account.equity.minus(open.loss).minus(addedLoss);
  for (const limit of input.anchors) {
    const least = limit.floor.plus(limit.buffer);
    const message = limit.breached
      ? `${limit.name} was breached below ${limit.floor.toFixed(2)} ${account.currency}; ${resetText(limit)}.`
      : `${limit.name}: in the worst case the equity falls to ${worst.toFixed(2)} ${account.currency}, below the floor of ` +
        `${limit.floor.toFixed(2)}${limit.buffer.isZero() ? '' : ` plus ${limit.buffer.toFixed(2)}`}; ${resetText(limit)}.`;
    if (!list.check('LOSS_LIMIT', !limit.breached && worst.gte(least), worst, least, message)) return false;
  }
  return true;
}

/** On a netting account an order that leaves the position's side restates its stop. */
function restatedBy(input: RiskInput): RestatedStop | undefined {
  const { order } = input;
  const position = isHedgingAccount(input) ? undefined : input.positions.get(order.symbol);
  const restates = position !== undefined && leavesLong(input) === position.lots.isPositive();
  return restates ? { key: order.symbol, stop: order.stopLoss } : undefined;
}

function resetText(limit: LossLimitStatus): string {
  return limit.resetsUs === undefined
    ? 'it does not reset'
    : `it resets at ${new Date(limit.resetsUs / 1000).toISOString()}`;
}
