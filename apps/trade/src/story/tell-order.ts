import type { common, execution } from '@trading/contracts';
import { enumWord, timeWords } from '../cli/words';
import { pairs } from './block';

export function tellOrder(order: execution.Order): string[] {
  const { request, state, filledLots, averagePrice, brokerTicket, code, message, createdUs, updatedUs } = order;
  return pairs([
    ['what', request === undefined ? '' : requestWords(request)],
    ['origin', request === undefined ? '' : enumWord('ORIGIN', request.origin)],
    ['stop loss', request?.stopLoss ?? ''],
    ['take profit', request?.takeProfit ?? ''],
    ['worst price', request?.worstPrice ?? ''],
    ['state', enumWord('ORDER_STATE', state)],
    ['why', [code, message].filter((word) => word !== '').join(': ')],
    ['filled', Number(filledLots) > 0 ? `${filledLots} lots at ${averagePrice}` : ''],
    ['broker ticket', brokerTicket],
    ['created', timeWords(createdUs)],
    ['last change', timeWords(updatedUs)],
  ]);
}

export function tellFill(fill: execution.Fill): string {
  const { side, volumeLots, symbol, price, timeUs, fillId, commission, swap, realised, reason } = fill;
  const costs = [
    Number(commission) === 0 ? '' : `commission ${commission}`,
    Number(swap) === 0 ? '' : `swap ${swap}`,
    Number(realised) === 0 ? '' : `realised ${realised}`,
    reason === '' || reason === 'order' ? '' : `by the broker: ${reason}`,
  ].filter((word) => word !== '');
  const more = costs.length === 0 ? '' : `; ${costs.join(', ')}`;
  return `${timeWords(timeUs)}  ${enumWord('SIDE', side)} ${volumeLots} ${symbol} at ${price}, deal ${fillId}${more}`;
}

/** `✗ MARGIN: observed 12, limit 10. …` */
export function tellCheck({ code, passed, observed, limit, message }: common.CheckResult): string {
  const facts = [observed === '' ? '' : `observed ${observed}`, limit === '' ? '' : `limit ${limit}`].filter(
    (f) => f !== '',
  );
  // A passed check says no more than its sign does.
  const said = [facts.join(', '), passed ? '' : message].filter((word) => word !== '').join('. ');
  return `${passed ? '✓' : '✗'} ${code}${said === '' ? '' : `: ${said}`}`;
}

function requestWords({ side, volumeLots, symbol, type, price, reduceOnly }: common.OrderRequest): string {
  const at = price === undefined || price === '' ? '' : ` at ${price}`;
  return `${enumWord('SIDE', side)} ${volumeLots} ${symbol}, ${enumWord('ORDER_TYPE', type)}${at}${reduceOnly ? ', may only reduce' : ''}`;
}
