import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terminal } from '@trading/contracts';
import { silentLogger } from '@trading/platform-logging';
import { FakeGateway, type FakeGatewayOptions } from '../testing/fake-gateway';
import { JOURNAL_FILE } from './journal';
import { simulatorConfigSchema, type SimulatorConfigInput } from './simulator-config';
import { TerminalSimulator } from './terminal-simulator';
import type { StopReason } from './exit';

const HEX = '0123456789abcdef'.repeat(2);
const KEY = Buffer.from(HEX, 'hex');
const M1 = [{ symbol: 'EURUSD', timeframe: 'M1' }];
const MINUTE = 60_000_000;
/** 2024-01-02 00:00 UTC. */
const START = 1_704_153_600_000_000;

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

interface Stage {
  readonly gateway: FakeGateway;
  stop(): Promise<void>;
  readonly ended: Promise<StopReason>;
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((go) => setTimeout(go, 2));
};

describe('a simulated terminal', () => {
  let folder: string;
  const stages: Stage[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    writeFileSync(join(folder, 'key'), `${HEX}\n`);
    writeFileSync(join(folder, 'ticks.csv'), CSV);
  });

  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const config = (port: number, more: Partial<SimulatorConfigInput> = {}) =>
    simulatorConfigSchema.parse({
      gateway: { port },
      keyFile: join(folder, 'key'),
      stateFolder: join(folder, 'state'),
      fingerprint: 'f1',
      feeds: [{ symbol: 'EURUSD', files: [join(folder, 'ticks.csv')] }],
      commissionPerLot: '3.5',
      ...more,
    });

  const start = async (
    options: Partial<FakeGatewayOptions> = {},
    more: Partial<SimulatorConfigInput> = {},
    prepare: (gateway: FakeGateway) => void = () => undefined,
  ): Promise<Stage> => {
    const gateway = await FakeGateway.listen({ key: KEY, subscribe: M1, ...options });
    prepare(gateway);
    const simulator = await TerminalSimulator.open(config(gateway.port, more), silentLogger);
    const abort = new AbortController();
    const ended = simulator.run(abort.signal);
    // Tests that expect a failure ask for it later.
    ended.catch(() => undefined);
    let isStopped = false;
    const stop = async (): Promise<void> => {
      if (isStopped) return;
      isStopped = true;
      abort.abort();
      await ended.catch(() => undefined);
      await gateway.close();
    };
    const stage = { gateway, stop, ended };
    stages.push(stage);
    return stage;
  };

  const submit = (fields: Partial<terminal.OrderSubmit> = {}): terminal.OrderSubmit => ({
    coid: 'order-1',
    symbol: 'EURUSD',
    side: 'BUY',
    type: 'MARKET',
    volume: '0.10',
    worstPrice: '1.20000',
    fillings: ['FOK'],
    tif: 'IOC',
    magic: '7',
    tag: 'QTAG',
    notAfter: START + 60 * MINUTE,
    epoch: 1,
    reduceOnly: false,
    ...fields,
  });

  const ack = async (gateway: FakeGateway, order: terminal.OrderSubmit): Promise<terminal.CmdAck> =>
    terminal.cmdAckSchema.parse((await gateway.ask('order.submit', order)).d);

  /** A gateway that answers marks and trades at two of them. */
  const trading = (gateway: FakeGateway): void => {
    gateway.atMark = async ({ n }) => {
      if (n === 1) await ack(gateway, submit({ sl: '1.09000', tp: '1.10050' }));
      if (n === 5) await ack(gateway, submit({ coid: 'order-2', side: 'SELL' }));
    };
  };

  const marks = (gateway: FakeGateway) =>
    gateway.received.filter(({ t }) => t === 'sim.mark').map(({ d }) => terminal.simMarkSchema.parse(d));
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
    expect(marks(gateway)).toHaveLength(1);
    expect(of(gateway, 'tick').map(({ d }) => d)).toEqual([
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
    const minutes = marks(gateway).map(({ time }) => (time - START) / MINUTE);
    expect(minutes).toEqual([1, 2, 3, 4, 5, 7, 8]);
    expect(marks(gateway).map(({ end }) => end)).toEqual([false, false, false, false, false, false, true]);
    const ticks = of(gateway, 'tick').map(({ d }) => terminal.tickSchema.parse(d));
    expect(ticks.flatMap(({ t }) => t)).toHaveLength(21);
    expect(ticks.map(({ first }) => first)).toEqual([1, 4, 7, 10, 13, 16, 19]);
    expect(ticks[1]?.b[1]).toBe('1.10040');
    expect(ticks[1]?.a[1]).toBe('1.10030');
  });

  it('marks no bar that holds crossed quotes only', async () => {
    const row = (minute: number, bid: string, ask: string) => `${(START + minute * MINUTE) / 1000},${bid},${ask}`;
    const rows = [row(0, '1.1', '1.2'), row(1, '1.2', '1.1'), row(2, '1.1', '1.2')];
    writeFileSync(join(folder, 'ticks.csv'), ['time_ms,bid,ask', ...rows].join('\n'));
    const { gateway } = await start({ answersMarks: true });
    await gateway.end();
    expect(marks(gateway).map(({ time }) => (time - START) / MINUTE)).toEqual([1, 3]);
  });

  it('cuts a batch into frames without a mark between', async () => {
    const { gateway } = await start({}, { ticksPerFrame: 2 });
    await gateway.mark(1);
    expect(of(gateway, 'tick').map(({ d }) => terminal.tickSchema.parse(d).t.length)).toEqual([2, 1]);
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
    const second = await start({ answersMarks: true }, { stateFolder: join(folder, 'other') }, trading);
    await second.gateway.end();
    expect(second.gateway.played()).toEqual(first.gateway.played());
    expect(of(first.gateway, 'trade.event').length).toBeGreaterThanOrEqual(2);
  });

  it.each([0, 1, 3, 6, 8])(
    'goes on from barrier %i after a restart with the bytes of an undisturbed run',
    async (k) => {
      const whole = await start({ answersMarks: true }, { stateFolder: join(folder, 'whole') }, trading);
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
      appendFileSync(join(folder, 'state', JOURNAL_FILE), '{"kind":"submit","n":8,"ord');
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
      expect(terminal.queryResultSchema.parse(answer.d)).toEqual({ coid: 'order-1', known: false });
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
    const one = await start({}, { stateFolder: join(folder, 'other') });
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
      config(1, { stateFolder: join(folder, 'alone'), lonelyExitMinutes: 1e-9 }),
      silentLogger,
    );
    await expect(alone.run(new AbortController().signal)).resolves.toBe('lonely');
    expect(gateway.connections).toBeLessThanOrEqual(1);
  });

  it('refuses data and keys that cannot be read', async () => {
    const open = async (more: Partial<SimulatorConfigInput>) => TerminalSimulator.open(config(1, more), silentLogger);
    await expect(open({ feeds: [{ symbol: 'EURUSD', files: [join(folder, 'none.csv')] }] })).rejects.toMatchObject({
      code: 'MISSING',
    });
    await expect(open({ keyFile: join(folder, 'ticks.csv') })).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  });

  it('stops at a row that cannot be read, and tells the gateway which', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${START / 1000 + i * 20_000},1.10000,1.10010`);
    writeFileSync(join(folder, 'long.csv'), ['time_ms,bid,ask', ...rows, 'nonsense,1,2'].join('\n'));
    const { gateway, ended } = await start(
      { answersMarks: true, subscribe: [{ symbol: 'EURUSD', timeframe: 'D1' }] },
      { feeds: [{ symbol: 'EURUSD', files: [join(folder, 'long.csv')] }] },
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
