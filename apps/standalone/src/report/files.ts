import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { execution } from '@trading/contracts';
import { errorCodeOf, FileProblem, writeFileAtomic } from '@trading/platform-files';
import { csv } from './csv';
import type { RunFiles, Summary } from './summary';

/** Where the files of a run are. */
export function runFiles(dataDir: string, runId: string): RunFiles {
  const folder = join(dataDir, 'runs', runId);
  return {
    summary: join(folder, 'summary.json'),
    orders: join(folder, 'orders.csv'),
    trades: join(folder, 'trades.csv'),
    equity: join(folder, 'equity.csv'),
  };
}

export interface RunRows {
  readonly orders: readonly execution.Order[];
  readonly trades: readonly execution.Trade[];
  readonly equity: readonly execution.EquityPoint[];
}

/**
 * Writes the files that the summary names, each whole or not at all, the summary last: where it is, the others are.
 * @throws FileProblem UNWRITABLE
 */
export async function writeRunFiles(summary: Summary, { orders, trades, equity }: RunRows): Promise<void> {
  const { files } = summary;
  const folder = dirname(files.summary);
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new FileProblem('UNWRITABLE', folder, `it cannot be made (${errorCodeOf(cause)}).`, { cause });
  }
  await writeFileAtomic(files.orders, csv(ORDER_COLUMNS, orders));
  await writeFileAtomic(files.trades, csv(TRADE_COLUMNS, trades));
  await writeFileAtomic(files.equity, csv(EQUITY_COLUMNS, equity));
  await writeFileAtomic(files.summary, `${JSON.stringify(summary, null, 2)}\n`);
}

type Columns<T> = Readonly<Record<string, (row: T) => string | number | undefined>>;

// No wall-clock times: the same run writes the same files.
const ORDER_COLUMNS: Columns<execution.Order> = {
  coid: ({ request }) => request?.coid,
  time: ({ createdUs }) => time(createdUs),
  symbol: ({ request }) => request?.symbol,
  side: ({ request }) => word('SIDE', request?.side),
  type: ({ request }) => word('ORDER_TYPE', request?.type),
  lots: ({ request }) => request?.volumeLots,
  stop_loss: ({ request }) => request?.stopLoss,
  take_profit: ({ request }) => request?.takeProfit,
  origin: ({ request }) => word('ORIGIN', request?.origin),
  state: ({ state }) => word('ORDER_STATE', state),
  filled_lots: ({ filledLots }) => filledLots,
  average_price: ({ averagePrice }) => averagePrice,
  ticket: ({ brokerTicket }) => brokerTicket,
  code: ({ code }) => code,
  message: ({ message }) => message,
  decision_id: ({ request }) => request?.decisionId,
};

const TRADE_COLUMNS: Columns<execution.Trade> = {
  number: ({ number }) => number,
  symbol: ({ symbol }) => symbol,
  side: ({ side }) => word('SIDE', side),
  lots: ({ volumeLots }) => volumeLots,
  entry_time: ({ entryUs }) => time(entryUs),
  entry_price: ({ entryPrice }) => entryPrice,
  exit_time: ({ exitUs }) => time(exitUs),
  exit_price: ({ exitPrice }) => exitPrice,
  gross: ({ gross }) => gross,
  costs: ({ costs }) => costs,
  net: ({ net }) => net,
  exit_reason: ({ exitReason }) => exitReason,
  entry_coid: ({ entryCoid }) => entryCoid,
  exit_coid: ({ exitCoid }) => exitCoid,
};

const EQUITY_COLUMNS: Columns<execution.EquityPoint> = {
  time: ({ timeUs }) => time(timeUs),
  balance: ({ balance }) => balance,
  equity: ({ equity }) => equity,
  position_lots: ({ positionLots }) => positionLots,
};

/** `BUY` of `SIDE_BUY`. */
function word(prefix: string, value: string | undefined): string | undefined {
  return value?.slice(prefix.length + 1);
}

/** ISO in UTC, to the microsecond. */
function time(timeUs: number): string {
  if (timeUs <= 0) return '';
  const micros = String(timeUs % 1000).padStart(3, '0');
  return new Date(Math.floor(timeUs / 1000)).toISOString().replace('Z', `${micros}Z`);
}
