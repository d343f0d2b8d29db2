import type { Zone } from '@trading/trading-market';
import { Decimal } from '@trading/trading-market';
import {
  type Row,
  type Statement,
  type StatementCash,
  type StatementDeal,
  type StatementMoney,
  StatementProblem,
} from './statement';
import { columnsOf, isTimeCell, numberCell, timeCell } from './statement-cells';

const NEEDED = ['time', 'deal', 'symbol', 'type', 'volume', 'price', 'profit'];

/** Whether these are the columns of a "Trade History Report" (its Deals), or of an export of them. */
export function isMt5Header({ cells }: Row): boolean {
  const columns = columnsOf(cells);
  return NEEDED.every((name) => columns.has(name));
}

/**
 * The Deals of MetaTrader 5's "Trade History Report": Time, Deal, Symbol, Type, Direction, Volume, Price, Order, Cost,
 * Commission, Fee, Swap, Profit, Balance, Comment (older builds without Cost and Fee).
 */
export function readMt5(rows: readonly Row[], zone: Zone): Statement {
  const start = rows.findIndex(isMt5Header);
  const header = rows[start];
  if (header === undefined) throw new StatementProblem('The file has no table of deals.');
  const columns = columnsOf(header.cells);
  const deals: StatementDeal[] = [];
  const money: StatementMoney[] = [];
  const cash: StatementCash[] = [];
  let balance: string | undefined;
  for (const { cells } of rows.slice(start + 1)) {
    const cell = (name: string): string => cells[columns.get(name) ?? -1] ?? '';
    const ticket = cell('deal');
    if (!isTimeCell(cell('time')) || !/^\d+$/.test(ticket)) {
      // Totals end the table; what follows is another one.
      if (deals.length + cash.length > 0 && cells.every((text) => !isTimeCell(text))) break;
      continue;
    }
    const timeUs = timeCell(cell('time'), zone);
    const type = cell('type').toLowerCase();
    const profit = numberCell(cell('profit'));
    const swap = numberCell(cell('swap'));
    const commission = Decimal.sum(numberCell(cell('commission')), numberCell(cell('fee'))).toFixed();
    if (cell('balance') !== '') balance = numberCell(cell('balance'));
    if (type !== 'buy' && type !== 'sell') {
      cash.push({ ticket, kind: type, amount: Decimal.sum(profit, swap, commission).toFixed(), timeUs });
      continue;
    }
    // A deal that was half done reads `0.5 / 1`.
    const volumeLots = numberCell(cell('volume').split('/')[0] ?? '');
    const price = numberCell(cell('price'));
    const side = type === 'buy' ? 'BUY' : 'SELL';
    deals.push({ ticket, symbol: cell('symbol'), side, volumeLots, price, timeUs, group: ticket });
    money.push({ group: ticket, commission, swap, profit });
  }
  return { platform: 'MT5', deals, money, cash, balance };
}
