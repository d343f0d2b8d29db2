import type { Checklist } from './checklist';
import type { RiskLimits } from './limits';
import type { RiskInput } from './risk-input';

const MINUTE_US = 60_000_000;

/** A pause after a losing close, and how much the account has sent within the last minute. */
export function checkRate(list: Checklist, input: RiskInput, limits: RiskLimits): boolean {
  return checkCoolDown(list, input, limits) && checkOrders(list, input, limits) && checkCancels(list, input, limits);
}

function checkCoolDown(list: Checklist, { nowUs, lastLossUs }: RiskInput, limits: RiskLimits): boolean {
  const pauseMs = limits.coolDownAfterLossMs;
  if (pauseMs === 0) return true;
  const ageMs = lastLossUs === undefined ? undefined : Math.max(0, (nowUs - lastLossUs) / 1000);
  const isOver = ageMs === undefined || ageMs >= pauseMs;
  const message = `The last loss was ${ageMs ?? 0} ms ago; after one there are no entries for ${pauseMs} ms.`;
  return list.check('COOLING_DOWN', isOver, ageMs === undefined ? 'none' : ageMs, pauseMs, message);
}

function checkOrders(list: Checklist, { nowUs, recentOrders }: RiskInput, limits: RiskLimits): boolean {
  const most = limits.maxOrdersPerMinute;
  if (most === 0) return true;
  const sent = recentOrders.filter(({ atUs }) => nowUs - atUs < MINUTE_US).length + 1;
  return list.check('RATE_EXCEEDED', sent <= most, sent, most, `${sent} orders within a minute; the limit is ${most}.`);
}

function checkCancels(list: Checklist, { nowUs, recentCancelsUs = [] }: RiskInput, limits: RiskLimits): boolean {
  const most = limits.maxCancelsPerMinute;
  if (most === 0) return true;
  const canceled = recentCancelsUs.filter((atUs) => nowUs - atUs < MINUTE_US).length;
  // An order may have to be canceled: one that leaves no room for that is not let through.
  const message = `${canceled} orders were canceled within a minute; the limit is ${most}.`;
  return list.check('RATE_EXCEEDED', canceled < most, canceled, most, message);
}
