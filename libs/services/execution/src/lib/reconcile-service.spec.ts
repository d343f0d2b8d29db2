import { execution, gateway } from '@trading/contracts';
import { ExecutionFixture } from '../testing/execution-fixture';
import { ACCOUNT, dealOf, orderOf, resultOf, SNAPSHOT, submitOf, ticks, timeOf, updateOf } from '../testing/messages';
import { until } from '../testing/until';

const { ADOPTED, DISMISSED } = execution.DifferenceStatus;
/** Long after anything was sent. */
const LATER_US = timeOf(0) + 3_600_000_000;

describe('comparing an account with its broker', () => {
  let fixture: ExecutionFixture;
  let isStarted = false;
  beforeAll(async () => {
    fixture = await ExecutionFixture.open();
  });
  afterAll(() => fixture.close());

  /** A live session of an account that holds nothing but its deposit. */
  async function open(lockstep = false): Promise<void> {
    // What an earlier process would still do on its own is no part of this.
    if (isStarted) await fixture.service.stop();
    await fixture.reset();
    await fixture.service.stop();
    isStarted = true;
    fixture.reconciles = true;
    await fixture.crash();
    await fixture.session(0, { lockstep });
    show({});
  }

  /** What the broker has now; the terminal's reliable events up to `seq` are contained. */
  function show(changes: Partial<gateway.Snapshot>, balance = '10000.00', seq = 0): void {
    const account = { ...SNAPSHOT, balance };
    const facts = { accountId: ACCOUNT, timeUs: LATER_US, account, journalId: 'journal-1', seq, connected: true };
    fixture.terminal.broker = gateway.Snapshot.fromPartial({ ...facts, ...changes });
  }

  function tell(changes: Partial<gateway.ListHistoryResponse>): void {
    fixture.terminal.history = gateway.ListHistoryResponse.fromPartial(changes);
  }

  const reconcile = () => fixture.service.reconcile({ accountId: ACCOUNT });
  const resolve = (
    differenceId: string,
    resolution: execution.DifferenceStatus,
    { reason = 'because', brokerTicket = '' } = {},
  ) => fixture.service.resolveDifference({ accountId: ACCOUNT, differenceId, resolution, reason, brokerTicket });
  const listed = async (all = false) =>
    (await fixture.service.listDifferences({ accountId: ACCOUNT, all })).differences.map(
      ({ kind, status }) => `${kind.slice(16)} ${status.slice(18)}`,
    );
  const told = () =>
    fixture.published.flatMap(({ body }) => (body?.$case === 'difference' ? [body.value.status.slice(18)] : []));
  const audit = async () => {
    const sql = 'SELECT status, done_by, reason FROM difference_audit ORDER BY number';
    return (await fixture.database.query<{ status: string; done_by: string; reason: string }>(sql)).map(
      (row) => `${row.status} ${row.done_by}: ${row.reason}`,
    );
  };

  const deal = (changes: Partial<gateway.Deal> = {}) =>
    dealOf('d1', '', { commission: '0', timeUs: timeOf(1), origin: 'ORIGIN_STRATEGY', ...changes });
  const position = (changes: Partial<gateway.PositionSnapshot> = {}) =>
    gateway.PositionSnapshot.fromPartial({
      ...{ positionId: 'p1', symbol: 'EURUSD', side: 'SIDE_BUY', volumeLots: '0.1', openPrice: '1.1' },
      ...changes,
    });

  /** An order whose sending nobody has heard of again. */
  async function unknown(coid: string): Promise<void> {
    fixture.terminal.way = 'loses-orders';
    await fixture.service.submitOrder(submitOf(orderOf(coid, { magic: '7' })));
    fixture.terminal.way = 'up';
    expect(await fixture.stateOf(coid)).toBe('UNKNOWN');
  }

  it('finds books and broker equal, ends the synchronisation and halts nobody', async () => {
    await open();
    const done = await reconcile();
    expect(done).toMatchObject({ complete: true, differences: [], settled: [], bookedEvents: 0 });
    expect(fixture.terminal.synced).toEqual(['session-1']);
    expect(fixture.riskManager.halts).toEqual([]);
    expect(await fixture.database.query('SELECT watermark_us FROM reconciled')).toEqual([{ watermark_us: LATER_US }]);
  });

  it('books the deal of an order that nobody knew the outcome of, once, whatever tells of it later', async () => {
    await open();
    await unknown('c-1234');
    const dealt = deal({ coid: 'c-1234', commission: '-1' });
    show({ positions: [position()] }, '9999.00');
    tell({ deals: [dealt] });
    expect(await reconcile()).toMatchObject({ complete: true, differences: [] });
    expect(await fixture.stateOf('c-1234')).toBe('FILLED');
    const before = await fixture.rows();
    await fixture.onTrade({ $case: 'result', value: resultOf('c-1234') });
    await fixture.onTrade({ $case: 'deal', value: dealt });
    await fixture.idle();
    show({ positions: [position()] }, '9999.00', 2);
    expect(await reconcile()).toMatchObject({ differences: [], bookedEvents: 0 });
    expect(await fixture.rows()).toEqual(before);
    expect(fixture.terminal.submitted).toEqual(['c-1234']);
  });

  it('finds an account equal that was opened with a credit', async () => {
    if (isStarted) await fixture.service.stop();
    await fixture.reset();
    fixture.snapshot = { ...SNAPSHOT, credit: '500.00' };
    fixture.reconciles = true;
    await fixture.service.stop();
    isStarted = true;
    await fixture.crash();
    await fixture.session(0, { lockstep: false });
    show({ account: fixture.snapshot });
    expect(await reconcile()).toMatchObject({ complete: true, differences: [] });
    const { entries } = await fixture.service.listLedger({ accountId: ACCOUNT, afterNumber: 0 });
    expect(entries).toMatchObject([{ amount: '10000' }, { kind: 'credit', amount: '500' }]);
  });

  it('halts for what a human traded before that is booked, because nobody finds it afterwards', async () => {
    await open();
    const dealt = deal({ origin: 'ORIGIN_EXTERNAL' });
    show({ positions: [position()] });
    tell({ deals: [dealt] });
    let booked: unknown;
    jest.spyOn(fixture.riskManager, 'setTradingState').mockImplementationOnce(async () => {
      booked = await fixture.database.query('SELECT fill_id FROM fill');
      return { accounts: [] };
    });
    expect(await reconcile()).toMatchObject({ differences: [] });
    expect(booked).toEqual([]);
    expect(await fixture.lots()).toBe('0.1');
  });

  it('waits with the first look of a session until what lies before it is booked', async () => {
    await open();
    const waits = { type: 'ORDER_TYPE_LIMIT', price: '1.05', timeInForce: 'TIME_IN_FORCE_GTC' } as const;
    await fixture.service.submitOrder(submitOf(orderOf('c-1234', waits)));
    await fixture.onTrade({ $case: 'order', value: updateOf('c-1234', 'ORDER_UPDATE_STATE_PLACED') });
    await fixture.crash();
    await fixture.session(0, { lockstep: false });
    // The broker has canceled it; neither its history nor the event that says so has come here yet.
    show({}, '10000.00', 2);
    expect(await reconcile()).toMatchObject({ complete: false, differences: [] });
    expect(await listed(true)).toEqual([]);
    let pauses = 0;
    fixture.onPause = async () => {
      if (++pauses === 3)
        await fixture.onTrade({ $case: 'order', value: updateOf('c-1234', 'ORDER_UPDATE_STATE_CANCELED') });
    };
    expect(await reconcile()).toMatchObject({ complete: true, differences: [], bookedEvents: 0 });
    expect(pauses).toBe(3);
    expect(await fixture.stateOf('c-1234')).toBe('CANCELED');
    expect(fixture.riskManager.halts).toEqual([]);
  });

  it('tries the first look of a session again soon when it was not possible', async () => {
    await open();
    fixture.terminal.way = 'down';
    await fixture.service.tick();
    await fixture.settled();
    expect(fixture.terminal.synced).toEqual([]);
    fixture.terminal.way = 'up';
    fixture.nowMs += 5_000;
    await fixture.service.tick();
    await until(() => fixture.terminal.synced.length === 1);
  });

  it('keeps, tells of and halts for a position that nothing explains, and lets it go when it is gone', async () => {
    await open();
    show({ positions: [position({ volumeLots: '0.3' })] });
    const [first] = (await reconcile()).differences;
    const [again] = (await reconcile()).differences;
    expect(first).toMatchObject({ kind: 'DIFFERENCE_KIND_POSITION', ours: '', theirs: '0.3 at 1.1' });
    expect(again).toEqual(first);
    expect(fixture.riskManager.halts).toHaveLength(1);
    expect(fixture.riskManager.halts[0]!.reason).toContain('0.3 lots more');
    expect(fixture.terminal.submitted).toEqual([]);
    show({});
    expect(await reconcile()).toMatchObject({ complete: true, differences: [] });
    expect(await listed()).toEqual([]);
    expect(await listed(true)).toEqual(['POSITION GONE']);
    expect(told()).toEqual(['OPEN', 'GONE']);
  });

  it('halts by the flag of the gateway while risk-manager is away', async () => {
    await open();
    fixture.riskManager.isDown = true;
    show({}, '9000.00');
    await reconcile();
    expect(fixture.terminal.halts).toMatchObject([{ accountId: ACCOUNT, halted: true }]);
  });

  it("takes over the broker's position by a fill that says so, at no profit", async () => {
    await open();
    show({ positions: [position({ volumeLots: '0.3', openPrice: '1.2' })] });
    const [found] = (await reconcile()).differences;
    const adopted = await resolve(found!.differenceId, ADOPTED, { reason: 'seen in the terminal' });
    expect(adopted).toMatchObject({ status: ADOPTED, resolvedBy: 'operator', reason: 'seen in the terminal' });
    expect(await fixture.lots()).toBe('0.3');
    const { orders } = await fixture.service.listOrders({ accountId: ACCOUNT, states: [], limit: 0, afterSeq: 0 });
    expect(orders).toMatchObject([{ state: 'ORDER_STATE_FILLED', request: { origin: 'ORIGIN_EXTERNAL' } }]);
    expect(await reconcile()).toMatchObject({ complete: true, differences: [], bookedEvents: 0 });
    expect(await resolve(found!.differenceId, ADOPTED)).toEqual(adopted);
    expect(await audit()).toEqual(['OPEN reconciliation: found', 'ADOPTED operator: seen in the terminal']);
    // What was taken over is taken over after a restart too.
    await fixture.crash();
    await fixture.session(0, { lockstep: false });
    expect(await fixture.lots()).toBe('0.3');
  });

  it('books the gap of cash as a correction', async () => {
    await open();
    show({}, '10012.34');
    const [found] = (await reconcile()).differences;
    expect(found).toMatchObject({ kind: 'DIFFERENCE_KIND_CASH', ours: '10000.00', theirs: '10012.34' });
    await resolve(found!.differenceId, ADOPTED);
    const { entries } = await fixture.service.listLedger({ accountId: ACCOUNT, afterNumber: 1 });
    expect(entries).toMatchObject([{ kind: 'correction', amount: '12.34' }]);
    expect((await reconcile()).differences).toEqual([]);
  });

  it('books a deposit that nobody told of', async () => {
    await open();
    show({}, '10500.00');
    tell({ cash: [{ dealTicket: 'm1', kind: 'deposit', amount: '500', timeUs: timeOf(1), comment: '' }] });
    expect(await reconcile()).toMatchObject({ differences: [], bookedEvents: 1 });
    expect(await reconcile()).toMatchObject({ differences: [], bookedEvents: 0 });
  });

  it('does not raise what was dismissed again while its numbers stay, and does when they change', async () => {
    await open();
    show({}, '10001.00');
    const [found] = (await reconcile()).differences;
    await resolve(found!.differenceId, DISMISSED);
    expect(await reconcile()).toMatchObject({ differences: [], message: expect.stringContaining('dismissed') });
    show({}, '10002.00');
    expect(await reconcile()).toMatchObject({ differences: [{ theirs: '10002.00' }] });
    expect(await listed(true)).toEqual(['CASH DISMISSED', 'CASH OPEN']);
  });

  it('ends an order as never sent only after two looks in vain and a refusal for ever', async () => {
    await open();
    await unknown('c-1234');
    expect(await reconcile()).toMatchObject({ complete: true, differences: [], settled: [] });
    expect(fixture.terminal.tombstones.size).toBe(0);
    expect(await reconcile()).toMatchObject({ settled: [] });
    fixture.nowMs += 60_000;
    expect(await reconcile()).toMatchObject({ settled: ['c-1234'] });
    expect([...fixture.terminal.tombstones]).toEqual(['c-1234']);
    expect(await fixture.stateOf('c-1234')).toBe('REJECTED');
    expect(fixture.terminal.submitted).toEqual(['c-1234']);
  });

  it('leaves a match without a comment to the operator, who says that it is the order', async () => {
    await open();
    await unknown('c-1234');
    show({ positions: [position({ magic: '7' })] });
    tell({ deals: [deal({ magic: '7' })] });
    const [found] = (await reconcile()).differences;
    expect(found).toMatchObject({ kind: 'DIFFERENCE_KIND_AMBIGUOUS', subject: 'c-1234' });
    expect((await fixture.service.getOrder({ accountId: ACCOUNT, coid: 'c-1234' })).ambiguous).toBe(true);
    expect(fixture.raised.map(({ code }) => code)).toEqual(expect.arrayContaining(['ORDER_AMBIGUOUS', 'DIFFERENCE']));
    expect(await fixture.lots()).toBe('');
    show({ positions: [position({ magic: '7' })], orders: [] });
    await resolve(found!.differenceId, ADOPTED);
    expect(await fixture.stateOf('c-1234')).toBe('FILLED');
    expect(await fixture.lots()).toBe('0.1');
    expect(await listed()).toEqual([]);
  });

  it('has the operator choose between several that it may be, and books the others as nobody’s', async () => {
    await open();
    await unknown('c-1234');
    show({ positions: [position({ magic: '7', volumeLots: '0.2', openPrice: '1.15' })] });
    const second = { orderTicket: '72', price: '1.2', timeUs: timeOf(2) };
    tell({
      deals: [deal({ magic: '7', orderTicket: '71' }), { ...deal({ magic: '7', ...second }), dealTicket: 'd2' }],
    });
    const [found] = (await reconcile()).differences;
    expect(found?.candidates).toEqual([
      { ticket: '71', words: 'deal d1, BUY 0.1 EURUSD at 1.1', timeUs: timeOf(1) },
      { ticket: '72', words: 'deal d2, BUY 0.1 EURUSD at 1.2', timeUs: timeOf(2) },
    ]);
    expect((await fixture.service.listDifferences({ accountId: ACCOUNT, all: false })).differences).toEqual([found]);
    const { differenceId } = found!;
    await expect(resolve(differenceId, ADOPTED)).rejects.toThrow('It could be 71 or 72: say which ticket it is');
    await expect(resolve(differenceId, ADOPTED, { brokerTicket: '73' })).rejects.toThrow('those are 71 or 72');
    await expect(resolve(differenceId, DISMISSED, { brokerTicket: '72' })).rejects.toMatchObject({
      code: 'FIELD_INVALID',
    });
    expect(await fixture.stateOf('c-1234')).toBe('UNKNOWN');
    await resolve(differenceId, ADOPTED, { brokerTicket: '72' });
    expect(await fixture.service.getOrder({ accountId: ACCOUNT, coid: 'c-1234' })).toMatchObject({
      ...{ state: 'ORDER_STATE_FILLED', brokerTicket: '72', averagePrice: '1.2' },
    });
    expect(await fixture.lots()).toBe('0.2');
    expect(await listed()).toEqual([]);
  });

  it('ends an order that the operator says never was, and has the terminal refuse it', async () => {
    await open();
    await unknown('c-1234');
    tell({ deals: [deal({ magic: '7' })] });
    show({ positions: [position({ magic: '7' })] });
    const [found] = (await reconcile()).differences;
    await resolve(found!.differenceId, DISMISSED);
    expect(await fixture.stateOf('c-1234')).toBe('REJECTED');
    expect(fixture.terminal.has('c-1234')).toBe(false);
    expect([...fixture.terminal.tombstones]).toEqual(['c-1234']);
    // The deal is somebody's: it is booked, as nobody's order of ours.
    expect(await fixture.lots()).toBe('0.1');
  });

  it('takes over an order that only the broker works, and ends one that only the books do', async () => {
    await open();
    const held = { ticket: '77', symbol: 'EURUSD', volumeLots: '0.2', price: '1.05' } as const;
    const order = gateway.OrderSnapshot.fromPartial({ ...held, side: 'SIDE_BUY', type: 'ORDER_TYPE_LIMIT' });
    show({ orders: [order] });
    const [found] = (await reconcile()).differences;
    await resolve(found!.differenceId, ADOPTED);
    expect(await listed()).toEqual([]);
    show({});
    const [lost] = (await reconcile()).differences;
    expect(lost).toMatchObject({ kind: 'DIFFERENCE_KIND_ORDER', theirs: '' });
    await resolve(lost!.differenceId, ADOPTED);
    expect(await fixture.stateOf(lost!.subject)).toBe('CANCELED');
    expect(await listed()).toEqual([]);
  });

  it('keeps a difference of a deal open that the look of every minute does not reach back to', async () => {
    await open();
    await fixture.service.submitOrder(submitOf(orderOf('c-1234')));
    const dealt = dealOf('d1', 'c-1234', { commission: '0', timeUs: timeOf(1) });
    await fixture.onTrade({ $case: 'result', value: resultOf('c-1234') });
    await fixture.onTrade({ $case: 'deal', value: dealt });
    await fixture.idle();
    show({ positions: [position()], timeUs: LATER_US + 2 * 3_600_000_000 }, '10000.00', 2);
    tell({ deals: [dealt] });
    expect(await reconcile()).toMatchObject({ complete: true, differences: [] });
    await fixture.service.tick();
    // The broker has taken the deal back, hours later.
    tell({});
    expect((await reconcile()).differences).toMatchObject([{ kind: 'DIFFERENCE_KIND_DEAL', subject: 'd1' }]);
    fixture.nowMs += 60_000;
    await fixture.service.tick();
    expect((await reconcile()).differences).toHaveLength(1);
    expect(told()).toEqual(['OPEN']);
  });

  it('waits for events that are on their way before it calls anything a difference', async () => {
    await open();
    await fixture.service.submitOrder(submitOf(orderOf('c-1234')));
    await fixture.onTrade({ $case: 'result', value: resultOf('c-1234') });
    await fixture.idle();
    show({ positions: [position()] }, '9999.00', 2);
    let pauses = 0;
    fixture.onPause = async () => {
      pauses += 1;
      if (pauses === 2) await fixture.onTrade({ $case: 'deal', value: dealOf('d1', 'c-1234') });
      await fixture.idle();
    };
    tell({ deals: [dealOf('d1', 'c-1234')] });
    expect(await reconcile()).toMatchObject({ complete: true, differences: [], bookedEvents: 0 });
    expect(fixture.riskManager.halts).toEqual([]);
  });

  it('concludes nothing from a terminal that cannot be asked, or that has lost its broker', async () => {
    await open();
    show({ connected: false }, '1.00');
    expect(await reconcile()).toMatchObject({ complete: false, differences: [] });
    fixture.terminal.way = 'down';
    expect(await reconcile()).toMatchObject({
      complete: false,
      message: expect.stringContaining('could not be asked'),
    });
    expect(fixture.terminal.synced).toEqual([]);
    expect(fixture.riskManager.halts).toEqual([]);
  });

  it('only tells in simulated time: nothing is stored, booked or halted', async () => {
    await open(true);
    await fixture.step({ ticks: [ticks(1.1, 1.1001)] });
    await until(() => fixture.terminal.synced.length > 0);
    const before = await fixture.rows();
    show({ positions: [position()] });
    tell({ deals: [deal()] });
    expect(await reconcile()).toMatchObject({ bookedEvents: 0, message: expect.stringContaining('1 events') });
    show({}, '9000.00');
    tell({});
    const { differences } = await reconcile();
    expect(differences).toMatchObject([{ kind: 'DIFFERENCE_KIND_CASH' }]);
    expect(await fixture.rows()).toEqual(before);
    expect(await listed(true)).toEqual([]);
    expect(fixture.riskManager.halts).toEqual([]);
  });

  it('refuses a word on a difference that nobody knows, without a reason, or that is resolved otherwise', async () => {
    await open();
    await expect(resolve('d0', ADOPTED)).rejects.toMatchObject({ code: 'DIFFERENCE_UNKNOWN' });
    show({}, '9000.00');
    const [found] = (await reconcile()).differences;
    await expect(resolve(found!.differenceId, ADOPTED, { reason: ' ' })).rejects.toMatchObject({
      code: 'REASON_MISSING',
    });
    await expect(resolve(found!.differenceId, 'DIFFERENCE_STATUS_GONE')).rejects.toMatchObject({
      code: 'RESOLUTION_INVALID',
    });
    show({}, '8000.00');
    await expect(resolve(found!.differenceId, ADOPTED)).rejects.toMatchObject({ code: 'DIFFERENCE_GONE' });
    await expect(resolve(found!.differenceId, DISMISSED)).rejects.toMatchObject({ code: 'DIFFERENCE_RESOLVED' });
  });
});
