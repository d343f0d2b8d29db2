import { common } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import { Decimal } from '@trading/trading-market';

/** Throws INVALID_ARGUMENT naming the field that is not of its form. */
export function checkForm(order: common.OrderRequest): void {
  if (!/^[A-Za-z0-9_-]{4,40}$/.test(order.coid)) invalid('coid', '4 to 40 letters, digits, - or _');
  if (order.symbol === '') invalid('symbol', 'a symbol');
  if (order.side === common.Side.UNSPECIFIED) invalid('side', 'BUY or SELL');
  if (order.timeInForce === common.TimeInForce.UNSPECIFIED) invalid('time_in_force', 'a time in force');
  if (order.origin !== common.Origin.STRATEGY && order.origin !== common.Origin.OPERATOR)
    invalid('origin', 'STRATEGY or OPERATOR');
  const { trailingStop } = order;
  checkPositive({
    volume_lots: order.volumeLots,
    price: order.price,
    stop_limit_price: order.stopLimitPrice,
    stop_loss: order.stopLoss,
    take_profit: order.takeProfit,
    ...(trailingStop === undefined ? {} : { 'trailing_stop.distance': trailingStop.distance }),
    ...(trailingStop === undefined || trailingStop.step === '' ? {} : { 'trailing_stop.step': trailingStop.step }),
  });
  checkType(order);
  checkClose(order);
}

function checkType({ type, price, stopLimitPrice, timeInForce, expiresUs }: common.OrderRequest): void {
  if (type === common.OrderType.UNSPECIFIED) invalid('type', 'MARKET, LIMIT, STOP or STOP_LIMIT');
  const isMarket = type === common.OrderType.MARKET;
  const isStopLimit = type === common.OrderType.STOP_LIMIT;
  if (!isMarket && price === undefined) invalid('price', 'a price of a pending order');
  if (isStopLimit !== (stopLimitPrice !== undefined))
    invalid('stop_limit_price', isStopLimit ? 'the limit of a stop-limit order' : 'none but of a stop-limit order');
  const isGtd = timeInForce === common.TimeInForce.GTD;
  if (isGtd !== (expiresUs ?? 0) > 0) invalid('expires_us', isGtd ? 'a time of GTD' : 'none but of GTD');
  if (isGtd && isMarket) invalid('time_in_force', 'none that waits of a market order');
}

function checkClose({ type, positionId, closeByPositionId, ocoGroup, reduceOnly }: common.OrderRequest): void {
  if (closeByPositionId === '') return;
  if (positionId === '' || positionId === closeByPositionId) invalid('position_id', 'another position to be closed');
  if (type !== common.OrderType.MARKET || !reduceOnly) invalid('type', 'MARKET and reduce_only of a close-by');
  if (ocoGroup !== '') invalid('oco_group', 'none of a close-by');
}

/** Throws INVALID_ARGUMENT for a field that is there and not a positive decimal number. */
export function checkPositive(fields: Readonly<Record<string, string | undefined>>): void {
  for (const [field, text] of Object.entries(fields)) {
    if (text !== undefined && !(/^\d+(\.\d+)?$/.test(text) && new Decimal(text).gt(0)))
      invalid(field, 'a positive decimal number');
  }
}

export function invalid(field: string, expected: string): never {
  throw new RpcError('INVALID_ARGUMENT', 'FIELD_INVALID', `${field}: expected ${expected}.`, { field });
}
