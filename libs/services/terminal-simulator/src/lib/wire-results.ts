import type { terminal } from '@trading/contracts';
import { formatPrice, formatVolume, type Instrument } from '@trading/trading-market';
import {
  mt4ErrorOf,
  RETCODE,
  type Deal,
  type OrderChanged,
  type OrderRejected,
  type Retcode,
} from '@trading/trading-simulation';
import type { CommandAnswer } from './happening';

/*
 * The final word on a command. Codes are those of the terminal's platform.
 */

export type Platform = 'MT4' | 'MT5';

export interface Quoted {
  readonly bid?: number;
  readonly ask?: number;
}

/** @param isPending of an order that rests, or was to */
const codeOf = (platform: Platform, retcode: Retcode, isPending: boolean): number =>
  platform === 'MT4' ? mt4ErrorOf(retcode, isPending) : retcode;
const priceText = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value) ? '0' : value.toFixed(digits);

export function rejectionResult(
  event: OrderRejected,
  digits: number,
  platform: Platform,
  attempt: number,
  isPending: boolean,
): terminal.CmdResult {
  return {
    coid: event.coid,
    status: 'REJECTED',
    retcode: codeOf(platform, event.retcode, isPending),
    order: event.orderTicket,
    deal: '',
    position: '',
    volume: '0',
    price: '0',
    bid: priceText(event.bid, digits),
    ask: priceText(event.ask, digits),
    message: event.message,
    attempt,
    time: event.timeUs,
  };
}

/** @param ordered what the whole order asked for, as the gateway wrote it */
export function dealResult(
  deal: Deal,
  frame: terminal.TradeEventFrame,
  instrument: Instrument,
  ordered: string,
  platform: Platform,
  attempt: number,
): terminal.CmdResult {
  const isWhole = deal.volumeLots.gte(ordered);
  return {
    coid: deal.coid,
    status: isWhole ? 'DONE' : 'PARTIAL',
    retcode: codeOf(platform, isWhole ? RETCODE.DONE : RETCODE.DONE_PARTIAL, false),
    order: frame.order,
    deal: frame.deal,
    position: frame.position,
    volume: formatVolume(instrument, deal.volumeLots),
    price: formatPrice(instrument, deal.price),
    bid: deal.bid.toFixed(instrument.digits),
    ask: deal.ask.toFixed(instrument.digits),
    message: 'done',
    attempt,
    time: deal.timeUs,
  };
}

/** Of an order that rests at the broker, or that ended before it could. */
export function restingResult(
  event: OrderChanged,
  frame: terminal.OrderEventFrame,
  platform: Platform,
  attempt: number,
): terminal.CmdResult {
  const isPlaced = event.state !== 'REJECTED' && event.state !== 'CANCELED' && event.state !== 'EXPIRED';
  const retcode = isPlaced ? RETCODE.PLACED : (event.retcode ?? RETCODE.CANCEL);
  return {
    coid: event.coid,
    status: isPlaced ? 'PLACED' : 'REJECTED',
    retcode: codeOf(platform, retcode, true),
    order: frame.order,
    deal: '',
    position: '',
    volume: frame.volume,
    price: frame.price === '' ? '0' : frame.price,
    bid: '0',
    ask: '0',
    message: event.message === '' ? 'placed' : event.message,
    attempt,
    time: event.timeUs,
  };
}

export function answerResult(answer: CommandAnswer, platform: Platform): terminal.CmdResult {
  const { verb, coid, requestId, status, retcode, isTold, message, order, position, attempt, timeUs } = answer;
  return {
    coid,
    status,
    retcode: isTold ? retcode : codeOf(platform, retcode as Retcode, verb === 'modify' && position === ''),
    order,
    deal: '',
    position,
    volume: '0',
    price: '0',
    bid: '0',
    ask: '0',
    message,
    attempt,
    time: timeUs,
    ...(verb !== 'submit' && { verb }),
    ...(requestId !== undefined && { requestId }),
  };
}
