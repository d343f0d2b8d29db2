import { terminal } from '@trading/contracts';
import {
  bodies,
  cancel,
  historyOf,
  modify,
  scripted,
  SimulatorStage,
  snapshotOf,
  START_US,
  submit,
  TICK_US,
} from '../testing/simulator-stage';
import type { FakeGateway } from '../testing/fake-gateway';
import type { SimulatorConfigInput } from './simulator-config';

const M1 = [{ symbol: 'EURUSD', timeframe: 'M1' }];
/** Three ticks a minute: a limit at 1.09900 is met in the fourth minute. */
const BIDS = [
  1.1, 1.1001, 1.1002, 1.1003, 1.1002, 1.1001, 1.1, 1.0999, 1.0998, 1.0995, 1.0985, 1.099, 1.1, 1.101, 1.102,
];

describe('commands of a simulated terminal', () => {
  let stage: SimulatorStage;
  let feeds: SimulatorConfigInput['feeds'];
  beforeEach(() => {
    stage = new SimulatorStage();
    feeds = [{ symbol: 'EURUSD', files: [stage.path('eur.csv', BIDS)] }];
  });
  afterEach(() => stage.close());

  /** Plays to the end and does something at marks. */
  const play = async (
    atMark: Readonly<Record<number, (gateway: FakeGateway) => unknown>>,
    more: Partial<SimulatorConfigInput> = {},
  ): Promise<FakeGateway> => {
    const { gateway } = await stage.start(feeds, { subscribe: M1, answersMarks: true }, more, scripted(atMark));
    await gateway.end();
    return gateway;
  };

  const LIMIT = { type: 'LIMIT', price: '1.09900', tif: 'GTC', sl: '1.09000' } as const;
  const orderEvents = (gateway: FakeGateway): terminal.OrderEventFrame[] =>
    bodies(gateway, 'order.event').map((body) => terminal.orderEventSchema.parse(body));

  it('place a pending order, change it, and tell each state of it until it has filled', async () => {
    const gateway = await play({
      1: (g) => submit(g, LIMIT),
      // The answer to a command makes a barrier of its own.
      2: async (g) => {
        expect((await snapshotOf(g)).orders).toMatchObject([
          { order: '1', coid: 'order-1', type: 'LIMIT', price: '1.09900', sl: '1.09000', filled: '0.00', expires: 0 },
        ]);
        expect(await modify(g, { price: '1.09880', sl: '', order: '1' })).toMatchObject({ status: 'JOURNALLED' });
      },
    });
    expect(bodies(gateway, 'cmd.result')).toMatchObject([
      { coid: 'order-1', status: 'PLACED', retcode: 10008, order: '1' },
      { coid: 'order-1', status: 'DONE', verb: 'modify', requestId: 'm-1', order: '1' },
    ]);
    expect(orderEvents(gateway)).toMatchObject([
      { state: 'PLACED', coid: 'order-1', reason: 'command', price: '1.09900', sl: '1.09000' },
      { state: 'MODIFIED', coid: 'order-1', price: '1.09880', sl: '' },
      { state: 'FILLED', coid: 'order-1', filled: '0.10' },
    ]);
    expect(bodies(gateway, 'trade.event')).toMatchObject([{ coid: 'order-1', price: '1.09880', order: '1' }]);
    const seqs = gateway.reliable().map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    expect((await snapshotOf(gateway)).seq).toBe(seqs.length);
  });

  it('cancel once for each request, whatever is repeated', async () => {
    const gateway = await play({
      1: (g) => submit(g, LIMIT),
      2: async (g) => {
        expect(await cancel(g, {})).toMatchObject({ coid: 'order-1', status: 'JOURNALLED', dup: false });
        expect(await cancel(g, { epoch: 3 })).toMatchObject({ status: 'JOURNALLED', dup: true });
        expect(await cancel(g, { coid: 'order-2', order: '9' })).toMatchObject({ code: 'REQUEST_CONFLICT' });
      },
      4: async (g) => {
        expect(await cancel(g, {})).toMatchObject({ dup: true });
        expect(await cancel(g, { requestId: 'c-2' })).toMatchObject({ dup: false });
      },
    });
    expect(bodies(gateway, 'cmd.result')).toMatchObject([
      { status: 'PLACED' },
      { verb: 'cancel', requestId: 'c-1', status: 'DONE' },
      { verb: 'cancel', requestId: 'c-2', status: 'REJECTED' },
    ]);
    expect(orderEvents(gateway).map(({ state }) => state)).toEqual(['PLACED', 'CANCELED']);
  });

  it('move the stops of a position and say so', async () => {
    const gateway = await play({
      1: (g) => submit(g, { sl: '1.09000' }),
      2: (g) => modify(g, { coid: '', positionId: '1', sl: '1.09100', tp: '1.20000' }),
      3: (g) => modify(g, { coid: '', positionId: '1', requestId: 'm-2', tp: '' }),
      4: (g) => modify(g, { coid: '', positionId: '7', requestId: 'm-3', tp: '' }),
    });
    expect(bodies(gateway, 'position.event')).toMatchObject([
      { position: '1', symbol: 'EURUSD', sl: '1.09100', tp: '1.20000', reason: 'command' },
      { position: '1', sl: '1.09100', tp: '' },
    ]);
    expect(bodies(gateway, 'cmd.result').slice(1)).toMatchObject([
      { status: 'DONE', verb: 'modify', position: '1' },
      { status: 'DONE' },
      { status: 'REJECTED', retcode: 10036, requestId: 'm-3' },
    ]);
  });

  it('are refused of an older writer, too late, and for orders that nobody knows', async () => {
    await play({
      1: async (g) => {
        await submit(g, LIMIT);
        await g.ask('fence', { epoch: 5 });
        expect(await modify(g, { epoch: 4 })).toMatchObject({ status: 'REJECTED', code: 'EPOCH_STALE' });
        expect(await cancel(g, { epoch: 4 })).toMatchObject({ status: 'REJECTED', code: 'EPOCH_STALE' });
        expect(await modify(g, { epoch: 5, notAfter: START_US })).toMatchObject({ code: 'NOT_AFTER' });
        expect(await cancel(g, { epoch: 5, coid: 'nobody' })).toMatchObject({ code: 'ORDER_UNKNOWN' });
        expect((await g.ask('order.cancel', { coid: 'x' })).d).toMatchObject({ code: 'MESSAGE_INVALID' });
      },
    });
  });

  it('fill in parts where quotes offer little, and tell what is left', async () => {
    const gateway = await play(
      { 1: (g) => submit(g, { volume: '0.30', fillings: ['IOC'] }) },
      { fillVolumePerTick: '0.20' },
    );
    expect(bodies(gateway, 'cmd.result')).toMatchObject([{ status: 'PARTIAL', retcode: 10010, volume: '0.20' }]);
    expect(bodies(gateway, 'trade.event')).toMatchObject([{ volume: '0.20' }]);
    expect(orderEvents(gateway)).toMatchObject([{ state: 'CANCELED', volume: '0.30', filled: '0.20' }]);
  });

  it('close a position with its opposite on a hedging account', async () => {
    const gateway = await play(
      {
        1: (g) => submit(g, { coid: 'long' }),
        2: (g) => submit(g, { coid: 'short', side: 'SELL' }),
        4: (g) => submit(g, { coid: 'by', side: 'SELL', reduceOnly: true, positionId: '1', closeByPositionId: '2' }),
      },
      { marginMode: 'HEDGING' },
    );
    expect(gateway.hellos[0]).toMatchObject({ marginMode: 'HEDGING', platform: 'MT5' });
    expect(bodies(gateway, 'trade.event').slice(2)).toMatchObject([
      { coid: 'by', position: '1', by: '2', positionVolume: '0.00' },
      { coid: 'by', position: '2', by: '1', positionVolume: '0.00' },
    ]);
    expect((await snapshotOf(gateway)).positions).toEqual([]);
  });

  it('show the history in pages that hold each entry once', async () => {
    const gateway = await play(
      {
        1: (g) => submit(g, {}),
        2: (g) => submit(g, { ...LIMIT, coid: 'rests', price: '1.05000', sl: '1.04000' }),
        3: (g) => cancel(g, { coid: 'rests' }),
        5: (g) => submit(g, { coid: 'close', side: 'SELL', reduceOnly: true, positionId: '1' }),
      },
      { faults: { rules: [{ at: { command: 1 }, kind: 'cash', cash: 'deposit', amount: '250.5' }] } },
    );
    const [whole] = await historyOf(gateway);
    expect(whole?.deals).toEqual(bodies(gateway, 'trade.event'));
    expect(whole?.cash).toMatchObject([{ kind: 'deposit', amount: '250.50' }]);
    expect(whole?.cash).toEqual(bodies(gateway, 'cash.event'));
    expect(whole?.orders.map(({ coid, state }) => [coid, state])).toEqual([
      // The deposit made a barrier of its own before the first quote came.
      ['rests', 'CANCELED'],
      ['order-1', 'FILLED'],
      ['close', 'FILLED'],
    ]);
    const pages = await historyOf(gateway, 2);
    expect(pages).toHaveLength(3);
    expect(pages.flatMap(({ deals }) => deals)).toEqual(whole?.deals);
    expect(pages.flatMap(({ orders }) => orders)).toEqual(whole?.orders);
    const [late] = await historyOf(gateway, 1000, START_US + 4 * TICK_US);
    expect(late?.deals.map(({ coid }) => coid)).toEqual(['close']);
  });

  it('tell the bars that the data has completed, from bid and ask, in their interval', async () => {
    const seen: unknown[] = [];
    const ask = async (g: FakeGateway, fields: object): Promise<void> => {
      const whole = { symbol: 'EURUSD', timeframe: 'M1', from: 0, to: START_US * 2, limit: 100, ...fields };
      seen.push(terminal.ratesSchema.parse((await g.ask('rates.get', whole)).d).bars);
    };
    await play({
      3: async (g) => {
        await ask(g, {});
        await ask(g, { from: START_US + 1, limit: 1 });
        await ask(g, { to: START_US + 3 * TICK_US });
        await ask(g, { symbol: 'NONE' });
      },
    });
    const bar = (minute: number, [o, h, l, c]: string[]) => ({
      open: START_US + minute * 3 * TICK_US,
      close: START_US + (minute + 1) * 3 * TICK_US,
      bid: { o, h, l, c },
      ticks: 3,
    });
    const first = bar(0, ['1.10000', '1.10020', '1.10000', '1.10020']);
    const second = bar(1, ['1.10030', '1.10030', '1.10010', '1.10010']);
    const third = bar(2, ['1.10000', '1.10000', '1.09980', '1.09980']);
    expect(seen).toMatchObject([[first, second, third], [second], [first], []]);
    expect((seen[0] as terminal.RatesFrame['bars'])[0]?.ask).toMatchObject({ o: '1.10010', h: '1.10030' });
  });

  it('survive the death of the terminal: the same is played again, and repeated requests are known', async () => {
    const script: Readonly<Record<number, (gateway: FakeGateway) => unknown>> = {
      1: (g: FakeGateway) => submit(g, LIMIT),
      2: (g: FakeGateway) => modify(g, { price: '1.09890' }),
      4: (g: FakeGateway) => submit(g, { coid: 'market' }),
      6: (g: FakeGateway) => modify(g, { coid: '', positionId: '4', requestId: 'm-2', tp: '1.20000' }),
    };
    const whole = (await play(script, { stateFolder: stage.inFolder('whole') })).played();
    for (const k of [0, 3, 5]) {
      const state = stage.inFolder(`state-${k}`);
      const first = await stage.start(feeds, { subscribe: M1 }, { stateFolder: state }, (g) => {
        g.atMark = async ({ n }) => {
          await script[n]?.(g);
          if (n < 6) g.done(n);
        };
      });
      await first.gateway.mark(6);
      await first.stop();
      const again = await stage.start(
        feeds,
        { subscribe: M1, answersMarks: true, resumeBarrier: k },
        { stateFolder: state },
        scripted(script),
      );
      await again.gateway.end();
      const rest = again.gateway.played();
      expect(rest).toEqual(whole.slice(-rest.length));
      expect(rest.length).toBeGreaterThan(4);
    }
  });
});
