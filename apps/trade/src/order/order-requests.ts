import { common, type execution } from '@trading/contracts';
import { operatorOrderId } from '@trading/trading-orders';
import { UsageError } from '../cli/cli-error';
import type { OptionValues } from '../cli/command';
import {
  decimalOption,
  decimalWord,
  levelOption,
  sideWord,
  timeInForceOption,
  timeOption,
  typeOption,
} from './order-options';

/** What an operator wants, with everything said; `requestId` makes it repeatable. */
export interface OrderWish {
  readonly accountId: string;
  readonly requestId: string;
  readonly words: readonly string[];
  readonly options: OptionValues;
}

/** `./trade order submit SYMBOL buy|sell LOTS`. @throws UsageError */
export function submitRequest({ accountId, requestId, words, options }: OrderWish): common.OrderRequest {
  const [symbol, side, lots] = words;
  if (symbol === undefined || lots === undefined)
    throw new UsageError('Say what to order: ./trade order submit EURUSD buy 0.10.');
  const type = typeOption(options);
  const price = decimalOption(options, 'price');
  const stopLimitPrice = decimalOption(options, 'stop-limit');
  if (type !== common.OrderType.MARKET && price === undefined) throw new UsageError('Such an order needs --price.');
  if (type === common.OrderType.MARKET && price !== undefined)
    throw new UsageError('A market order has no price; say --type limit or --type stop.');
  if ((type === common.OrderType.STOP_LIMIT) !== (stopLimitPrice !== undefined))
    throw new UsageError('A stop-limit order, and no other, needs --stop-limit: the limit that it becomes.');
  return common.OrderRequest.fromPartial({
    coid: operatorOrderId(accountId, requestId, 0),
    accountId,
    symbol,
    side: sideWord(side),
    type,
    volumeLots: decimalWord(lots, 'The volume'),
    price,
    stopLimitPrice,
    stopLoss: decimalOption(options, 'sl'),
    takeProfit: decimalOption(options, 'tp'),
    timeInForce: timeInForceOption(options, type),
    expiresUs: timeOption(options, 'expires'),
    origin: common.Origin.OPERATOR,
    reduceOnly: options.flag('reduce-only'),
    positionId: options.text('position') ?? '',
    ocoGroup: options.text('oco') ?? '',
    comment: (options.text('reason') ?? '').slice(0, 16),
  });
}

/** `./trade order modify COID`. @throws UsageError */
export function modifyRequest({ accountId, requestId, words, options }: OrderWish): execution.ModifyOrderRequest {
  const [coid] = words;
  if (coid === undefined)
    throw new UsageError('Say which order to modify, or --position ID for the stops of a position.');
  const changes = {
    price: decimalOption(options, 'price'),
    stopLimitPrice: decimalOption(options, 'stop-limit'),
    stopLoss: levelOption(options, 'sl'),
    takeProfit: levelOption(options, 'tp'),
    expiresUs: timeOption(options, 'expires'),
  };
  if (Object.values(changes).every((change) => change === undefined))
    throw new UsageError('Say what to change: --price, --stop-limit, --sl, --tp or --expires.');
  return { accountId, coid, requestId, ...changes };
}

/** `./trade order modify --position ID`. @throws UsageError */
export function modifyPositionRequest(
  { accountId, requestId, options }: OrderWish,
  positionId: string,
): execution.ModifyPositionRequest {
  const [stopLoss, takeProfit] = [levelOption(options, 'sl'), levelOption(options, 'tp')];
  if (stopLoss === undefined && takeProfit === undefined) throw new UsageError('Say what to change: --sl or --tp.');
  return { accountId, positionId, requestId, stopLoss, takeProfit };
}

/** `./trade order close POSITION`. @throws UsageError */
export function closeRequest({ accountId, requestId, words, options }: OrderWish): execution.ClosePositionRequest {
  const [positionId] = words;
  if (positionId === undefined) throw new UsageError('Say which position to close; ./trade positions lists them.');
  return {
    accountId,
    positionId,
    volumeLots: decimalOption(options, 'volume') ?? '',
    byPositionId: options.text('by') ?? '',
    requestId,
    reason: options.text('reason') ?? 'closed by the operator',
  };
}
