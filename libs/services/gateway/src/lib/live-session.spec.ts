import { common, terminal, TOPICS, type gateway as events } from '@trading/contracts';
import { ACCOUNT } from '../testing/gateway-fixture';
import { useGateway } from '../testing/gateway-suite';
import type { ScriptedTerminal } from '../testing/scripted-terminal';
import { CASH_EVENT, DEAL, ORDER_EVENT, POSITION_EVENT } from '../testing/terminal-frames';

const LIVE = { caps: [] };

describe('a live session', () => {
  const suite = useGateway();
  const calls = () => suite.gateway.calls;
  const welcome = (one: ScriptedTerminal) => terminal.welcomeSchema.parse(one.of('welcome')[0]?.d);
  const acked = (one: ScriptedTerminal, seq: number) => one.until(({ ack }) => ack === seq);
  const deals = () => suite.gateway.of(TOPICS.tradeEvent, 'deal').map(({ message }) => message as events.TradeEvent);
  const session = async () => (await calls().listSessions()).sessions[0];
  const submit = (more: Partial<common.OrderRequest> = {}) =>
    calls().submitOrder(suite.gateway.approved(suite.gateway.order({ coid: JSON.stringify(more), ...more })));
  const endSync = async () => calls().endSync({ accountId: ACCOUNT, sessionId: (await session())?.sessionId ?? '' });
  const toldStates = () =>
    suite.gateway
      .of(TOPICS.accountEvent, 'terminal')
      .map(({ message }) => message.body?.value as events.TerminalSession);

  it('passes everything on that happens at the broker, in its sequence and with its journal', async () => {
    const one = await suite.gateway.connect(LIVE);
    one.say('order.event', ORDER_EVENT, { seq: 1 });
    one.say('position.event', POSITION_EVENT, { seq: 2 });
    one.say('cash.event', CASH_EVENT, { seq: 3 });
    const prices = { volume: '0.10', price: '', bid: '1.1', ask: '1.1', message: '', attempt: 1, time: 901 };
    const result = { coid: 'order-1', status: 'DONE', retcode: 10009, order: 'o1', deal: '', position: '', ...prices };
    one.say('cmd.result', { ...result, verb: 'cancel', requestId: 'r2' }, { seq: 4 });
    await acked(one, 4);
    const said = suite.gateway.published.filter((p) => p.topic === TOPICS.tradeEvent.name).slice(1);
    expect(said.map(({ message }) => message)).toMatchObject([
      {
        seq: 1,
        journalId: 'journal-1',
        body: {
          $case: 'order',
          value: {
            ticket: 't1',
            symbol: 'EURUSD',
            state: 'ORDER_UPDATE_STATE_PLACED',
            type: 'ORDER_TYPE_LIMIT',
            origin: 'ORIGIN_STRATEGY',
          },
        },
      },
      {
        seq: 2,
        body: { $case: 'position', value: { positionId: 'p1', stopLoss: '1.09000', origin: 'ORIGIN_EXTERNAL' } },
      },
      { seq: 3, body: { $case: 'cash', value: { kind: 'deposit', amount: '100.00' } } },
      { seq: 4, body: { $case: 'result', value: { verb: 'cancel', requestId: 'r2' } } },
    ]);
  });

  it('goes on after the last event that the bus took, also after a crash, and says none twice', async () => {
    const one = await suite.gateway.connect(LIVE);
    for (const seq of [1, 2]) one.say('trade.event', { ...DEAL, deal: `d${seq}` }, { seq });
    await acked(one, 2);
    await suite.restart('crash');
    const again = await suite.gateway.connect(LIVE);
    expect(welcome(again)).toMatchObject({ resumeFrom: 2 });
    expect(welcome(again).fullSync).toBeUndefined();
    for (const seq of [2, 3]) again.say('trade.event', { ...DEAL, deal: `d${seq}` }, { seq });
    await acked(again, 3);
    expect(deals().map(({ seq }) => seq)).toEqual([3]);
    expect(again.of('ack').map(({ ack }) => ack)).toEqual([2, 3]);
  });

  it('acknowledges nothing that the bus did not take', async () => {
    const one = await suite.gateway.connect(LIVE);
    await suite.gateway.bus.close();
    one.say('trade.event', DEAL, { seq: 1 });
    await one.closed();
    expect(one.of('ack')).toEqual([]);
  });

  it.each<[string, Partial<terminal.Hello>, number]>([
    ['has another journal', { journalId: 'journal-2' }, 0],
    ['has forgotten events that nobody has', { resume: { first: 5, last: 9 } }, 4],
    ['has fewer events than it has said', { resume: { first: 1, last: 1 } }, 0],
  ])('is compared with the broker first when its terminal %s', async (_what, hello, resumeFrom) => {
    const one = await suite.gateway.connect(LIVE);
    for (const seq of [1, 2]) one.say('trade.event', DEAL, { seq });
    await acked(one, 2);
    await one.end();
    const again = await suite.gateway.connect({ ...LIVE, ...hello });
    expect(welcome(again)).toMatchObject({ fullSync: true, resumeFrom });
    expect(toldStates().at(-1)).toMatchObject({ syncing: true, journalId: hello.journalId ?? 'journal-1' });
    expect(await submit()).toMatchObject({ code: 'SYNCING' });
    expect(await submit({ reduceOnly: true })).toMatchObject({ code: 'SYNCING' });
    expect(again.of('order.submit')).toEqual([]);
    expect(await submit({ reduceOnly: true, origin: common.Origin.OPERATOR })).toMatchObject({
      status: 'SUBMIT_STATUS_JOURNALLED',
    });
    const cancel = { accountId: ACCOUNT, coid: 'order-1', epoch: 1, requestId: 'r', brokerTicket: '' };
    expect(await calls().cancelOrder(cancel)).toMatchObject({ status: 'SUBMIT_STATUS_JOURNALLED' });
    await endSync();
    expect(await submit({ comment: 'after' })).toMatchObject({ status: 'SUBMIT_STATUS_JOURNALLED' });
    await suite.gateway.until(() => toldStates().at(-1)?.syncing === false);
  });

  it('stays to be compared until somebody did, through restarts, and by nobody who compared another session', async () => {
    await (await suite.gateway.connect(LIVE)).end();
    const other = await suite.gateway.connect({ ...LIVE, journalId: 'journal-2' });
    const sessionId = (await session())?.sessionId ?? '';
    await other.end();
    await suite.restart('crash');
    const again = await suite.gateway.connect({ ...LIVE, journalId: 'journal-2' });
    expect(welcome(again).fullSync).toBe(true);
    await expect(calls().endSync({ accountId: ACCOUNT, sessionId })).rejects.toMatchObject({
      code: 'SESSION_REPLACED',
    });
    expect(await submit()).toMatchObject({ code: 'SYNCING' });
    await endSync();
    await again.end();
    const third = await suite.gateway.connect({ ...LIVE, journalId: 'journal-2' });
    expect(welcome(third).fullSync).toBeUndefined();
    expect(await session()).toMatchObject({ syncing: false });
  });

  it('is compared when events are missing in its middle, which go on all the same', async () => {
    const one = await suite.gateway.connect(LIVE);
    one.say('trade.event', DEAL, { seq: 1 });
    one.say('trade.event', DEAL, { seq: 4 });
    await acked(one, 4);
    expect(await session()).toMatchObject({ syncing: true });
    expect(await submit()).toMatchObject({ code: 'SYNCING' });
    expect(deals().map(({ seq }) => seq)).toEqual([1, 4]);
  });

  it('says when its terminal loses its broker or its permission to trade', async () => {
    const one = await suite.gateway.connect(LIVE);
    expect(await session()).toMatchObject({ brokerConnected: true, tradeAllowed: true });
    one.say('terminal', { connected: false, tradeAllowed: false });
    await suite.gateway.until(() => toldStates().length === 2);
    expect(toldStates().at(-1)).toMatchObject({ brokerConnected: false, tradeAllowed: false });
    expect(await session()).toMatchObject({ brokerConnected: false, tradeAllowed: false, connected: true });
  });

  describe('while the bus takes nothing', () => {
    const tick = (one: ScriptedTerminal, n: number) => one.ticks(n, [[n, '1.1', '1.2']]);
    const batches = () => suite.gateway.of(TOPICS.marketTick, 'batch').map(({ message }) => message.body?.value);
    /** Holds up what the relay waits for, until called. */
    const stall = (): (() => void) => {
      let release: () => void = () => undefined;
      const stalled = new Promise<void>((resolve) => (release = resolve));
      suite.gateway.timeSeries.pressure = () => stalled;
      return release;
    };
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
    };

    it('keeps the newest ticks of each symbol and every reliable event, and still hears answers', async () => {
      await suite.restart('stop', { slowBusMs: 20 });
      const release = stall();
      const one = await suite.gateway.connect(LIVE);
      tick(one, 1);
      const until = performance.now() + 100;
      while (performance.now() < until) await turns(10);
      for (let n = 2; n <= 3_000; n++) tick(one, n);
      one.say('trade.event', DEAL, { seq: 1 });
      for (let n = 3_001; n <= 3_005; n++) tick(one, n);
      // The terminal's answers are not behind its ticks.
      expect(await submit()).toMatchObject({ status: 'SUBMIT_STATUS_JOURNALLED' });
      await turns(200);
      release();
      await acked(one, 1);
      await suite.gateway.until(() => batches().length >= 2);
      await suite.gateway.bus.idle();
      expect(batches()).toMatchObject([{ firstSeq: 1 }, { firstSeq: 3_005 }]);
      expect(deals()).toHaveLength(1);
    });

    it('loses no tick of simulated time', async () => {
      await suite.restart('stop', { slowBusMs: 1 });
      const release = stall();
      const one = await suite.gateway.connect();
      for (let n = 1; n <= 1_500; n++) tick(one, n);
      await turns(200);
      release();
      one.mark(1);
      await one.next('sim.done');
      expect(batches()).toHaveLength(1_500);
    });
  });
});
