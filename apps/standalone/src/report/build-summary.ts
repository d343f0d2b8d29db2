import { basename } from 'node:path';
import type { execution } from '@trading/contracts';
import { maxDrawdown, summariseTrades } from '@trading/trading-evaluation';
import { Decimal } from '@trading/trading-market';
import { assumptionsOf, spread } from './assumptions';
import { buyAndHoldPnl } from './benchmark';
import { runFiles } from './files';
import { latencyOf } from './latency';
import type { BooksAgree, OpenPosition, OrderCounts, Summary, SummaryInput } from './summary';

/** Pure; the order of the fields is always the same. */
export function buildSummary(input: SummaryInput): Summary {
  const { options, facts, model, fills, trades, benchmark, elapsedS } = input;
  const statistics = summariseTrades(trades);
  const hasTrades = trades.length > 0;
  const held =
    benchmark && buyAndHoldPnl(facts.instrument, options.balance, options.commission, benchmark, facts.lastQuote);
  const played = input.ticksPlayed ?? input.ticks;
  return {
    symbol: options.symbol,
    from: iso(facts.fromUs),
    to: iso(facts.toUs),
    timeframe: facts.timeframe,
    strategy: options.strategy,
    strategyParams: options.strategyParams,
    model: model === undefined ? null : `${model.name}/${model.version}`,
    tradeFrom: input.tradeFromUs === undefined ? null : iso(input.tradeFromUs),
    ticks: input.ticks,
    crossedTicks: input.crossedTicks,
    bars: input.bars,
    decisions: input.decisions,
    orders: countOrders(input.orders),
    fills: fills.length,
    trades: trades.length,
    balance: money(options.balance),
    equity: money(input.books.ours),
    pnl: money(new Decimal(input.books.ours).minus(options.balance)),
    maxDrawdownPct: maxDrawdown([{ timeUs: 0, equity: options.balance }, ...input.equity]).pct,
    buyAndHoldPnl: held === undefined ? null : money(held),
    winRatePct: hasTrades ? statistics.winRatePct : null,
    profitFactor: statistics.profitFactor,
    costs: {
      commission: sum(fills.map((fill) => fill.commission)),
      swap: sum(fills.map((fill) => fill.swap)),
      spreadNote: spread(input),
    },
    denials: countDenials(input.orders),
    openPosition: openPositionOf(input.positions),
    skippedRows: { count: facts.skipped.count, examples: facts.skipped.examples.map((text) => nameOnly(text, input)) },
    assumptions: assumptionsOf(input),
    booksAgree: compareBooks(input.books),
    data: facts.files.map(({ path, sha256 }) => ({ name: basename(path), sha256 })),
    runAccount: input.accountId,
    latencyUs: latencyOf(input.orders),
    ticksPerSecond: elapsedS > 0 ? Math.round(played / elapsedS) : 0,
    elapsedS: Math.round(elapsedS * 1000) / 1000,
    runId: input.runId,
    files: runFiles(options.dataDir, input.runId),
  };
}

function countOrders(orders: readonly execution.Order[]): OrderCounts {
  const own = orders.filter((order) => !isOfBroker(order));
  const inState = (...states: readonly string[]): number => own.filter(({ state }) => states.includes(state)).length;
  return {
    submitted: own.length - inState('ORDER_STATE_UNSPECIFIED', 'ORDER_STATE_INITIALIZED', 'ORDER_STATE_DENIED'),
    filled: inState('ORDER_STATE_FILLED'),
    denied: inState('ORDER_STATE_DENIED'),
    rejected: inState('ORDER_STATE_REJECTED'),
    unknown: inState('ORDER_STATE_UNKNOWN'),
    byBroker: orders.length - own.length,
  };
}

function isOfBroker({ request }: execution.Order): boolean {
  return request?.origin === 'ORIGIN_BROKER';
}

function countDenials(orders: readonly execution.Order[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { state, code } of orders) {
    if (state === 'ORDER_STATE_DENIED') counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function openPositionOf(positions: readonly execution.Position[]): OpenPosition | null {
  const open = positions.find(({ volumeLots }) => volumeLots !== '' && !new Decimal(volumeLots).isZero());
  if (open === undefined) return null;
  return { lots: open.volumeLots, averagePrice: open.averagePrice, unrealised: money(open.unrealised || '0') };
}

function compareBooks({ ours, broker }: SummaryInput['books']): BooksAgree {
  const difference = money(new Decimal(ours).minus(broker));
  return { agree: difference === 0, ours: money(ours), broker: money(broker), difference };
}

/** The same data in another folder gives the same summary. */
function nameOnly(text: string, { facts }: SummaryInput): string {
  return facts.files.reduce((result, { path }) => result.replaceAll(path, basename(path)), text);
}

function sum(values: readonly string[]): number {
  return money(values.reduce((total, value) => total.plus(value === '' ? 0 : value), new Decimal(0)));
}

/** 2 digits, half even; never -0. */
function money(value: Decimal | string): number {
  return new Decimal(value).toDecimalPlaces(2).toNumber() + 0;
}

function iso(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString();
}
