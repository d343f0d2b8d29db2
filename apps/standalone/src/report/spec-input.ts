import { execution } from '@trading/contracts';
import { standardInstrument } from '@trading/trading-market';
import type { DataFacts } from '../front/data-facts';
import { parseUpOptions } from '../front/options';
import type { SummaryInput } from './summary';

/** A small finished run for specs: two round trips and one order that risk denied. */

export const DAY_US = 86_400_000_000;
export const START_US = Date.UTC(2010, 0, 4) * 1000;

export const facts: DataFacts = {
  kind: 'bars',
  instrument: standardInstrument('US500'),
  digits: 2,
  timeframe: 'D1',
  fileTimeframe: 'D1',
  rows: 10,
  ticks: 40,
  crossedTicks: 0,
  fromUs: START_US - 5 * DAY_US,
  toUs: START_US + 5 * DAY_US,
  spreadPoints: 50,
  skipped: { count: 0, examples: [] },
  files: [{ path: '/data/sp500.csv', sha256: 'abc', rows: 10, fromUs: START_US - 5 * DAY_US, toUs: START_US }],
  firstQuote: { timeUs: START_US - 5 * DAY_US, bid: 900, ask: 900.5 },
  lastQuote: { timeUs: START_US + 5 * DAY_US - 1000, bid: 1100, ask: 1100.5 },
  quoteFrom: () => Promise.resolve(undefined),
};

type OrderPart = Parameters<typeof execution.Order.fromPartial>[0];

export function order(part: OrderPart): execution.Order {
  const { request, ...rest } = part;
  return execution.Order.fromPartial({
    state: 'ORDER_STATE_FILLED',
    createdUs: START_US,
    request: {
      coid: 'c1',
      symbol: 'US500',
      side: 'SIDE_BUY',
      type: 'ORDER_TYPE_MARKET',
      volumeLots: '10.0',
      origin: 'ORIGIN_STRATEGY',
      ...request,
    },
    ...rest,
  });
}

export function trade(number: number, net: string): execution.Trade {
  return execution.Trade.fromPartial({
    number,
    symbol: 'US500',
    side: 'SIDE_BUY',
    volumeLots: '10.0',
    entryPrice: '1000.50',
    exitPrice: '1010.00',
    entryUs: START_US + 123,
    exitUs: START_US + DAY_US,
    gross: net,
    costs: '0',
    net,
    exitReason: 'signal',
  });
}

export function summaryInput(part: Partial<SummaryInput> = {}, argv: readonly string[] = []): SummaryInput {
  const command = parseUpOptions(['--data-dir', '/kept', '--balance', '10000', ...argv], {});
  if (command.kind !== 'run') throw new Error('expected options');
  return {
    options: command.options,
    facts,
    model: { name: 'm', version: '1', folder: '/models', trainedToUs: START_US - 3 * DAY_US, digest: 'd' },
    tradeFromUs: START_US - 3 * DAY_US,
    benchmark: { timeUs: START_US, bid: 999.5, ask: 1000 },
    runId: 'run-0001',
    accountId: 'PAPER-1',
    ticks: 40,
    crossedTicks: 0,
    bars: 10,
    decisions: 10,
    orders: [
      order({ hops: { tickReceivedUs: 100, terminalAckedUs: 600 } }),
      order({ request: { coid: 'c2', side: 'SIDE_SELL' }, hops: { tickReceivedUs: 100, terminalAckedUs: 1400 } }),
      order({ request: { coid: 'c3' }, state: 'ORDER_STATE_DENIED', code: 'MARGIN', message: 'Too little, "by far".' }),
    ],
    fills: [{ commission: '-1.00' }, { commission: '-1.005', swap: '-0.5' }].map((fill) =>
      execution.Fill.fromPartial(fill),
    ),
    trades: [trade(1, '95.00'), trade(2, '-40.00')],
    equity: [
      { timeUs: START_US, balance: '10000', equity: '10100', positionLots: '10.0' },
      { timeUs: START_US + DAY_US, balance: '10095', equity: '9595', positionLots: '0.0' },
    ],
    positions: [],
    books: { ours: '10055.00', broker: '10055.00' },
    elapsedS: 2,
    ...part,
  };
}
