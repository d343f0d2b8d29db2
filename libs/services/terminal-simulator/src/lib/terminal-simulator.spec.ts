import { appendFileSync, writeFileSync } from 'node:fs';
import { terminal } from '@trading/contracts';
import type { FakeGateway, FakeGatewayOptions } from '../testing/fake-gateway';
import {
  bodies,
  marksOf,
  orderOf,
  SimulatorStage,
  START_US,
  ticksOf,
  until,
  type Act,
} from '../testing/simulator-stage';
import { JOURNAL_FILE } from './journal';
import type { SimulatorConfigInput } from './simulator-config';
import { TerminalSimulator } from './terminal-simulator';

const M1 = [{ symbol: 'EURUSD', timeframe: 'M1' }];
const MINUTE = 60_000_000;
const START = START_US;

/** Eight minutes with a tick every 20 s, one crossed, and no tick at all in the sixth minute. */
const CSV = ['time_ms,bid,ask']
  .concat(
    Array.from({ length: 24 }, (_, i) => i)
      .filter((i) => i < 15 || i > 17)
      .map((i) => {
        const bid = 1.1 + (i % 7) * 0.0001;
        const ask = i === 4 ? bid - 0.0001 : bid + 0.0001;
        return `${START / 1000 + i * 20_000},${bid.toFixed(5)},${ask.toFixed(5)}`;
      }),
  )
  .join('\n');

describe('a simulated terminal', () => {
  let stage: SimulatorStage;
  let feeds: SimulatorConfigInput['feeds'];
  beforeEach(() => {
    stage = new SimulatorStage();
    writeFileSync(stage.inFolder('ticks.csv'), CSV);
    feeds = [{ symbol: 'EURUSD', files: [stage.inFolder('ticks.csv')] }];
  });
  afterEach(() => stage.close());

  const start = (
    options: Partial<FakeGatewayOptions> = {},
    more: Partial<SimulatorConfigInput> = {},
    prepare?: (gateway: FakeGateway) => void,
  ): Promise<Act> => stage.start(more.feeds ?? feeds, { subscribe: M1, ...options }, more, prepare);

  const submit = (fields: Partial<terminal.OrderSubmit> = {}): terminal.OrderSubmit =>
    orderOf({ worstPrice: '1.20000', tag: 'QTAG', notAfter: START + 60 * MINUTE, ...fields });

  const ack = async (gateway: FakeGateway, order: terminal.OrderSubmit): Promise<terminal.CmdAck> =>
    terminal.cmdAckSchema.parse((await gateway.ask('order.submit', order)).d);

  /** A gateway that answers marks and trades at two of them. */
  const trading = (gateway: FakeGateway): void => {
    gateway.atMark = async ({ n }) => {
      if (n === 1) await ack(gateway, submit({ sl: '1.09000', tp: '1.10050' }));
      if (n === 5) await ack(gateway, submit({ coid: 'order-2', side: 'SELL' }));
    };
  };

  const of = (gateway: FakeGateway, type: string) => gateway.received.filter(({ t }) => t === type);

  it('introduces itself and proves that it holds the key', async () => {
    const { gateway } = await start();
    await gateway.mark(1);
    expect(gateway.hellos[0]).toMatchObject({
      login: 'PAPER-1',
      server: 'Simulator',
      tradeMode: 'DEMO',
      marginMode: 'NETTING',
      caps: ['lockstep'],
      epoch: 0,
    });
  });

  it('ends a batch where a bar closes and waits there', async () => {
    const { gateway } = await start();
    expect((await gateway.mark(1)).d).toEqual({ n: 1, time: START + MINUTE, end: false });
    await gateway.ask('snapshot.get', {});
    expect(marksOf(gateway)).toHaveLength(1);
    expect(bodies(gateway, 'tick')).toEqual([
      {
        symbol: 'EURUSD',
        first: 1,
        t: [START, START + 20_000_000, START + 40_000_000],
        b: ['1.10000', '1.10010', '1.10020'],
        a: ['1.10010', '1.10020', '1.10030'],
      },
    ]);
    gateway.done(1);
    expect((await gateway.mark(2)).d).toEqual({ n: 2, time: START + 2 * MINUTE, end: false });
  });

  it('plays every tick once, crossed ones too, marks no bar without quotes, and ends with the last bar', async () => {
    const { gateway } = await start({ answersMarks: true });
    await gateway.end();
    const minutes = marksOf(gateway).map(({ time }) => (time - START) / MINUTE);
    expect(minutes).toEqual([1, 2, 3, 4, 5, 7, 8]);
    expect(marksOf(gateway).map(({ end }) => end)).toEqual([false, false, false, false, false, false, true]);
    const ticks = ticksOf(gateway);
    expect(ticks.flatMap(({ t }) => t)).toHaveLength(21);
    expect(ticks.map(({ first }) => first)).toEqual([1, 4, 7, 10, 13, 16, 19]);
    expect(ticks[1]?.b[1]).toBe('1.10040');
    expect(ticks[1]?.a[1]).toBe('1.10030');
  });

  it('marks no bar that holds crossed quotes only', async () => {
    const row = (minute: number, bid: string, ask: string) => `${(START + minute * MINUTE) / 1000},${bid},${ask}`;
    const rows = [row(0, '1.1', '1.2'), row(1, '1.2', '1.1'), row(2, '1.1', '1.2')];
    writeFileSync(stage.inFolder('ticks.csv'), ['time_ms,bid,ask', ...rows].join('\n'));
    const { gateway } = await start({ answersMarks: true });
    await gateway.end();
    expect(marksOf(gateway).map(({ time }) => (time - START) / MINUTE)).toEqual([1, 3]);
  });

  it('cuts a batch into frames without a mark between', async () => {
    const { gateway } = await start({}, { ticksPerFrame: 2 });
    await gateway.mark(1);
    expect(ticksOf(gateway).map(({ t }) => t.length)).toEqual([2, 1]);
  });

  it('fills an order at the first tick after its barrier and says so in order', async () => {
    const { gateway } = await start({}, {}, (g) => {
      g.atMark = async ({ n }) => {
        if (n !== 1) return;
        expect(await ack(g, submit({ sl: '1.09000' }))).toMatchObject({ status: 'JOURNALLED', dup: false });
        g.done(1);
      };
    });
    const { d } = await gateway.mark(2);
    expect(d).toEqual({ n: 2, time: START + MINUTE, end: false });
    const types = gateway.received.map(({ t }) => t).filter((t) => t !== 'cmd.ack');
    expect(types.slice(-5)).toEqual(['tick', 'cmd.result', 'trade.event', 'account', 'sim.mark']);
    const [result] = of(gateway, 'cmd.result');
    const [trade] = of(gateway, 'trade.event');
    expect([result?.seq, trade?.seq]).toEqual([1, 2]);
    expect(terminal.cmdResultSchema.parse(result?.d)).toMatchObject({
      coid: 'order-1',
      status: 'DONE',
      retcode: 10009,
      order: '1',
      deal: '1',
      price: '1.10040',
      time: START + MINUTE,
    });
    expect(terminal.tradeEventSchema.parse(trade?.d)).toMatchObject({
      coid: 'order-1',
      tag: 'QTAG',
      magic: '7',
      volume: '0.10',
      commission: '-0.35',
      profit: '0.00',
      positionVolume: '0.10',
      reason: 'order',
    });
    const account = terminal.accountSchema.parse(of(gateway, 'account').at(-1)?.d);
    expect(account).toMatchObject({ balance: '9999.65', equity: '9998.65', time: START + MINUTE });
    const snapshot = terminal.snapshotSchema.parse((await gateway.ask('snapshot.get', {})).d);
    expect(snapshot.positions).toMatchObject([{ position: '1', side: 'BUY', price: '1.1004', sl: '1.09000', tp: '' }]);
    expect(snapshot.deals).toHaveLength(1);
  });

  it('says a refusal by the broker before any further tick', async () => {
    const { gateway } = await start();
    await gateway.mark(1);
    await ack(gateway, submit({ volume: '0.001' }));
    gateway.done(1);
    expect((await gateway.mark(2)).d).toEqual({ n: 2, time: START + MINUTE, end: false });
    expect(of(gateway, 'cmd.result')[0]?.d).toMatchObject({ status: 'REJECTED', retcode: 10014 });
    expect(of(gateway, 'tick')).toHaveLength(1);
  });

  it('refuses orders after the end of the data and answers queries still', async () => {
    const { gateway } = await start({ answersMarks: true });
    await gateway.end();
    expect((await ack(gateway, submit())).status).toBe('JOURNALLED');
    const result = await gateway.heard(({ t }) => t === 'cmd.result');
    expect(result.d).toMatchObject({ coid: 'order-1', status: 'REJECTED', retcode: 10018 });
    const answer = await gateway.ask('query.coid', { coid: 'order-1', tombstone: false });
    expect(terminal.queryResultSchema.parse(answer.d)).toMatchObject({ known: true, result: { retcode: 10018 } });
  });

  it('plays the same bytes whenever it is started afresh', async () => {
    const first = await start({ answersMarks: true }, {}, trading);
    await first.gateway.end();
    const second = await start({ answersMarks: true }, { stateFolder: stage.inFolder('other') }, trading);
    await second.gateway.end();
    expect(second.gateway.played()).toEqual(first.gateway.played());
    expect(of(first.gateway, 'trade.event').length).toBeGreaterThanOrEqual(2);
  });

  it.each([0, 1, 3, 6, 8])(
    'goes on from barrier %i after a restart with the bytes of an undisturbed run',
    async (k) => {
      const whole = await start({ answersMarks: true }, { stateFolder: stage.inFolder('whole') }, trading);
      await whole.gateway.end();

      const before = await start({}, {}, (g) => {
        trading(g);
        const trade = g.atMark;
        g.atMark = async (mark) => {
          await trade(mark);
          if (mark.n < 8) g.done(mark.n);
        };
      });
      await before.gateway.mark(8);
      await before.stop();

      // Torn by a kill in the middle of a write that nobody was told of.
      appendFileSync(stage.inFolder(`state/${JOURNAL_FILE}`), '{"kind":"submit","n":8,"ord');
      const after = await start({ answersMarks: true, resumeBarrier: k }, {}, trading);
      await after.gateway.end();
      const all = whole.gateway.played();
      const upToK =
        k === 0 ? 0 : all.findIndex((text) => text.includes('"sim.mark"') && text.includes(`"n":${k},`)) + 1;
      expect(after.gateway.played()).toEqual(all.slice(upToK));
      expect(after.gateway.hellos[0]?.journalId).toBe(before.gateway.hellos[0]?.journalId);
      expect(of(after.gateway, 'cmd.ack').every(({ d }) => terminal.cmdAckSchema.parse(d).dup)).toBe(true);
    },
  );

  it('lets a command that comes while history is played again wait until that history ends', async () => {
    const before = await start({ answersMarks: true }, {}, trading);
    await before.gateway.end();
    await before.stop();

    const after = await start({ answersMarks: true }, {}, (g) => {
      g.atMark = async ({ n }) => {
        if (n === 2) expect(await ack(g, submit({ coid: 'late' }))).toMatchObject({ status: 'JOURNALLED', dup: false });
      };
    });
    await after.gateway.end();
    const [all, again] = [before.gateway.played(), after.gateway.played()];
    const late = again.findIndex((text) => text.includes('"late"'));
    const lastOld = again.findIndex((text) => text.includes('"order-2"'));
    expect(late).toBeGreaterThan(lastOld);
    expect(again.slice(0, lastOld + 1)).toEqual(all.slice(0, lastOld + 1));
  });

  it('reconnects after a lost connection and plays again from where the gateway is', async () => {
    const { gateway } = await start();
    await gateway.mark(1);
    const first = gateway.played();
    gateway.received.length = 0;
    gateway.drop();
    await gateway.mark(1);
    expect(gateway.connections).toBe(2);
    expect(gateway.played()).toEqual(first);
  });

  describe('takes a command at most once:', () => {
    it('the same one again is known, another under its id is refused', async () => {
      const { gateway } = await start();
      await gateway.mark(1);
      expect(await ack(gateway, submit())).toMatchObject({ status: 'JOURNALLED', dup: false });
      expect(await ack(gateway, submit({ epoch: 2 }))).toMatchObject({ status: 'JOURNALLED', dup: true });
      expect(await ack(gateway, submit({ volume: '0.20' }))).toMatchObject({ code: 'COID_CONFLICT' });
      gateway.done(1);
      await gateway.mark(2);
      gateway.done(2);
      await gateway.mark(3);
      expect(of(gateway, 'trade.event')).toHaveLength(1);
    });

    it('a tombstone is for ever', async () => {
      const one = await start();
      await one.gateway.mark(1);
      const answer = await one.gateway.ask('query.coid', { coid: 'order-1', tombstone: true });
      expect(terminal.queryResultSchema.parse(answer.d)).toEqual({
        coid: 'order-1',
        known: false,
        tombstoned: true,
        connected: true,
      });
      expect(await ack(one.gateway, submit())).toMatchObject({ status: 'REJECTED', code: 'COID_TOMBSTONED' });
      await one.stop();
      const two = await start();
      await two.gateway.mark(1);
      expect(await ack(two.gateway, submit())).toMatchObject({ code: 'COID_TOMBSTONED' });
    });

    it('an older writer is refused, also after a restart', async () => {
      const one = await start();
      await one.gateway.mark(1);
      await one.gateway.ask('fence', { epoch: 5 });
      expect(await ack(one.gateway, submit({ epoch: 4 }))).toMatchObject({ status: 'REJECTED', code: 'EPOCH_STALE' });
      expect((await one.gateway.ask('fence', { epoch: 4 })).d).toMatchObject({ code: 'EPOCH_STALE' });
      await one.stop();
      const two = await start();
      await two.gateway.mark(1);
      expect(two.gateway.hellos[0]?.epoch).toBe(5);
      expect(await ack(two.gateway, submit({ epoch: 4 }))).toMatchObject({ code: 'EPOCH_STALE' });
      expect(await ack(two.gateway, submit({ epoch: 5 }))).toMatchObject({ status: 'JOURNALLED' });
    });

    it('one whose time is over in simulated time is refused', async () => {
      const { gateway } = await start();
      await gateway.mark(1);
      expect(await ack(gateway, submit({ notAfter: START + MINUTE - 1 }))).toMatchObject({ code: 'NOT_AFTER' });
    });

    it('one without the form of the protocol is refused with the field', async () => {
      const { gateway } = await start();
      await gateway.mark(1);
      const answer = await gateway.ask('order.submit', { ...submit(), volume: 'much' });
      expect(answer.d).toMatchObject({ coid: 'order-1', status: 'REJECTED', code: 'MESSAGE_INVALID' });
      expect((answer.d as terminal.CmdAck).message).toContain('volume');
      expect((await gateway.ask('order.dream', {})).d).toMatchObject({ code: 'COMMAND_UNKNOWN' });
    });
  });

  it('tells its symbols and takes another subscription from the next barrier', async () => {
    const { gateway } = await start({ subscribe: [] });
    const one = await start({}, { stateFolder: stage.inFolder('other') });
    await one.gateway.mark(1);
    const { d } = await one.gateway.ask('symbol.get', {});
    expect(terminal.symbolsSchema.parse(d).instruments).toMatchObject([{ symbol: 'EURUSD', digits: 5 }]);
    await one.gateway.ask('md.subscribe', { subscribe: [{ symbol: 'EURUSD', timeframe: 'M5' }] });
    one.gateway.done(1);
    expect((await one.gateway.mark(2)).d).toMatchObject({ time: START + 5 * MINUTE });
    // Without a subscription nothing but the end of the data is a barrier.
    expect((await gateway.mark(1)).d).toMatchObject({ end: true });
  });

  it('stays down when a newer terminal took over', async () => {
    const { gateway, ended } = await start();
    await gateway.mark(1);
    gateway.send('bye', { code: 'superseded' });
    await expect(ended).resolves.toBe('superseded');
  });

  it('is refused with another key and tries again', async () => {
    const { gateway } = await start({ key: Buffer.alloc(16, 1) });
    await until(() => gateway.refused.length === 2);
    expect(gateway.received).toHaveLength(0);
  });

  it('does not trust a gateway that does not hold the key', async () => {
    const { gateway } = await start({ ownKey: Buffer.alloc(16, 1) });
    await until(() => gateway.connections === 2);
    expect(gateway.received).toHaveLength(0);
  });

  it('hangs up on what is no frame and comes back', async () => {
    const { gateway } = await start();
    await gateway.mark(1);
    gateway.received.length = 0;
    gateway.sendRaw(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    await gateway.mark(1);
    expect(gateway.connections).toBe(2);
  });

  it('gives up when nobody listens', async () => {
    const { gateway } = await start();
    const alone = await TerminalSimulator.open(
      stage.config(1, feeds, { stateFolder: stage.inFolder('alone'), lonelyExitMinutes: 1e-9 }),
      stage.log,
    );
    await expect(alone.run(new AbortController().signal)).resolves.toBe('lonely');
    expect(gateway.connections).toBeLessThanOrEqual(1);
  });

  it('refuses data and keys that cannot be read', async () => {
    const open = async (more: Partial<SimulatorConfigInput>) =>
      TerminalSimulator.open(stage.config(1, feeds, more), stage.log);
    await expect(open({ feeds: [{ symbol: 'EURUSD', files: [stage.inFolder('none.csv')] }] })).rejects.toMatchObject({
      code: 'MISSING',
    });
    await expect(open({ keyFile: stage.inFolder('ticks.csv') })).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  });

  it('stops at a row that cannot be read, and tells the gateway which', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${START / 1000 + i * 20_000},1.10000,1.10010`);
    writeFileSync(stage.inFolder('long.csv'), ['time_ms,bid,ask', ...rows, 'nonsense,1,2'].join('\n'));
    const { gateway, ended } = await start(
      { answersMarks: true, subscribe: [{ symbol: 'EURUSD', timeframe: 'D1' }] },
      { feeds: [{ symbol: 'EURUSD', files: [stage.inFolder('long.csv')] }] },
    );
    await expect(ended).rejects.toMatchObject({ code: 'ROW_INVALID', line: 20_002 });
    expect((await gateway.heard(({ t }) => t === 'log')).d).toMatchObject({ code: 'ROW_INVALID' });
    expect((await gateway.heard(({ t }) => t === 'bye')).d).toEqual({ code: 'failed' });
  });

  it('refuses a barrier that the data does not have', async () => {
    const { gateway, ended } = await start({ resumeBarrier: 99 });
    await expect(ended).rejects.toMatchObject({ code: 'RESUME_BEYOND_DATA' });
    expect((await gateway.heard(({ t }) => t === 'log')).d).toMatchObject({ code: 'RESUME_BEYOND_DATA' });
  });
});
