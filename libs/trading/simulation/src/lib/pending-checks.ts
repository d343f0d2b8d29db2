import { Decimal, isOnTick, type Instrument } from '@trading/trading-market';
import type { BrokerOrder } from './broker-order';
import { refuse, type Refusal } from './order-checks';
import { RETCODE } from './retcode';
import { parseStops, stopsProblem } from './stop-levels';
import type { SymbolBook } from './symbol-book';

const isPrice = /^\d+(\.\d+)?$/;

/** Why a broker would not place, or change to, such a limit, stop or stop-limit order now, if so. */
export function pendingProblem(book: SymbolBook, order: BrokerOrder, nowUs: number): Refusal | undefined {
  const { instrument } = book;
  const { positionId, timeInForce, symbol } = order;
  if (positionId !== undefined) {
    return refuse(RETCODE.INVALID, 'A pending order cannot name a position.');
  }
  if (timeInForce === 'IOC' || timeInForce === 'FOK') {
    return refuse(RETCODE.INVALID_FILL, `A pending order cannot be ${timeInForce}.`);
  }
  if (timeInForce === 'GTD' && !(order.expiresUs !== undefined && order.expiresUs > nowUs)) {
    return refuse(RETCODE.INVALID_EXPIRATION, 'An order that is good till a date needs one in the future.');
  }
  if (!book.hasQuote) return refuse(RETCODE.PRICE_OFF, `There is no quote of ${symbol} yet.`);
  return gridProblem(instrument, order) ?? placeProblem(book, order) ?? entryStopsProblem(instrument, order);
}

function gridProblem(instrument: Instrument, order: BrokerOrder): Refusal | undefined {
  const { price, stopLimitPrice, type } = order;
  if (type === 'STOP_LIMIT' && stopLimitPrice === undefined) {
    return refuse(RETCODE.INVALID_PRICE, 'A stop-limit order needs the price of its limit.');
  }
  for (const text of [price, stopLimitPrice]) {
    if (text === undefined) continue;
    if (!isPrice.test(text) || Number(text) === 0 || !isOnTick(instrument, text)) {
      return refuse(RETCODE.INVALID_PRICE, `The price ${text} is not a multiple of ${instrument.tickSize}.`);
    }
  }
  return undefined;
}

/** A buy limit stands below the ask, a buy stop above it; a sell limit above the bid, a sell stop below. */
function placeProblem(book: SymbolBook, order: BrokerOrder): Refusal | undefined {
  const { side, type, price = '0', stopLimitPrice } = order;
  const distance = new Decimal(book.instrument.tickSize).mul(book.instrument.stopsLevelPoints);
  const isBelow = (side === 'BUY') === (type === 'LIMIT');
  const market = book.exact(side === 'BUY' ? book.ask : book.bid);
  const away = isBelow ? market.minus(price) : new Decimal(price).minus(market);
  if (away.lte(0) || away.lt(distance)) {
    const where = isBelow ? 'below' : 'above';
    return refuse(
      RETCODE.INVALID_PRICE,
      `The price ${price} must be ${where} ${market.toFixed()} by at least ${distance.toFixed()}.`,
    );
  }
  if (type !== 'STOP_LIMIT' || stopLimitPrice === undefined) return undefined;
  const back = side === 'BUY' ? new Decimal(price).minus(stopLimitPrice) : new Decimal(stopLimitPrice).minus(price);
  if (back.gte(distance) && back.gte(0)) return undefined;
  return refuse(
    RETCODE.INVALID_PRICE,
    `The limit ${stopLimitPrice} must be ${side === 'BUY' ? 'below' : 'above'} ${price} by at least ${distance.toFixed()}.`,
  );
}

/** Stops of a pending order are judged from the price at which it will be filled. */
function entryStopsProblem(instrument: Instrument, order: BrokerOrder): Refusal | undefined {
  const levels = parseStops(instrument, order);
  const entry = new Decimal(order.stopLimitPrice ?? order.price ?? '0');
  const problem = typeof levels === 'string' ? levels : stopsProblem(instrument, order.side, levels, entry, entry);
  return problem === undefined ? undefined : refuse(RETCODE.INVALID_STOPS, problem);
}
