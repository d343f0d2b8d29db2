import { common, type execution } from '@trading/contracts';
import { enumWord } from '../cli/words';
import { tellCheck } from '../story/tell-order';

const { DENIED, REJECTED, UNKNOWN } = common.OrderState;

/** `c1: BUY 0.1 EURUSD FILLED, 0.1 at 1.1` */
export function orderLine({ request, state, filledLots, averagePrice, message }: execution.Order): string {
  const what = `${request?.coid ?? ''}: ${enumWord('SIDE', request?.side ?? '')} ${request?.volumeLots ?? ''} ${request?.symbol ?? ''}`;
  const filled = Number(filledLots) > 0 ? `, ${filledLots} at ${averagePrice}` : '';
  return `${what} ${enumWord('ORDER_STATE', state)}${filled}${message === '' ? '' : ` (${message})`}`;
}

/** What became of a command on an order. */
export function answerWords({ order, checks, duplicate }: execution.SubmitOrderResponse): string {
  if (order === undefined) return 'Execution answered without an order.';
  const failed = checks.filter(({ passed }) => !passed);
  return [
    orderLine(order),
    ...(order.pendingCommand === '' ? [] : [`  ${order.pendingCommand} is on its way`]),
    ...(duplicate ? ['  as before: this request was made already'] : []),
    ...failed.map((check) => `  ${tellCheck(check)}`),
    ...(order.state === UNKNOWN
      ? ['  Nobody knows yet what became of it. Do not repeat it: ./trade reconcile asks.']
      : []),
  ].join('\n');
}

/** Exit code: the order is refused, or nobody knows. */
export function isRefused({ order }: execution.SubmitOrderResponse): boolean {
  return order === undefined || order.state === DENIED || order.state === REJECTED || order.state === UNKNOWN;
}

/**
 * A change that is neither on its way nor made: the order says why. `wanted` are the values that it was to have; a cancel
 * wants none.
 */
export function isRefusedChange(
  { order }: execution.SubmitOrderResponse,
  wanted: Pick<execution.ModifyOrderRequest, 'price' | 'stopLimitPrice' | 'stopLoss' | 'takeProfit'> | undefined,
): boolean {
  if (order?.request === undefined) return true;
  if (order.pendingCommand !== '') return false;
  if (wanted === undefined) return order.state !== common.OrderState.CANCELED;
  const { request } = order;
  const names = ['price', 'stopLimitPrice', 'stopLoss', 'takeProfit'] as const;
  return names.some((name) => wanted[name] !== undefined && Number(wanted[name]) !== Number(request[name] ?? 0));
}
