import { TOPICS, terminal, type common, type gateway as events, type market } from '@trading/contracts';
import { route, type Delivery } from '@trading/platform-messaging';
import { InMemoryTracer, installTracer, noopTracer, runWithTrace } from '@trading/platform-tracing';
import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { ACCOUNT, GatewayFixture } from '../testing/gateway-fixture';
import { snapshotFrame } from '../testing/terminal-frames';
import { INSTRUMENT, type ScriptedTerminal } from '../testing/scripted-terminal';
import { GATEWAY_MIGRATIONS } from './gateway-migrations';
import { SessionDirectory } from './session-directory';

const DEAL: terminal.TradeEventFrame = {
  deal: 'd1',
  order: 'o1',
  position: 'p1',
  coid: 'order-1',
  tag: 'Q1',
  magic: '7',
  symbol: INSTRUMENT.brokerSymbol,
  side: 'BUY',
  volume: '0.10',
  price: '1.10000',
  commission: '0.00',
  swap: '0.00',
  profit: '0.00',
  positionVolume: '0.10',
  reason: 'order',
  time: 900,
};

describe('the session of a terminal', () => {
  let created: TestDatabase;
  let database: Database;
  let gateway: GatewayFixture;

  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'gateway', migrations: GATEWAY_MIGRATIONS });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await created.drop();
  });
  beforeEach(async () => {
    gateway = await GatewayFixture.start(database);
  });
  afterEach(() => gateway.stop());

  const durable = () => new SessionDirectory(database).barrier(ACCOUNT);
  const done = (one: ScriptedTerminal) => one.of('sim.done').map(({ d }) => terminal.simDoneSchema.parse(d).n);
  const marksOf = (topic: { readonly name: string }) =>
    gateway.of(topic, 'mark').map(({ message }) => message.body?.value as common.Mark);
  /** Plays a barrier that every stage passes. */
  const play = async (one: ScriptedTerminal, n: number): Promise<void> => {
    one.mark(n);
    await one.until(({ t, d }) => t === 'sim.done' && (d as terminal.SimDone).n === n);
  };

  it('is announced on every topic before anything else is said there', async () => {
    const one = await gateway.connect();
    await play(one, 1);
    const kinds = (topic: { readonly name: string }) =>
      gateway.published.filter((p) => p.topic === topic.name).map((p) => p.message.body?.$case);
    expect(kinds(TOPICS.tradeEvent)).toEqual(['session', 'mark']);
    expect(kinds(TOPICS.marketTick)).toEqual(['session', 'mark']);
    expect(kinds(TOPICS.accountEvent)).toEqual(['session', 'terminal', 'instrument', 'mark']);
    const [session] = gateway.of(TOPICS.tradeEvent, 'session');
    expect(session?.message.body?.value).toMatchObject({ accountId: ACCOUNT, resumeFrom: 0, lockstep: true });
    expect((await gateway.calls.listSymbols({ accountId: ACCOUNT })).instruments).toMatchObject([
      { symbol: 'EURUSD', brokerSymbol: 'EURUSD.m', tradable: true },
    ]);
  });

  it('passes ticks on under our symbol, counts crossed ones and keeps all', async () => {
    const one = await gateway.connect();
    one.ticks(41, [
      [10, '1.10000', '1.10010'],
      [11, '1.10020', '1.10010'],
      [11, '1.10000', '1.10000'],
    ]);
    await play(one, 1);
    const [batch] = gateway.of(TOPICS.marketTick, 'batch');
    expect(batch?.key).toBe('EURUSD');
    expect(batch?.message.body?.value as market.TickBatch).toMatchObject({
      accountId: ACCOUNT,
      symbol: 'EURUSD',
      firstSeq: 41,
      timeUs: [10, 11, 11],
      bid: [1.1, 1.1002, 1.1],
      ask: [1.1001, 1.1001, 1.1],
      crossed: 1,
    });
    expect(gateway.timeSeries.written).toMatchObject([
      { measurement: 'tick', tags: { account: ACCOUNT, symbol: 'EURUSD' }, columns: { seq: [41, 42, 43] } },
    ]);
    const { sessions } = await gateway.calls.listSessions();
    expect(sessions).toMatchObject([{ ticks: 3, crossedTicks: 1, barrier: 1, connected: true, ended: false }]);
  });

  it.each<[string, unknown]>([
    ['columns of other lengths', { symbol: 'EURUSD.m', first: 1, t: [1, 2], b: ['1'], a: ['1'] }],
    ['a price of zero', { symbol: 'EURUSD.m', first: 1, t: [1], b: ['0'], a: ['1'] }],
    ['a price without end', { symbol: 'EURUSD.m', first: 1, t: [1], b: ['1'], a: ['1e999'] }],
    ['a time that is none', { symbol: 'EURUSD.m', first: 1, t: [1.5], b: ['1'], a: ['1'] }],
    ['nothing', null],
  ])('ends at ticks with %s, and takes nothing that follows', async (_what, frame) => {
    const one = await gateway.connect();
    one.say('tick', frame);
    one.say('trade.event', DEAL, { seq: 1 });
    one.mark(1);
    await one.closed();
    await gateway.bus.idle();
    expect(gateway.of(TOPICS.marketTick, 'batch')).toEqual([]);
    expect(gateway.of(TOPICS.tradeEvent, 'deal')).toEqual([]);
    expect([one.of('ack'), done(one), marksOf(TOPICS.tradeEvent)]).toEqual([[], [], []]);
  });

  describe('that is traced', () => {
    const tracer = new InMemoryTracer();
    beforeEach(() => {
      tracer.spans.length = 0;
      installTracer(tracer);
    });
    afterEach(() => void installTracer(noopTracer));
    /** Letters for the traces of the terminal's frames, in the order in which their spans ended. */
    const traces = () => {
      const letters = new Map<string, string>();
      return tracer.spans.map(({ name, context: { traceId } }) => {
        letters.set(traceId, letters.get(traceId) ?? 'abc'.charAt(letters.size));
        return `${name} ${letters.get(traceId)}`;
      });
    };

    it('begins a trace with the first ticks after each barrier, which ends with the next barrier', async () => {
      const one = await gateway.connect();
      one.ticks(1, [[10, '1.1', '1.2']]);
      one.ticks(2, [[11, '1.1', '1.2']]);
      await play(one, 1);
      await play(one, 2);
      await gateway.until(() => tracer.spans.length === 4);
      expect(traces()).toEqual(['terminal tick a', 'terminal tick a', 'terminal sim.mark a', 'terminal sim.mark b']);
      expect(tracer.spans.map(({ attributes }) => attributes['trading.barrier'])).toEqual([1, 1, 1, 2]);
    });

    it('begins one with each frame of ticks where there are no barriers', async () => {
      const one = await gateway.connect({ caps: [] });
      one.ticks(1, [[10, '1.1', '1.2']]);
      one.ticks(2, [[11, '1.1', '1.2']]);
      await gateway.until(() => tracer.spans.length === 2);
      expect(traces()).toEqual(['terminal tick a', 'terminal tick b']);
    });

    it('says in the trace of an order what becomes of it, and in no other', async () => {
      const one = await gateway.connect();
      const caller = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
      const request = gateway.approved(gateway.order({ coid: 'order-1' }));
      await runWithTrace(caller, () => gateway.calls.submitOrder(request));
      one.say('trade.event', DEAL, { seq: 1 });
      one.say('trade.event', { ...DEAL, deal: 'd2', coid: '' }, { seq: 2 });
      await one.until(({ ack }) => ack === 2);
      expect(tracer.spans.map(({ name, attributes }) => [name, attributes['trading.coid']])).toEqual([
        ['terminal order.submit', 'order-1'],
        ['terminal trade.event', 'order-1'],
        ['terminal trade.event', ''],
      ]);
      expect(tracer.spans.map(({ context }) => context.traceId === 'a'.repeat(32))).toEqual([true, true, false]);
    });
  });

  it('acknowledges results and deals after they were published, in their sequence', async () => {
    const one = await gateway.connect();
    one.say('trade.event', DEAL, { seq: 5 });
    const result = { coid: 'order-1', status: 'DONE', retcode: 10009, order: 'o1', deal: 'd1', position: 'p1' };
    const prices = { volume: '0.10', price: '1.1', bid: '1.1', ask: '1.1', message: '', attempt: 1, time: 901 };
    one.say('cmd.result', { ...result, ...prices }, { seq: 6 });
    await one.until(({ ack }) => ack === 6);
    expect(one.of('ack').map(({ ack }) => ack)).toEqual([5, 6]);
    const said = gateway.published.filter((p) => p.topic === TOPICS.tradeEvent.name).slice(1);
    expect(said.map(({ message }) => [(message as events.TradeEvent).seq, message.body?.$case])).toEqual([
      [5, 'deal'],
      [6, 'result'],
    ]);
    expect(said[0]?.message.body?.value).toMatchObject({ symbol: 'EURUSD', origin: 'ORIGIN_STRATEGY' });
    one.say('trade.event', DEAL);
    await one.closed();
    expect(one.of('ack')).toHaveLength(2);
  });

  it('lets time go on when every stage has passed the barrier, not before', async () => {
    gateway.prompt.delete('execution');
    const one = await gateway.connect();
    const [session] = gateway.of(TOPICS.tradeEvent, 'session');
    await gateway.enter('execution', session?.message.body?.value as common.SessionStarted);
    one.mark(1);
    await gateway.until(() => marksOf(TOPICS.marketTick).length === 1);
    await gateway.bus.idle();
    for (const topic of [TOPICS.tradeEvent, TOPICS.accountEvent, TOPICS.marketTick]) {
      expect(marksOf(topic)).toMatchObject([{ accountId: ACCOUNT, n: 1, timeUs: 1_000, checkpoint: true, end: false }]);
    }
    expect([done(one), await durable()]).toEqual([[], undefined]);
    await gateway.pass('execution', 1);
    await one.next('sim.done');
    expect(await durable()).toEqual({ n: 1, timeUs: 1_000, ended: false, ticks: 0, crossed: 0 });
    expect(gateway.timeSeries.flushes).toBe(1);
  });

  it('asks for no further checkpoint while time goes on without a stage: the last that all have must stay', async () => {
    gateway.prompt.delete('execution');
    const one = await gateway.connect();
    one.answers.set('snapshot.get', () => ({ t: 'snapshot', d: snapshotFrame({}) }));
    await gateway.calls.flatten({ accountId: ACCOUNT, requestId: 'r1', reason: 'enough' });
    for (const n of [1, 2, 3]) {
      one.mark(n);
      await one.until(({ t, d }) => t === 'sim.done' && (d as terminal.SimDone).n === n);
    }
    expect(marksOf(TOPICS.tradeEvent).map(({ checkpoint }) => checkpoint)).toEqual([true, false, false]);
    expect(await durable()).toBeUndefined();
  });

  it.each([0, 2, 3])('ends at barrier %d where barrier 1 is due', async (n) => {
    const one = await gateway.connect();
    one.mark(n);
    await one.closed();
    expect(marksOf(TOPICS.tradeEvent)).toEqual([]);
  });

  it('ends at a barrier of a terminal that does not run in simulated time', async () => {
    const one = await gateway.connect({ caps: [] });
    one.mark(1);
    await one.closed();
    expect(marksOf(TOPICS.tradeEvent)).toEqual([]);
  });

  it('goes on from the last durable barrier after a crash, without waiting for barriers when the data has ended', async () => {
    const one = await gateway.connect();
    one.ticks(1, [[10, '1.2', '1.1']]);
    await play(one, 1);
    one.mark(2, 2_000, true);
    await one.until(({ t, d }) => t === 'sim.done' && (d as terminal.SimDone).n === 2);
    await gateway.crash();
    gateway = await GatewayFixture.start(database);
    const again = await gateway.connect();
    expect(again.of('welcome')[0]?.d).toMatchObject({ resumeBarrier: 2 });
    expect(gateway.of(TOPICS.marketTick, 'session')[0]?.message.body?.value).toMatchObject({
      resumeFrom: 2,
      timeUs: 2_000,
      lockstep: false,
    });
    const { sessions } = await gateway.calls.listSessions();
    expect(sessions).toMatchObject([{ barrier: 2, ticks: 1, crossedTicks: 1, ended: true }]);
  });

  it('gives way to a newer one while it waits for its stages', async () => {
    gateway.prompt.delete('decision');
    const older = await gateway.connect();
    older.mark(1);
    await gateway.until(() => marksOf(TOPICS.marketTick).length === 1);
    const newer = await gateway.connect();
    await older.closed();
    expect(older.of('bye')[0]?.d).toEqual({ code: 'superseded' });
    expect(newer.of('welcome')[0]?.d).toMatchObject({ resumeBarrier: 0 });

    // A stage that still works for the older session does not speak for the newer one, though the barrier is the same.
    newer.mark(1);
    await gateway.until(() => marksOf(TOPICS.marketTick).length === 2);
    await gateway.pass('decision', 1);
    await gateway.bus.idle();
    expect([done(newer), await durable()]).toEqual([[], undefined]);

    const session = gateway.of(TOPICS.tradeEvent, 'session').at(-1)?.message.body?.value as common.SessionStarted;
    await gateway.enter('decision', session);
    await gateway.pass('decision', 1);
    await newer.next('sim.done');
    expect([done(older), await durable()]).toMatchObject([[], { n: 1 }]);
  });

  it('says nothing any more once a newer one was announced', async () => {
    const older = await gateway.connect();
    const newer = await gateway.connect();
    older.socket.destroy();
    await play(newer, 1);
    const sessions = gateway.of(TOPICS.tradeEvent, 'session').map((p) => (p.message as events.TradeEvent).sessionId);
    const marks = gateway.of(TOPICS.tradeEvent, 'mark').map((p) => (p.message as events.TradeEvent).sessionId);
    expect(sessions).toHaveLength(2);
    expect(marks).toEqual([sessions[1]]);
  });

  it('is the newest of many terminals that dial at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => gateway.dial()));
    for (const one of all) void one.greet({ key: Buffer.from('0123456789abcdef0123456789abcdef') });
    await gateway.until(() => all.filter((one) => one.isClosed).length === 4);
    const winner = all.find((one) => !one.isClosed);
    await gateway.until(() => gateway.log.entries.some(({ message }) => message === 'A terminal is connected.'));
    if (winner !== undefined) await play(winner, 1);
    expect(await durable()).toMatchObject({ n: 1 });
  });

  it('keeps no barrier of a session that another gateway has taken over', async () => {
    const directory = new SessionDirectory(database);
    const record = { accountId: ACCOUNT, gatewayId: 'g', login: '1', server: 's', journalId: 'j', epoch: 1 };
    await directory.enter({ ...record, sessionId: 'mine', connectedUs: 1 });
    const barrier = { n: 3, timeUs: 3, ended: false, ticks: 0, crossed: 0 };
    await directory.saveBarrier(ACCOUNT, 'mine', barrier);
    await directory.enter({ ...record, sessionId: 'theirs', connectedUs: 2 });
    await expect(directory.saveBarrier(ACCOUNT, 'mine', { ...barrier, n: 4 })).rejects.toMatchObject({
      code: 'SESSION_REPLACED',
    });
    expect(await durable()).toEqual(barrier);
  });

  it('is refused when its terminal does not say what it trades', async () => {
    await gateway.stop();
    gateway = await GatewayFixture.start(database, { commandTimeoutMs: 20 });
    const one = await gateway.dial();
    one.answers.delete('symbol.get');
    void one.greet({ key: Buffer.from('0123456789abcdef0123456789abcdef') });
    await one.closed();
    expect(one.of('reject')).toHaveLength(1);
    expect(gateway.published).toEqual([]);
    expect((await gateway.calls.listSessions()).sessions).toMatchObject([{ connected: false }]);
  });

  it('lets a stage reach the terminal in the middle of a flood', async () => {
    const one = await gateway.connect();
    const sent: events.SubmitOrderResponse[] = [];
    const decide = async ({ message: { body } }: Delivery<events.TradeEvent>): Promise<void> => {
      if (body?.$case !== 'mark') return;
      sent.push(await gateway.calls.submitOrder(gateway.approved(gateway.order())));
      await gateway.pass('decision', body.value.n);
    };
    await gateway.bus.consume({ group: 'strategy' }, [route(TOPICS.tradeEvent, decide)]);
    gateway.prompt.delete('decision');
    const session = gateway.of(TOPICS.tradeEvent, 'session')[0]?.message.body?.value as common.SessionStarted;
    await gateway.enter('decision', session);
    let isStored = false;
    gateway.timeSeries.pressure = () => gateway.until(() => isStored);
    const tick = { symbol: 'EURUSD.m', first: 1, t: [10], b: ['1'], a: ['1'] };
    const flood = Array.from({ length: 1_200 }, () => terminal.encodeFrame(terminal.envelope('tick', tick, 1)));
    const mark = terminal.encodeFrame(terminal.envelope('sim.mark', { n: 1, time: 20, end: false }, 1));
    one.socket.write(Buffer.concat([...flood, mark]));
    // The frames pile up before the first is through.
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    isStored = true;
    await one.next('sim.done');
    expect(sent).toMatchObject([{ status: 'SUBMIT_STATUS_JOURNALLED' }]);
    expect(gateway.of(TOPICS.marketTick, 'batch')).toHaveLength(1_200);
  });
});
