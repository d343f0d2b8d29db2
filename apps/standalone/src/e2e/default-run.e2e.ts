import { readFileSync } from 'node:fs';
import type { Summary } from '../report/summary';
import { DataFolder } from './data-folder';
import { Program } from './program';
import { summaryOf } from './summary';
import { at, list, TradingTool } from './trading-tool';

const BARS = 5_105;
const EXECUTION = 'trading.execution.v1.ExecutionService';

describe('a start without any option', () => {
  const folder = new DataFolder();
  let program: Program;
  let tool: TradingTool;
  let summary: Summary;
  beforeAll(async () => {
    program = Program.up(['--data-dir', folder.path, '--json']);
    await program.waitFor('the summary', () => program.out.endsWith('\n'));
    summary = summaryOf({ code: null, signal: null, out: program.out, err: program.err });
    tool = new TradingTool(folder.endpoints(program.pid)?.grpc ?? '', folder.operatorToken());
  });
  afterAll(async () => {
    tool.close();
    program.signal('SIGKILL');
    await folder.remove();
  });

  it('trades the S&P 500 from the first bar to the last', () => {
    expect(summary).toMatchObject({ symbol: 'US500', bars: BARS, decisions: BARS, ticks: 4 * BARS });
    expect(summary.orders.filled).toBeGreaterThanOrEqual(30);
    expect(summary.orders).toMatchObject({ unknown: 0, rejected: 0 });
    expect(summary.booksAgree).toMatchObject({ agree: true, difference: 0 });
  });

  it('orders only what the model has not seen, and says from when', () => {
    expect(summary.tradeFrom).toBe('2010-01-01T00:00:00.000Z');
    const times = rowsOf(summary.files.orders).map(({ time = '' }) => time);
    expect(times.length).toBe(summary.orders.submitted + summary.orders.denied + summary.orders.byBroker);
    expect([...times].sort()[0]?.slice(0, 10) ?? '').toMatch(/^20(1|2)/);
    expect(program.err).toContain('orders start on 2010-01-01');
  });

  it('writes files that agree with its summary', () => {
    expect(JSON.parse(readFileSync(summary.files.summary, 'utf8'))).toEqual(summary);
    const orders = rowsOf(summary.files.orders);
    expect(orders.filter(({ state }) => state === 'FILLED').length).toBe(
      summary.orders.filled + summary.orders.byBroker,
    );
    const trades = rowsOf(summary.files.trades);
    expect(trades.length).toBe(summary.trades);
    const realised = trades.reduce((sum, { net }) => sum + Number(net), 0);
    expect(realised + (summary.openPosition?.unrealised ?? 0)).toBeCloseTo(summary.pnl, 1);
    expect(Number(rowsOf(summary.files.equity).at(-1)?.['equity'])).toBeCloseTo(summary.equity, 2);
  });

  it('goes on serving when the data has ended, with answers that agree with its files', async () => {
    const { http } = folder.endpoints(program.pid) ?? { http: '' };
    expect((await fetch(`${http}/ready`)).status).toBe(200);
    expect((await fetch(`${http}/health`)).status).toBe(200);
    expect(await (await fetch(`${http}/metrics`)).text()).toContain('trading_');

    const { runAccount: accountId } = summary;
    const ofOrders = await tool.call(`${EXECUTION}/ListOrders`, { accountId });
    const served = list(ofOrders, 'orders').map((order) => at(order, 'request', 'coid'));
    expect(served).toEqual(rowsOf(summary.files.orders).map(({ coid }) => coid));
    expect(list(await tool.call(`${EXECUTION}/ListFills`, { accountId }), 'fills').length).toBe(summary.fills);
    expect(list(await tool.call(`${EXECUTION}/ListTrades`, { accountId }), 'trades').length).toBe(summary.trades);
    const [position] = list(await tool.call(`${EXECUTION}/ListPositions`, { accountId }), 'positions');
    expect(Number(position?.['volumeLots'] ?? 0)).toBe(Number(summary.openPosition?.lots ?? 0));
  });

  it('explains its last order, from the bar to the fill', async () => {
    const { runAccount: accountId } = summary;
    const story = await tool.call('trading.decision.v1.DecisionService/Explain', { accountId, id: 'last' });
    expect(at(story, 'decision', 'accountId')).toBe(accountId);
    expect(at(story, 'orders', 0, 'request', 'decisionId')).toBe(at(story, 'decision', 'decisionId'));
    expect(list(story, 'fills').length).toBeGreaterThan(0);
    const told = await Program.trade(['explain', 'last', '--data-dir', folder.path]).ended();
    expect(told.code).toBe(0);
    expect(told.out).toContain(at(story, 'decision', 'decisionId'));
  });

  it('ends at Ctrl-C with 0, leaving no process, no endpoints and no stack trace', async () => {
    const ended = await program.stop('SIGINT');
    expect(ended.code).toBe(0);
    expect(ended.err).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(ended.out.trimEnd().split('\n').length).toBe(1);
    expect(folder.processes()).toEqual([]);
    expect(folder.endpoints(program.pid)).toBeUndefined();
  });
});

/** Rows of a csv file without quotes, by the names of its head. */
function rowsOf(file: string): Record<string, string>[] {
  const [head = '', ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const names = head.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((value, i) => [names[i] ?? '', value])));
}
