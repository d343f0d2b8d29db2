import { gateway, type common } from '@trading/contracts';
import { ExecutionFixture } from '../testing/execution-fixture';
import { ACCOUNT, dealOf, orderOf, resultOf, submitOf, updateOf } from '../testing/messages';

const PLACED = 'ORDER_UPDATE_STATE_PLACED';
const CANCELED = 'ORDER_UPDATE_STATE_CANCELED';

describe('an account that is to be flat', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  const begin = async () => {
    await system.session(0, { lockstep: false });
    await system.quote(1.0999, 1.1);
  };
  beforeEach(async () => {
    await system.reset();
    await begin();
    await submit('order-1');
    await fill('d1', 'order-1');
  });
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const submit = (coid: string, changes: Partial<common.OrderRequest> = {}) =>
    system.service.submitOrder(submitOf(orderOf(coid, changes)));
  const hear = async (body: NonNullable<gateway.TradeEvent['body']>) => {
    await system.onTrade(body);
    await system.settled();
  };
  const fill = (ticket: string, coid: string, changes: Partial<gateway.Deal> = {}) =>
    hear({ $case: 'deal', value: dealOf(ticket, coid, changes) });
  const sold = (ticket: string, coid: string, volumeLots = '0.1') =>
    fill(ticket, coid, { side: 'SIDE_SELL', volumeLots });
  const refuse = (coid: string, changes: Partial<gateway.CommandResult> = {}) =>
    hear({ $case: 'result', value: resultOf(coid, { status: 'REJECTED', retcode: 10020, ...changes }) });
  const flatten = (requestId = 'flat-1') =>
    system.service.flatten({ accountId: ACCOUNT, requestId, reason: 'test' }).finally(() => system.settled());
  const later = async (seconds = 1) => {
    system.nowMs += seconds * 1_000;
    await system.service.tick();
    await system.settled();
  };
  const closes = () => system.terminal.journal.filter(({ reduceOnly }) => reduceOnly);
  const lastClose = () => closes().at(-1)?.coid ?? '';
  const volumes = () => closes().map(({ side, volumeLots }) => `${side.slice(5)} ${volumeLots}`);
  const ended = async () =>
    (await system.database.query<{ ended: string | null }>('SELECT ended FROM flatten_wanted')).map((row) => row.ended);

  it('is so when its closes are filled and its entries are gone, not when they are sent', async () => {
    await submit('entry-1', { type: 'ORDER_TYPE_LIMIT', price: '1.05', timeInForce: 'TIME_IN_FORCE_GTC' });
    await hear({ $case: 'order', value: updateOf('entry-1', PLACED) });
    const { orders } = await flatten();
    expect(orders.map(({ request }) => request?.coid)).toEqual([lastClose()]);
    expect(volumes()).toEqual(['SELL 0.1']);
    expect(system.terminal.canceled.map(({ coid }) => coid)).toEqual(['entry-1']);
    expect(await ended()).toEqual([null]);
    await sold('d2', lastClose());
    await later();
    expect(await ended()).toEqual([null]);
    await hear({ $case: 'order', value: updateOf('entry-1', CANCELED) });
    expect(await ended()).toEqual(['FLAT']);
    await flatten();
    expect(volumes()).toEqual(['SELL 0.1']);
  });

  it('goes on after requotes and partial fills with what is left, and tells people', async () => {
    await flatten();
    await refuse(lastClose());
    expect(closes()).toHaveLength(1);
    await later();
    await sold('d2', lastClose(), '0.04');
    await later();
    // The rest of the second may still be filled.
    expect(volumes()).toEqual(['SELL 0.1', 'SELL 0.1']);
    await hear({ $case: 'order', value: updateOf(lastClose(), CANCELED) });
    await later();
    expect(volumes()).toEqual(['SELL 0.1', 'SELL 0.1', 'SELL 0.06']);
    expect(system.raised).toContainEqual(expect.objectContaining({ code: 'NOT_FLAT', about: 'flat-1' }));
    await sold('d3', lastClose(), '0.06');
    expect(await ended()).toEqual(['FLAT']);
    expect(await system.lots()).toBe('');
  });

  it('closes nothing again whose outcome is not known, also after a crash', async () => {
    system.terminal.way = 'loses-answers';
    await flatten();
    expect(await system.stateOf(lastClose())).toBe('UNKNOWN');
    await system.crash();
    system.terminal.way = 'up';
    await begin();
    await later(40);
    expect(volumes()).toEqual(['SELL 0.1']);
    expect(system.raised).toContainEqual(expect.objectContaining({ code: 'NOT_FLAT' }));
    await refuse(lastClose());
    await later();
    expect(volumes()).toEqual(['SELL 0.1', 'SELL 0.1']);
    await sold('d2', lastClose());
    expect(await ended()).toEqual(['FLAT']);
  });

  it('closes what an entry adds before its cancel arrives', async () => {
    await submit('entry-1', { type: 'ORDER_TYPE_LIMIT', price: '1.05', timeInForce: 'TIME_IN_FORCE_GTC' });
    await hear({ $case: 'order', value: updateOf('entry-1', PLACED) });
    await flatten();
    const requestId = system.terminal.canceled[0]?.requestId ?? '';
    await sold('d2', lastClose());
    await fill('d3', 'entry-1');
    await refuse('entry-1', { verb: 'cancel', requestId });
    await later();
    expect(volumes()).toEqual(['SELL 0.1', 'SELL 0.1']);
    await sold('d4', lastClose());
    expect(await ended()).toEqual(['FLAT']);
  });

  it('is tried less and less often, and begun at once for another request', async () => {
    system.riskManager.denial = 'QUOTE_STALE';
    await flatten();
    for (let second = 1; second <= 120; second++) await later();
    const denied = system.riskManager.asked.filter(({ order }) => order?.reduceOnly === true).length;
    expect(denied).toBeGreaterThan(5);
    expect(denied).toBeLessThan(13);
    system.riskManager.denial = undefined;
    await flatten('flat-2');
    expect(volumes()).toEqual(['SELL 0.1']);
    await sold('d2', lastClose());
    expect(await ended()).toEqual(['FLAT', 'FLAT']);
  });

  it('is no more when somebody resumes it', async () => {
    system.riskManager.halts.push({ accountId: ACCOUNT, state: 'TRADING_STATE_HALTED', reason: 'flat' });
    await flatten();
    system.riskManager.halts.push({ accountId: ACCOUNT, state: 'TRADING_STATE_ACTIVE', reason: 'resume' });
    await refuse(lastClose());
    await later();
    expect(closes()).toHaveLength(1);
    expect(await ended()).toEqual(['RESUMED']);
  });

  it('is not while the terminal shows more than the books', async () => {
    system.terminal.broker = gateway.Snapshot.fromPartial({ positions: [{ positionId: 'p9', symbol: 'GBPUSD' }] });
    await flatten();
    await sold('d2', lastClose());
    await later(60);
    expect(await ended()).toEqual([null]);
    expect(system.raised.at(-1)).toMatchObject({ code: 'NOT_FLAT', text: expect.stringContaining('1 positions') });
    system.terminal.broker = gateway.Snapshot.fromPartial({});
    await later();
    expect(await ended()).toEqual(['FLAT']);
  });

  it('is flattened when risk-manager wanted it before a session began', async () => {
    await system.crash();
    await system.wantFlat('week-1');
    await system.crash();
    await begin();
    await later();
    expect(volumes()).toEqual(['SELL 0.1']);
    expect(closes()).toMatchObject([{ origin: 'ORIGIN_OPERATOR' }]);
  });

  it('is flattened once for each request of risk-manager', async () => {
    await system.wantFlat('week-1');
    await system.wantFlat('week-1');
    expect(volumes()).toEqual(['SELL 0.1']);
  });
});

describe('an account of simulated time that is to be flat', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  afterAll(() => system.close());

  it('goes on at the next barriers when a close is refused', async () => {
    await system.reset();
    await system.session();
    await system.step();
    await system.service.submitOrder(submitOf(orderOf('order-1')));
    await system.step({ trades: [{ $case: 'deal', value: dealOf('d1', 'order-1') }] });
    await system.wantFlat('loss-1');
    const closes = () => system.terminal.journal.filter(({ reduceOnly }) => reduceOnly);
    const result = (coid = '') => resultOf(coid, { status: 'REJECTED', retcode: 10020 });
    await system.step({ trades: [{ $case: 'result', value: result(closes()[0]?.coid) }] });
    await system.step();
    expect(closes().map(({ volumeLots }) => volumeLots)).toEqual(['0.1', '0.1']);
    const deal = dealOf('d2', closes()[1]?.coid ?? '', { side: 'SIDE_SELL' });
    await system.step({ trades: [{ $case: 'deal', value: deal }] });
    expect(await system.lots()).toBe('');
    expect(await system.database.query('SELECT ended FROM flatten_wanted')).toEqual([{ ended: 'FLAT' }]);
    expect(system.errors).toEqual([]);
  });
});
