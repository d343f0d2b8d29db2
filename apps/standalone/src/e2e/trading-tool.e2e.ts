import type { JsonObject } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { DataFolder, type Endpoints } from './data-folder';
import { Program } from './program';
import { summaryOf } from './summary';
import { writeSyntheticTicks } from './synthetic-ticks';
import { at, list, refusal, TradingTool } from './trading-tool';
import { waitFor } from './wait';

const RISK = 'trading.risk.v1.RiskManagerService';
const EXECUTION = 'trading.execution.v1.ExecutionService';
const DECISION = 'trading.decision.v1.DecisionService';
/** Fifty ticks a second: the market moves on while the tool trades, and does not end. */
const SPEED = '100';
/** Averages this slow never cross here: only the tool trades. */
const IDLE = ['--strategy', 'sma-cross', '--strategy-param', 'fast=400', '--strategy-param', 'slow=500'];

describe('a trading tool that comes by gRPC reflection', () => {
  const folder = new DataFolder();
  const ticks = folder.beside('ticks.csv');
  const base = ['--data', ticks, '--symbol', 'EURUSD', ...IDLE, '--data-dir', folder.path, '--json'];
  let program: Program;
  let tool: TradingTool;
  let stranger: TradingTool;
  let accountId: string;

  const start = async (): Promise<void> => {
    program = Program.up([...base, '--speed', SPEED]);
    const endpoints: Endpoints = await program.waitFor('its endpoints', () => folder.endpoints(program.pid));
    tool = new TradingTool(endpoints.grpc, folder.operatorToken());
    stranger = new TradingTool(endpoints.grpc);
    accountId = endpoints.accounts[0] ?? '';
    await program.waitFor('the first ticks', async () => {
      const { sessions } = await tool.call('trading.gateway.v1.GatewayService/ListSessions');
      return Number(at(sessions, 0, 'ticks')) > 100;
    });
  };
  const stop = async (): Promise<void> => {
    tool.close();
    stranger.close();
    expect((await program.stop('SIGINT')).code).toBe(0);
  };
  const order = (coid: string): JsonObject => ({
    order: {
      ...{ coid, accountId, symbol: 'EURUSD', side: 'SIDE_BUY', type: 'ORDER_TYPE_MARKET', volumeLots: '0.10' },
      ...{ timeInForce: 'TIME_IN_FORCE_GTC', origin: 'ORIGIN_OPERATOR', comment: 'by hand' },
    },
  });
  const setState = (by: TradingTool, state: string): Promise<JsonObject> =>
    by.call(`${RISK}/SetTradingState`, { accountId, state: `TRADING_STATE_${state}`, reason: 'a test of the doors' });
  const stateNow = async (): Promise<unknown> =>
    at(await stranger.call(`${RISK}/GetTradingState`, { accountId }), 'accounts', 0, 'state');
  const positions = async (): Promise<JsonObject[]> =>
    list(await stranger.call(`${EXECUTION}/ListPositions`, { accountId }), 'positions').filter(
      ({ volumeLots }) => Number(volumeLots) !== 0,
    );

  beforeAll(async () => {
    writeSyntheticTicks(ticks, 20_000);
    await start();
  });
  afterAll(async () => {
    program.signal('SIGKILL');
    await folder.remove();
  });

  it('finds the services', async () => {
    expect(await stranger.services()).toEqual(
      expect.arrayContaining([
        'trading.decision.v1.DecisionService',
        'trading.execution.v1.ExecutionService',
        'trading.gateway.v1.GatewayService',
        'trading.prediction.v1.PredictionService',
        'trading.risk.v1.RiskManagerService',
      ]),
    );
    expect(await positions()).toEqual([]);
  });

  it("may not change anything without the operator's token", async () => {
    for (const call of [
      setState(stranger, 'HALTED'),
      setState(stranger, 'ACTIVE'),
      stranger.call(`${EXECUTION}/SubmitOrder`, order('stranger-0001')),
      stranger.call(`${EXECUTION}/Flatten`, { accountId, requestId: 'stranger-0002', reason: 'no' }),
      stranger.call(`${RISK}/SetLimits`, { limits: { accountId }, reason: 'no' }),
      stranger.call(`${DECISION}/DisableStrategy`, { strategyId: 'sma-cross' }),
      stranger.call('trading.gateway.v1.GatewayService/SetHalt', { accountId, halted: true, reason: 'no' }),
    ]) {
      expect((await refusal(call)).code).toBe(status.UNAUTHENTICATED);
    }
    expect(await stateNow()).toBe('TRADING_STATE_ACTIVE');
  });

  it('halts the account, and then its order is denied', async () => {
    await setState(tool, 'HALTED');
    expect(await stateNow()).toBe('TRADING_STATE_HALTED');
    const answer = await tool.call(`${EXECUTION}/SubmitOrder`, order('while-halted-1'));
    expect(at(answer, 'order', 'state')).toBe('ORDER_STATE_DENIED');
    expect(at(answer, 'order', 'code')).toBe('TRADING_STATE_HALTED');
    expect(await positions()).toEqual([]);
  });

  it('enables it, and sees the next order filled in the stream of order events', async () => {
    await setState(tool, 'ACTIVE');
    const events: JsonObject[] = [];
    const stream = await tool.stream(`${EXECUTION}/StreamOrderEvents`, { accountId }, (event) => events.push(event));
    const answer = await tool.call(`${EXECUTION}/SubmitOrder`, order('while-active-1'));
    expect(at(answer, 'order', 'code')).toBe('');
    await waitFor('the fill', () => events.some((event) => event['kind'] === 'ORDER_EVENT_KIND_FILLED'));
    stream.end();
    const kindsOf = (coid: string): unknown[] =>
      events.filter((event) => event['coid'] === coid).map(({ kind }) => kind);
    expect(kindsOf('while-halted-1')).toEqual(['ORDER_EVENT_KIND_INITIALIZED', 'ORDER_EVENT_KIND_DENIED']);
    expect(kindsOf('while-active-1').slice(0, 2)).toEqual([
      'ORDER_EVENT_KIND_INITIALIZED',
      'ORDER_EVENT_KIND_SUBMITTED',
    ]);
    expect(kindsOf('while-active-1').at(-1)).toBe('ORDER_EVENT_KIND_FILLED');
    expect(events.map(({ seq }) => Number(seq))).toEqual(events.map((_, i) => i + 1));
    const [position, ...others] = await positions();
    expect(others).toEqual([]);
    expect(position).toMatchObject({ symbol: 'EURUSD', accountId });
    expect(Number(position?.['volumeLots'])).toBe(0.1);
  });

  it('gets the same answer and no second fill when it submits the same order again', async () => {
    const again = await tool.call(`${EXECUTION}/SubmitOrder`, order('while-active-1'));
    expect(again['duplicate']).toBe(true);
    expect(at(again, 'order', 'state')).toBe('ORDER_STATE_FILLED');
    expect(list(await tool.call(`${EXECUTION}/ListFills`, { accountId }), 'fills').length).toBe(1);
  });

  it('has its orders explained, the filled and the denied one', async () => {
    const filled = await stranger.call(`${DECISION}/Explain`, { accountId, id: 'while-active-1' });
    expect(at(filled, 'orders', 0, 'state')).toBe('ORDER_STATE_FILLED');
    expect(at(filled, 'fills', 0, 'coid')).toBe('while-active-1');
    const denied = await stranger.call(`${DECISION}/Explain`, { accountId, id: 'while-halted-1' });
    expect(at(denied, 'orders', 0, 'code')).toBe('TRADING_STATE_HALTED');
    expect((await refusal(stranger.call(`${DECISION}/Explain`, { accountId, id: 'nobody-knows-1' }))).code).toBe(
      status.NOT_FOUND,
    );
  });

  it('flattens by the command line: halted, and nothing held by our books or the broker', async () => {
    const flat = await Program.trade(['flatten', '--all', '--data-dir', folder.path]).ended();
    expect(flat.err).toBe('');
    expect(flat.out).toContain(`${accountId} holds no position any more`);
    expect(flat.code).toBe(0);
    await waitFor('the books to follow', async () => (await positions()).length === 0);
    expect(await stateNow()).toBe('TRADING_STATE_HALTED');
  });

  it('finds the account halted after a restart, and after kill -9', async () => {
    let asked = 0;
    await stop();
    await start();
    expect(await stateNow()).toBe('TRADING_STATE_HALTED');
    await program.stop('SIGKILL');
    await start();
    expect(await stateNow()).toBe('TRADING_STATE_HALTED');
    // Orders are answered once the terminal's session has come to where it was.
    const code = await program.waitFor('an answer to an order', async () => {
      const answer = await tool
        .call(`${EXECUTION}/SubmitOrder`, order(`after-restart-${++asked}`))
        .catch(() => undefined);
      const found = answer && at(answer, 'order', 'code');
      return found === 'RISK_UNAVAILABLE' ? undefined : found;
    });
    expect(code).toBe('TRADING_STATE_HALTED');
    await stop();
  });

  it('ends a halted run with 4 and begins the next one halted', async () => {
    const first = await Program.up([...base, '--exit-at-end']).ended();
    expect(first.code).toBe(4);
    expect(first.err).toMatch(/is halted/);
    expect(summaryOf(first)).toMatchObject({ runId: 'run-0001', fills: 2 });
    const next = await Program.up([...base, '--exit-at-end']).ended();
    expect(next.code).toBe(4);
    expect(next.err).toContain('PAPER-2, HALTED');
    expect(summaryOf(next)).toMatchObject({ runId: 'run-0002', fills: 0 });
  });
});
