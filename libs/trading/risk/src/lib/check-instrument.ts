import { isOnTick, isVolumeOnStep, type Instrument } from '@trading/trading-market';
import { checkHours } from './check-hours';
import type { Checklist } from './checklist';
import type { RiskLimits } from './limits';
import { limitValue } from './limits';
import type { RiskInput } from './risk-input';

/** The instrument, and the order's prices and volume on its grid. */
export function checkInstrument(list: Checklist, input: RiskInput, limits: RiskLimits): Instrument | null {
  const { instrument, order } = input;
  if (instrument?.symbol !== order.symbol) return list.fail('INSTRUMENT_UNKNOWN', order.symbol);
  if (!list.check('NOT_TRADABLE', instrument.tradable, instrument.tradable, true)) return null;
  if (!checkSession(list, input, instrument)) return null;
  if (!checkHours(list, input, instrument, limits)) return null;
  if (order.type !== 'MARKET' && !order.price) return list.fail('PRICE_MISSING', order.type);
  if (order.type === 'STOP_LIMIT' && !order.stopLimitPrice)
    return list.fail('PRICE_MISSING', order.type, 'A stop-limit order has no limit price.');

  const { tickSize } = instrument;
  for (const price of [order.price, order.stopLimitPrice]) {
    if (price && !list.check('PRICE_OFF_TICK', isOnTick(instrument, price), price, tickSize)) return null;
  }
  for (const stop of [order.stopLoss, order.takeProfit]) {
    if (stop && !list.check('STOP_OFF_TICK', isOnTick(instrument, stop), stop, tickSize)) return null;
  }
  const { expiresUs } = order;
  if (expiresUs !== undefined && !list.check('EXPIRY_INVALID', expiresUs > input.nowUs, expiresUs, input.nowUs))
    return null;
  return checkVolume(list, input, instrument, limits) ? instrument : null;
}

function checkSession(list: Checklist, input: RiskInput, instrument: Instrument): boolean {
  if (instrument.sessions.length === 0) return true;
  const minute = input.brokerWeekMinute;
  const sessions = instrument.sessions.map(({ fromMinute, toMinute }) => `${fromMinute}-${toMinute}`).join(' ');
  if (minute === undefined) {
    const message = `${instrument.symbol} has sessions in the broker's time, and that is not known.`;
    return list.check('SESSION_CLOSED', false, 'unknown', sessions, message);
  }
  const open = instrument.sessions.some(({ fromMinute, toMinute }) => minute >= fromMinute && minute < toMinute);
  return list.check('SESSION_CLOSED', open, minute, sessions);
}

function checkVolume(list: Checklist, input: RiskInput, instrument: Instrument, limits: RiskLimits): boolean {
  const { volumeLots, reduceOnly } = input.order;
  const { volumeMin, volumeMax, volumeStep } = instrument;
  const inRange = volumeLots.gt(0) && volumeLots.gte(volumeMin) && volumeLots.lte(volumeMax);
  if (!list.check('VOLUME_OUT_OF_RANGE', inRange, volumeLots, `${volumeMin} to ${volumeMax}`)) return false;
  if (!list.check('VOLUME_OFF_STEP', isVolumeOnStep(instrument, volumeLots), volumeLots, volumeStep)) return false;
  const most = limitValue(limits.maxOrderLots);
  // A limit that keeps positions small must not keep a large one from being closed.
  return !most || reduceOnly || list.check('VOLUME_OUT_OF_RANGE', volumeLots.lte(most), volumeLots, most);
}
