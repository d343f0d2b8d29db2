import { common, type execution } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import { Decimal } from '@trading/trading-market';
import { operatorOrderId } from '@trading/trading-orders';
import { checkPositive, invalid } from './order-form';

/** What asks for a close: repeated with the same id it closes once, whatever is open by then. */
export interface CloseRequest {
  readonly accountId: string;
  readonly requestId: string;
  readonly reason: string;
}

/** The order that closes a position, or a part of it; `name` tells it from others of the request. */
export function closeOf(
  position: execution.Position,
  request: CloseRequest,
  {
    isHedging,
    volumeLots,
    name = position.positionId,
  }: { readonly isHedging: boolean; readonly volumeLots?: string; readonly name?: string },
): common.OrderRequest {
  const short = position.volumeLots.startsWith('-');
  return common.OrderRequest.fromPartial({
    coid: operatorOrderId(request.accountId, request.requestId, name),
    accountId: request.accountId,
    symbol: position.symbol,
    side: short ? common.Side.BUY : common.Side.SELL,
    type: common.OrderType.MARKET,
    volumeLots: volumeLots ?? position.volumeLots.replace('-', ''),
    timeInForce: common.TimeInForce.IOC,
    origin: common.Origin.OPERATOR,
    reduceOnly: true,
    ...(isHedging ? { positionId: position.positionId } : {}),
    comment: request.reason.slice(0, 16),
  });
}

/**
 * The order that a request to close stands for.
 * @throws {RpcError} for a position that is not open, a volume beyond it, or a pair that cannot be closed with each other
 */
export function orderToClose(
  request: execution.ClosePositionRequest,
  positions: readonly execution.Position[],
  isHedging: boolean,
): common.OrderRequest {
  const position = openOne(positions, request.positionId);
  const held = new Decimal(position.volumeLots).abs();
  if (request.volumeLots !== '') checkPositive({ volume_lots: request.volumeLots });
  const wanted = request.volumeLots === '' ? held : new Decimal(request.volumeLots);
  if (wanted.gt(held)) invalid('volume_lots', `at most ${held.toFixed()}`);
  if (request.byPositionId === '') return closeOf(position, request, { isHedging, volumeLots: wanted.toFixed() });
  if (!isHedging) invalid('by_position_id', 'none on a netting account');
  const other = openOne(positions, request.byPositionId);
  const isOpposite =
    other.symbol === position.symbol && other.volumeLots.startsWith('-') !== position.volumeLots.startsWith('-');
  if (!isOpposite) invalid('by_position_id', `an opposite position of ${position.symbol}`);
  const volumeLots = Decimal.min(wanted, new Decimal(other.volumeLots).abs()).toFixed();
  return {
    ...closeOf(position, request, { isHedging, volumeLots }),
    closeByPositionId: request.byPositionId,
  };
}

function openOne(positions: readonly execution.Position[], positionId: string): execution.Position {
  const found = positions.find((position) => position.positionId === positionId);
  if (found === undefined)
    throw new RpcError('NOT_FOUND', 'POSITION_UNKNOWN', `The account holds no position ${positionId}.`);
  return found;
}
