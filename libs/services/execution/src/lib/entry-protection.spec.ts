import type { gateway } from '@trading/contracts';
import { ExecutionFixture } from '../testing/execution-fixture';
import { ACCOUNT, dealOf, orderOf, resultOf, submitOf, ticks } from '../testing/messages';
import { until } from '../testing/until';

const deal = (ticket: string, coid: string, changes: Partial<gateway.Deal> = {}) =>
  ({ $case: 'deal', value: dealOf(ticket, coid, changes) }) as const;
const result = (requestId: string, changes: Partial<gateway.CommandResult> = {}) =>
  ({ $case: 'result', value: resultOf('', { verb: 'modify', requestId, ...changes }) }) as const;

const PROTECT = 'protect-entry-1';
const CLOSE = 'close-entry-1';
const PROTECT_WITHIN_MS = 5_000;

describe('an entry whose broker takes stops only afterwards', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  beforeEach(async () => {
    await system.reset();
    system.instrument = { ...system.instrument, stopsOnOpen: 'STOPS_ON_OPEN_AFTER' };
    system.riskManager.protects = true;
    await begin();
  });
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  async function begin(): Promise<void> {
    await system.session(0, { lockstep: false });
    await system.quote(1.0999, 1.1);
  }
  const submit = () =>
    system.service.submitOrder(submitOf(orderOf('entry-1', { stopLoss: '1.05', takeProfit: '1.2' })));
  const hear = async (...bodies: readonly NonNullable<gateway.TradeEvent['body']>[]) => {
    for (const body of bodies) await system.onTrade(body);
    await system.idle();
  };
  const elapse = async (ms: number) => {
    system.nowMs += ms;
    await system.service.tick();
  };
  const position = async () => (await system.service.listPositions({ accountId: ACCOUNT })).positions[0];

  it('is sent without them, and its position gets them', async () => {
    await submit();
    expect(system.terminal.journal).toMatchObject([{ coid: 'entry-1', stopLoss: undefined, takeProfit: undefined }]);
    await hear(deal('d1', 'entry-1'));
    expect(await position()).toMatchObject({ stopLoss: '' });
    await until(() => system.terminal.modified.length === 1);
    expect(system.terminal.modified).toMatchObject([{ positionId: 'p1', stopLoss: '1.05', takeProfit: '1.2' }]);
    await hear(result(PROTECT));
    expect(await position()).toMatchObject({ stopLoss: '1.05', takeProfit: '1.2' });
    await elapse(2 * PROTECT_WITHIN_MS);
    await elapse(2 * PROTECT_WITHIN_MS);
    expect(system.terminal.submitted).toEqual(['entry-1']);
  });

  it('is closed as risk signed it when the broker refuses its stops', async () => {
    await submit();
    await hear(deal('d1', 'entry-1'));
    await until(() => system.terminal.modified.length === 1);
    await hear(result(PROTECT, { status: 'REJECTED', retcode: 10016 }));
    await until(() => system.terminal.submitted.includes(CLOSE));
    expect(system.terminal.journal[1]).toMatchObject({
      coid: CLOSE,
      side: 'SIDE_SELL',
      worstPrice: '1',
      reduceOnly: true,
    });
    await hear(deal('d2', CLOSE, { side: 'SIDE_SELL' }));
    await elapse(60_000);
    await elapse(60_000);
    expect(system.terminal.submitted).toEqual(['entry-1', CLOSE]);
    expect(await system.lots()).toBe('');
  });

  it('is closed without anybody’s leave when its stops could not be set in time', async () => {
    await submit();
    system.riskManager.isDown = true;
    await hear(deal('d1', 'entry-1'));
    await elapse(PROTECT_WITHIN_MS - 1_000);
    expect(system.terminal.submitted).toEqual(['entry-1']);
    await elapse(1_000);
    await until(() => system.terminal.submitted.includes(CLOSE));
  });

  it('is closed in another way when that close is refused', async () => {
    await submit();
    system.terminal.refusesChanges = 'INVALID_STOPS';
    await hear(deal('d1', 'entry-1'));
    await elapse(1_000);
    await until(() => system.terminal.submitted.includes(CLOSE));
    await hear({ $case: 'result', value: resultOf(CLOSE, { status: 'REJECTED', retcode: 10018 }) });
    await elapse(6_000);
    await until(() => system.terminal.submitted.length === 3);
    expect(system.terminal.journal[2]).toMatchObject({ side: 'SIDE_SELL', volumeLots: '0.1', parentCoid: 'entry-1' });
    await elapse(6_000);
    await elapse(6_000);
    expect(system.terminal.submitted).toHaveLength(3);
  });

  it.each([
    ['before its fill was told', 0],
    ['after its stops were sent', 1],
    ['after its close was sent', 2],
  ])('is neither left nor closed twice by a crash %s', async (_when, crashAt) => {
    const steps = [
      async () => {
        await hear(deal('d1', 'entry-1'));
        await until(() => system.terminal.modified.length === 1);
      },
      async () => {
        await elapse(PROTECT_WITHIN_MS);
        await until(() => system.terminal.submitted.includes(CLOSE));
      },
      () => hear(deal('d2', CLOSE, { side: 'SIDE_SELL' })),
    ];
    await submit();
    for (const [i, step] of steps.entries()) {
      if (i === crashAt) {
        await system.crash();
        await begin();
      }
      await step();
    }
    await elapse(60_000);
    await elapse(60_000);
    expect(system.terminal.submitted).toEqual(['entry-1', CLOSE]);
    expect(system.terminal.modified.map(({ requestId }) => requestId)).toEqual([PROTECT]);
    expect(await system.lots()).toBe('');
  });

  it('keeps the time that its fill has started while its close is signed for the next writer', async () => {
    await submit();
    await system.crash();
    let answer = (): void => undefined;
    system.riskManager.pause = new Promise((resolve) => (answer = resolve));
    const asked = system.riskManager.asked.length;
    await begin();
    await until(() => system.riskManager.asked.length > asked);
    await hear(deal('d1', 'entry-1'));
    answer();
    system.riskManager.pause = undefined;
    await until(() => system.terminal.modified.length === 1);
    expect(system.terminal.submitted).toEqual(['entry-1']);
  });

  it('is protected at its barrier in simulated time, again the same after a crash', async () => {
    const play = async (): Promise<void> => {
      await system.session(0, { tradeSeq: 0 });
      await system.step({ ticks: [ticks(1.0999, 1.1)] });
      await submit();
      await system.step({ trades: [deal('d1', 'entry-1')] });
      expect(system.terminal.modified).toMatchObject([{ requestId: PROTECT }]);
      await system.step({ trades: [result(PROTECT)] });
      await system.step();
      expect(await position()).toMatchObject({ stopLoss: '1.05' });
    };
    await system.reset();
    system.instrument = { ...system.instrument, stopsOnOpen: 'STOPS_ON_OPEN_AFTER' };
    system.riskManager.protects = true;
    await play();
    const once = await system.rows();
    await system.crash();
    await play();
    expect(await system.rows()).toEqual(once);
    expect(system.terminal.submitted).toEqual(['entry-1']);
  });
});
