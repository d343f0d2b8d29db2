import type { terminal } from '@trading/contracts';
import { formatPrice, formatVolume, type Instrument } from '@trading/trading-market';
import {
  RETCODE,
  type ChangeOutcome,
  type Deal,
  type OrderChanged,
  type OrderRejected,
} from '@trading/trading-simulation';

/*
 * The final word of our broker on a command, in a terminal's words. Codes are those of MetaTrader 5, on either platform.
 */

const NOTHING = { deal: '', position: '', volume: '0', price: '0', bid: '0', ask: '0', attempt: 1 } as const;

export function rejectionResult(event: OrderRejected, instrument: Instrument | undefined): terminal.CmdResult {
  const { coid, orderTicket, retcode, message, bid, ask, timeUs } = event;
  const text = (price: number | undefined): string =>
    price === undefined ? '0' : price.toFixed(instrument?.digits ?? 0);
  const quote = { bid: text(bid), ask: text(ask) };
  return { ...NOTHING, ...quote, coid, status: 'REJECTED', retcode, order: orderTicket, message, time: timeUs };
}

/** @param orderedLots what the whole order asked for */
export function dealResult(deal: Deal, instrument: Instrument, orderedLots: string): terminal.CmdResult {
  const isWhole = deal.volumeLots.gte(orderedLots);
  return {
    coid: deal.coid,
    status: isWhole ? 'DONE' : 'PARTIAL',
    retcode: isWhole ? RETCODE.DONE : RETCODE.DONE_PARTIAL,
    order: deal.orderTicket,
    deal: deal.dealTicket,
    position: deal.positionId,
    volume: formatVolume(instrument, deal.volumeLots),
    price: formatPrice(instrument, deal.price),
    bid: deal.bid.toFixed(instrument.digits),
    ask: deal.ask.toFixed(instrument.digits),
    message: 'done',
    attempt: 1,
    time: deal.timeUs,
  };
}

/** Of an order that rests at the broker, or that ended before it could. */
export function restingResult(event: OrderChanged, instrument: Instrument): terminal.CmdResult {
  const { coid, orderTicket, state, order, message, timeUs } = event;
  const isPlaced = state !== 'REJECTED' && state !== 'CANCELED' && state !== 'EXPIRED';
  return {
    ...NOTHING,
    coid,
    status: isPlaced ? 'PLACED' : 'REJECTED',
    retcode: isPlaced ? RETCODE.PLACED : (event.retcode ?? RETCODE.CANCEL),
    order: orderTicket,
    volume: formatVolume(instrument, order.volumeLots),
    price: order.price === undefined ? '0' : formatPrice(instrument, order.price),
    message: message === '' ? 'placed' : message,
    time: timeUs,
  };
}

/** Of a modify or cancel. */
export function changeResult(
  verb: 'modify' | 'cancel',
  request: { readonly coid: string; readonly requestId: string; readonly order?: string | undefined },
  positionId: string,
  outcome: ChangeOutcome,
  timeUs: number,
): terminal.CmdResult {
  const { coid, requestId, order = '' } = request;
  const isDone = outcome.kind === 'done';
  return {
    ...NOTHING,
    coid,
    verb,
    requestId,
    status: isDone ? 'DONE' : 'REJECTED',
    retcode: outcome.retcode,
    order,
    position: positionId,
    message: isDone ? 'done' : outcome.message,
    time: timeUs,
  };
}
