import { ExecutionFixture } from '../testing/execution-fixture';
import { ACCOUNT, dealOf, orderOf, submitOf, ticks } from '../testing/messages';

/** What goes wrong in other systems, by its name. */
describe('execution', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  beforeEach(async () => {
    await system.reset();
    await system.session();
    await system.step({ ticks: [ticks(1.0999, 1.1)] });
  });
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const submit = (coid: string, changes = {}) => system.service.submitOrder(submitOf(orderOf(coid, changes)));
  const deal = (ticket: string, coid: string, changes = {}) =>
    ({ $case: 'deal', value: dealOf(ticket, coid, changes) }) as const;

  it('has no orders doubled by a retry after a timeout', async () => {
    system.terminal.way = 'loses-answers';
    for (let attempt = 0; attempt < 3; attempt++) await submit('order-1');
    system.terminal.way = 'up';
    expect(await submit('order-1')).toMatchObject({ duplicate: true, order: { state: 'ORDER_STATE_UNKNOWN' } });
    expect(system.terminal.submitted).toEqual(['order-1']);
    await system.step({ trades: [deal('d1', 'order-1')] });
    expect(await system.lots()).toBe('0.1');
  });

  it('has no restart reconciliation that itself trades', async () => {
    await submit('filled-1');
    await system.step({ trades: [deal('d1', 'filled-1')] });
    system.terminal.way = 'loses-orders';
    await submit('strategys', {});
    await submit('operators', { origin: 'ORIGIN_OPERATOR' });
    const attempts = system.terminal.submitted.length;
    for (let restart = 0; restart < 3; restart++) {
      await system.crash();
      system.terminal.way = 'up';
      await system.session(0, { tradeSeq: 0 });
      await system.step({ ticks: [ticks(1.0999, 1.1)] });
      await system.step({ trades: [deal('d1', 'filled-1')] });
    }
    expect(system.terminal.submitted).toHaveLength(attempts);
    expect(await system.stateOf('operators')).toBe('REJECTED');
    expect(await system.stateOf('strategys')).toBe('UNKNOWN');
    // Three events of each order, and the rejection that the first restart found: the others found nothing new.
    expect((await system.store.account(ACCOUNT))?.lastSeq).toBe(10);
  });

  it('has no fills lost on a "healthy" connection: what the terminal repeats is booked once, what it never said before too', async () => {
    await submit('order-1');
    await system.step({ trades: [deal('d1', 'order-1', { volumeLots: '0.04' })] }, { end: true, checkpoint: true });
    // Between its ticks the terminal said something else, under the next sequence, and then all of it again.
    await system.onTrade(deal('d2', 'order-1', { volumeLots: '0.06' }));
    await system.onTrade(deal('d1', 'order-1', { volumeLots: '0.04' }));
    await system.idle();
    expect(await system.lots()).toBe('0.1');
    await system.crash();
    await system.session(2, { lockstep: false, tradeSeq: 0 });
    await system.onTrade(deal('d1', 'order-1', { volumeLots: '0.04' }));
    await system.onTrade(deal('d2', 'order-1', { volumeLots: '0.06' }));
    await system.onTrade(deal('d3', '', { origin: 'ORIGIN_BROKER', reason: 'sl', side: 'SIDE_SELL' }));
    await system.idle();
    expect(await system.lots()).toBe('');
    const { fills } = await system.service.listFills({ accountId: ACCOUNT, coid: '' });
    expect(fills.map((fill) => fill.fillId)).toEqual(['d1', 'd2', 'd3']);
  });

  it('has no state that is written only at graceful shutdown', async () => {
    await submit('order-1');
    await system.step({ trades: [deal('d1', 'order-1')] });
    const [rows, events] = [await system.rows(), system.events];
    await system.crash();
    expect(await system.rows()).toEqual(rows);
    expect(await system.store.eventsAfter(ACCOUNT, 0)).toEqual(events);
    expect(await system.stateOf('order-1')).toBe('FILLED');
  });

  it('streams the events of an account without a gap between the stored and the new', async () => {
    await submit('order-1');
    await submit('order-2');
    await system.idle();
    const seen: number[] = [];
    const subscription = system.service
      .streamOrderEvents({ accountId: ACCOUNT, afterSeq: 1 })
      .subscribe((event) => seen.push(event.seq));
    // These happen while the stored events are being read.
    await Promise.all([submit('order-3'), submit('order-4')]);
    await system.step({ trades: [deal('d1', 'order-1'), deal('d2', 'order-2')] });
    expect(seen).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    subscription.unsubscribe();
    await submit('order-5');
    expect(seen).toHaveLength(9);
  });

  it('streams nothing twice when the session goes back', async () => {
    await submit('order-1');
    const seen: number[] = [];
    system.service.streamOrderEvents({ accountId: ACCOUNT, afterSeq: 0 }).subscribe((event) => seen.push(event.seq));
    await system.step({ trades: [deal('d1', 'order-1')] });
    await system.session(0, { tradeSeq: 0 });
    await system.step();
    await submit('order-1');
    await system.step({ trades: [deal('d1', 'order-1')] });
    await submit('order-2');
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });
});
