import { failVerdict } from '../report/fail-conditions';
import { writeRunFiles } from '../report/files';
import { buildSummary } from '../report/build-summary';
import type { Summary } from '../report/summary';
import type { SystemFacts } from './configs';
import type { Played } from './play';
import type { TradingSystem } from './trading-system';

/** Exit codes of a finished run. */
export const RUN_EXIT = { fine: 0, haltedOrBooksDiffer: 4, failIf: 99 } as const;

export interface Conclusion {
  readonly summary: Summary;
  readonly exitCode: number;
  /** Why the exit code is not 0. */
  readonly complaints: readonly string[];
}

/** Reads the books of the finished run, compares them with the broker's, writes the run's files. */
export async function conclude(system: TradingSystem, facts: SystemFacts, played: Played): Promise<Conclusion> {
  const { accountId } = facts.run;
  const { execution, decision, gateway, riskManager } = system.clients;
  const [orders, fills, trades, equity, positions, accounts, strategies, snapshot, states] = await Promise.all([
    execution.listOrders({ accountId, states: [], limit: 0, afterSeq: 0 }),
    execution.listFills({ accountId, coid: '' }),
    execution.listTrades({ accountId }),
    execution.getEquity({ accountId }),
    execution.listPositions({ accountId }),
    execution.listAccounts({}),
    decision.listStrategies({}),
    gateway.getSnapshot({ accountId }),
    riskManager.getTradingState({ accountId }),
  ]);
  const { symbol } = facts.options;
  const series = { account: accountId, symbol, timeframe: facts.data.timeframe };
  const storedTicks = await system.countStored('tick', { account: accountId, symbol });
  const summary = buildSummary({
    options: facts.options,
    facts: facts.data,
    model: facts.model,
    tradeFromUs: facts.model?.trainedToUs,
    benchmark: await facts.data.quoteFrom(facts.tradeFromUs),
    runId: facts.run.runId,
    accountId,
    ticks: played.session.ticks,
    crossedTicks: played.session.crossedTicks,
    bars: await system.countStored('bar', series),
    decisions: strategies.strategies.reduce((sum, s) => sum + s.decisions, 0),
    orders: orders.orders,
    fills: fills.fills,
    trades: trades.trades,
    equity: equity.points,
    positions: positions.positions,
    books: {
      ours: accounts.accounts.find((account) => account.accountId === accountId)?.equity ?? '0',
      broker: snapshot.account?.equity ?? '0',
    },
    elapsedS: played.elapsedS,
    ticksPlayed: played.ticksPlayed,
  });
  await writeRunFiles(summary, { orders: orders.orders, trades: trades.trades, equity: equity.points });
  const halted = states.accounts.find((account) => account.state === 'TRADING_STATE_HALTED');
  return { summary, ...judge(summary, facts, storedTicks, halted?.reason) };
}

function judge(
  summary: Summary,
  facts: SystemFacts,
  storedTicks: number,
  haltedBecause: string | undefined,
): Omit<Conclusion, 'summary'> {
  const serious: string[] = [];
  const { ours, broker, agree } = summary.booksAgree;
  if (!agree) serious.push(`The books differ: equity ${ours} by ours, ${broker} by the broker's.`);
  if (summary.ticks !== facts.data.ticks)
    serious.push(`${summary.ticks} ticks came through of ${facts.data.ticks} in the data.`);
  if (storedTicks !== summary.ticks)
    serious.push(`${storedTicks} ticks are stored of ${summary.ticks} that came through.`);
  if (haltedBecause !== undefined) serious.push(`The account is halted: ${haltedBecause}`);
  if (serious.length > 0) return { exitCode: RUN_EXIT.haltedOrBooksDiffer, complaints: serious };
  const verdict = failVerdict(summary, facts.options.failIf);
  switch (verdict.kind) {
    case 'passed':
      return { exitCode: RUN_EXIT.fine, complaints: [] };
    case 'failed':
      return {
        exitCode: RUN_EXIT.failIf,
        complaints: verdict.failures.map((failure) => `--fail-if: ${failure.message}`),
      };
    case 'unknownMetric':
      return { exitCode: RUN_EXIT.failIf, complaints: [verdict.message] };
  }
}
