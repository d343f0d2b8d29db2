import { Decimal, isVolumeOnStep, type Instrument } from '@trading/trading-market';
import type { BrokerOrder } from './broker-order';
import { RETCODE, type Retcode } from './retcode';
import { parseStops } from './stop-levels';

export interface Refusal {
  readonly retcode: Retcode;
  readonly message: string;
}

const isDecimal = /^\d+(\.\d+)?$/;

/** What is wrong with an order whatever the market does, if anything. */
export function orderProblem(instrument: Instrument, order: BrokerOrder): Refusal | undefined {
  if (order.type !== 'MARKET' && order.price === undefined) {
    return refuse(RETCODE.INVALID_ORDER, `An order of type ${order.type} needs a price.`);
  }
  if (!instrument.tradable) return refuse(RETCODE.TRADE_DISABLED, `${instrument.symbol} cannot be traded.`);
  if (!isDecimal.test(order.volumeLots)) {
    return refuse(RETCODE.INVALID_VOLUME, `The volume ${order.volumeLots} is not a number.`);
  }
  const volume = new Decimal(order.volumeLots);
  const { volumeMin, volumeMax, volumeStep } = instrument;
  if (volume.lt(volumeMin) || volume.gt(volumeMax) || !isVolumeOnStep(instrument, volume)) {
    return refuse(
      RETCODE.INVALID_VOLUME,
      `The volume ${order.volumeLots} must be ${volumeMin} to ${volumeMax} in steps of ${volumeStep}.`,
    );
  }
  if (order.worstPrice !== undefined && !isDecimal.test(order.worstPrice)) {
    return refuse(RETCODE.INVALID_PRICE, `The worst price ${order.worstPrice} is not a price.`);
  }
  const { fillings } = order;
  if (
    order.type === 'MARKET' &&
    fillings.length > 0 &&
    !fillings.some((mode) => instrument.fillingModes.includes(mode))
  ) {
    return refuse(RETCODE.INVALID_FILL, `${instrument.symbol} fills ${instrument.fillingModes.join(', ')} only.`);
  }
  const hasStops = order.stopLoss !== undefined || order.takeProfit !== undefined;
  if (hasStops && instrument.stopsOnOpen === 'AFTER') {
    return refuse(RETCODE.INVALID_STOPS, `${instrument.symbol} takes stops only once a position is open.`);
  }
  const levels = parseStops(instrument, order);
  return typeof levels === 'string' ? refuse(RETCODE.INVALID_STOPS, levels) : undefined;
}

/** Why an order must not meet the position `lots` (signed) with the identifier `positionId`, if so. */
export function positionProblem(
  order: BrokerOrder,
  lots: Decimal,
  positionId: string | undefined,
): Refusal | undefined {
  if (order.positionId !== undefined && order.positionId !== positionId) {
    return refuse(RETCODE.POSITION_CLOSED, `The position ${order.positionId} is not open.`);
  }
  if (!order.reduceOnly) return undefined;
  const reduces = !lots.isZero() && lots.isPositive() === (order.side === 'SELL');
  if (!reduces) return refuse(RETCODE.CLOSE_ONLY, `There is no position that a ${order.side} would reduce.`);
  if (lots.abs().lt(order.volumeLots)) {
    return refuse(
      RETCODE.INVALID_CLOSE_VOLUME,
      `${order.volumeLots} lots are more than the ${lots.abs().toFixed()} of the position.`,
    );
  }
  return undefined;
}

export function refuse(retcode: Retcode, message: string): Refusal {
  return { retcode, message };
}
