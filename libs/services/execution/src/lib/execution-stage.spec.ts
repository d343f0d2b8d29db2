import type { gateway } from '@trading/contracts';
import { ExecutionFixture } from '../testing/execution-fixture';
import { ACCOUNT, dealOf, orderOf, resultOf, SNAPSHOT, submitOf, ticks } from '../testing/messages';
import { until } from '../testing/until';

const result = (coid: string, changes: Partial<gateway.CommandResult> = {}) =>
  ({ $case: 'result', value: resultOf(coid, changes) }) as const;
const deal = (ticket: string, coid: string, changes: Partial<gateway.Deal> = {}) =>
  ({ $case: 'deal', value: dealOf(ticket, coid, changes) }) as const;

describe('the execution stage', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  beforeEach(() => system.reset());
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const submit = (coid: string, changes = {}) => system.service.submitOrder(submitOf(orderOf(coid, changes)));

  /** Four barriers: an order, its fill and a checkpoint, a second order, and its fill, which closes. */
  async function play(from: number): Promise<void> {
    const steps = [
      async () => {
        await system.step({ ticks: [ticks(1.0999, 1.1)] });
        await submit('order-1');
      },
      () => system.step({ trades: [result('order-1'), deal('d1', 'order-1')] }, { checkpoint: true }),
      async () => {
        await system.step({ ticks: [ticks(1.2, 1.2001)] });
        await submit('order-2', { side: 'SIDE_SELL', reduceOnly: true });
      },
      () => system.step({ trades: [deal('d2', 'order-2', { side: 'SIDE_SELL', price: '1.2' }), result('order-2')] }),
    ];
    for (const step of steps.slice(from)) await step();
    await system.idle();
  }

  const WORDS = [
    'session from 0',
    'barrier 1',
    'order-1 INITIALIZED',
    'order-1 SUBMITTED',
    'order-1 ACCEPTED',
    'order-1 FILLED',
    'barrier 2',
    'barrier 3',
    'order-2 INITIALIZED',
    'order-2 SUBMITTED',
    'order-2 FILLED',
    'barrier 4',
  ];

  it('books orders, fills, cash and a round trip, numbered without gaps', async () => {
    await system.session();
    await play(0);
    expect(system.words).toEqual(WORDS);
    expect(system.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(system.events.map((event) => event.barrier)).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect(await system.lots()).toBe('');
    const { accounts } = await system.service.listAccounts();
    // 0.1 lots from 1.1 to 1.2 are 1,000, two commissions of 1 are paid.
    expect(accounts).toMatchObject([{ accountId: ACCOUNT, balance: '10998.00', equity: '10998.00', lastSeq: 7 }]);
    const { trades } = await system.service.listTrades({ accountId: ACCOUNT });
    expect(trades).toMatchObject([{ net: '998.00', entryCoid: 'order-1', exitCoid: 'order-2' }]);
    const { fills } = await system.service.listFills({ accountId: ACCOUNT, coid: 'order-2' });
    expect(fills).toMatchObject([{ fillId: 'd2', realised: '1000.00' }]);
    expect(system.equity.map(({ seq }) => seq[0])).toEqual([1, 2, 3, 4]);
  });

  it('tells positions with every fill, signed, and as of it', async () => {
    await system.session();
    await play(0);
    const positions = system.positions.flatMap(({ body }) => (body?.$case === 'position' ? [body.value] : []));
    expect(positions.map((p) => [p.volumeLots, p.seq, p.strategyId])).toEqual([
      ['0.1', 4, 's1'],
      ['0', 7, ''],
    ]);
  });

  it.each([0, 2])('goes back to barrier %d after a crash to the same events, rows and books', async (resumeFrom) => {
    await system.session();
    await play(0);
    const [rows, events] = [await system.rows(), system.events];
    await system.crash();
    await system.session(resumeFrom, { tradeSeq: resumeFrom });
    await play(resumeFrom);
    expect(system.words).toEqual([`session from ${resumeFrom}`, ...WORDS.slice(resumeFrom === 0 ? 1 : 7)]);
    expect(system.events).toEqual(events.slice(resumeFrom === 0 ? 0 : 4));
    expect(await system.rows()).toEqual(rows);
    const { accounts } = await system.service.listAccounts();
    expect(accounts).toMatchObject([{ balance: '10998.00', equity: '10998.00' }]);
  });

  it('goes on with new events where the stored ones end', async () => {
    await system.session();
    await play(0);
    await system.crash();
    await system.session(2, { tradeSeq: 2 });
    await play(2);
    await submit('order-3');
    await system.step({ trades: [deal('d3', 'order-3')] });
    expect(system.events.slice(3).map(({ seq, barrier, kind }) => [seq, barrier, kind.slice(17)])).toEqual([
      [8, 4, 'INITIALIZED'],
      [9, 4, 'SUBMITTED'],
      [10, 5, 'FILLED'],
    ]);
  });

  // State written only at graceful shutdown.
  it('shows the books after kill -9 before any terminal has called', async () => {
    await system.session();
    await play(0);
    await submit('order-3');
    await system.step({ trades: [deal('d3', 'order-3')] });
    await system.crash();
    expect(await system.lots()).toBe('0.1');
    const { accounts } = await system.service.listAccounts();
    expect(accounts).toMatchObject([{ balance: '10997.00', lastSeq: 10 }]);
  });

  it('publishes what was committed and never published when it is killed in between', async () => {
    await system.session();
    await system.step({ ticks: [ticks(1.0999, 1.1)] });
    await submit('order-1');
    await system.idle();
    const publish = system.bus.publish.bind(system.bus);
    let left = 0;
    system.bus.publish = (topic, ...rest) =>
      topic.name.startsWith('order.event') && left++ >= 0 ? new Promise(() => undefined) : publish(topic, ...rest);
    void system.step({ trades: [deal('d1', 'order-1')] });
    await until(async () => (await system.store.eventsAfter(ACCOUNT, 0)).length === 3);
    expect(system.words.at(-1)).toBe('order-1 SUBMITTED');
    await system.crash();
    await system.session(0, { tradeSeq: 0 });
    await system.step({ ticks: [ticks(1.0999, 1.1)] });
    await submit('order-1');
    await system.step({ trades: [deal('d1', 'order-1')] });
    expect(system.words).toEqual([
      'session from 0',
      'barrier 1',
      'order-1 INITIALIZED',
      'order-1 SUBMITTED',
      'order-1 FILLED',
      'barrier 2',
    ]);
    expect(await system.lots()).toBe('0.1');
  });

  it('keeps what an operator did after the end of the data through a restart', async () => {
    await system.session();
    await system.step({ ticks: [ticks(1.0999, 1.1)] });
    await submit('order-1');
    await system.step({ trades: [deal('d1', 'order-1')] }, { checkpoint: true, end: true });
    const { orders } = await system.service.flatten({ accountId: ACCOUNT, requestId: 'r1', reason: 'enough' });
    const [close] = orders;
    expect(close?.request).toMatchObject({ side: 'SIDE_SELL', volumeLots: '0.1', reduceOnly: true });
    await system.onTrade(deal('d2', close?.request?.coid ?? '', { side: 'SIDE_SELL', price: '1.2' }));
    await system.idle();
    expect(await system.lots()).toBe('');
    const rows = await system.rows();

    await system.crash();
    expect(await system.lots()).toBe('');
    // The terminal repeats what it said after the end.
    await system.session(2, { lockstep: false, tradeSeq: 1 });
    await system.onTrade(deal('d2', close?.request?.coid ?? '', { side: 'SIDE_SELL', price: '1.2' }));
    await system.idle();
    expect(await system.lots()).toBe('');
    expect(await system.rows()).toEqual(rows);
    expect(system.events.map((event) => event.kind.slice(17))).toEqual(['INITIALIZED', 'SUBMITTED', 'FILLED']);
    const { accounts } = await system.service.listAccounts();
    expect(accounts).toMatchObject([{ balance: '10998.00', equity: '10998.00' }]);
  });

  it('opens the books once, also when everything is lost later', async () => {
    await system.session();
    await system.step({ ticks: [ticks(1.0999, 1.1)] });
    await submit('order-1', { volumeLots: '1' });
    await system.step({ trades: [deal('d1', 'order-1', { volumeLots: '1', commission: '-10000' })] });
    await system.step({ account: [{ ...SNAPSHOT, balance: '0.00' }, SNAPSHOT] });
    expect(await system.lots()).toBe('1');
    const { accounts } = await system.service.listAccounts();
    expect(accounts[0]?.balance).toBe('0.00');
  });

  it('marks its positions with the last quote that is not crossed', async () => {
    await system.session();
    await system.step({ ticks: [ticks(1.0999, 1.1)] });
    await submit('order-1');
    await system.step({ trades: [deal('d1', 'order-1')], ticks: [ticks(1.11, 1.1101), ticks(1.3, 1.2)] });
    const { accounts } = await system.service.listAccounts();
    expect(accounts[0]?.equity).toBe('10099.00');
  });

  describe('when somebody trades in the terminal', () => {
    const foreign = deal('d1', '', { origin: 'ORIGIN_EXTERNAL' });

    it('follows with its books and halts the account, once', async () => {
      await system.session();
      await system.step({ ticks: [ticks(1.0999, 1.1)], trades: [foreign] });
      expect(await system.lots()).toBe('0.1');
      expect(system.riskManager.halts).toMatchObject([{ accountId: ACCOUNT, state: 'TRADING_STATE_HALTED' }]);
      await system.crash();
      await system.session(0, { tradeSeq: 0 });
      await system.step({ ticks: [ticks(1.0999, 1.1)], trades: [foreign] });
      expect(await system.lots()).toBe('0.1');
      expect(system.riskManager.halts).toHaveLength(1);
    });

    it('halts at the gateway while risk-manager is away', async () => {
      await system.session();
      system.riskManager.isDown = true;
      await system.step({ ticks: [ticks(1.0999, 1.1)], trades: [foreign] });
      expect(system.terminal.halts).toMatchObject([{ accountId: ACCOUNT, halted: true }]);
    });

    it('does not halt for what the broker does on its own', async () => {
      await system.session();
      await system.step({
        ticks: [ticks(1.0999, 1.1)],
        trades: [deal('d1', '', { origin: 'ORIGIN_BROKER', reason: 'sl' })],
      });
      expect([await system.lots(), system.riskManager.halts, system.terminal.halts]).toEqual(['0.1', [], []]);
    });
  });
});
