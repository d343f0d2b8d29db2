import type { FakeGateway } from '../testing/fake-gateway';
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
import { simulatorConfigSchema, type SimulatorConfigInput } from './simulator-config';

const M1 = [{ symbol: 'EURUSD', timeframe: 'M1' }];
const BIDS = Array.from({ length: 40 }, (_, i) => 1.1 + (i % 7) * 0.0001);

describe('a simulated MetaTrader 4', () => {
  let stage: SimulatorStage;
  let feeds: SimulatorConfigInput['feeds'];
  beforeEach(() => {
    stage = new SimulatorStage();
    feeds = [{ symbol: 'EURUSD', files: [stage.path('eur.csv', BIDS)] }];
  });
  afterEach(() => stage.close());

  const play = async (
    atMark: Readonly<Record<number, (gateway: FakeGateway) => unknown>>,
    more: Partial<SimulatorConfigInput> = {},
  ): Promise<FakeGateway> => {
    const { gateway } = await stage.start(
      feeds,
      { subscribe: M1, answersMarks: true },
      { platform: 'MT4', ...more },
      scripted(atMark),
    );
    await gateway.end();
    return gateway;
  };
  const close = (fields: object) => ({ side: 'SELL', reduceOnly: true, ...fields }) as const;

  it('says who it is, and knows neither netting nor fills in parts', async () => {
    const gateway = await play({});
    expect(gateway.hellos[0]).toMatchObject({ platform: 'MT4', marginMode: 'HEDGING' });
    const config = { gateway: { port: 1 }, keyFile: 'k', stateFolder: 's', fingerprint: 'f', feeds, platform: 'MT4' };
    for (const more of [{ marginMode: 'NETTING' }, { fillVolumePerTick: '1' }]) {
      expect(simulatorConfigSchema.safeParse({ ...config, ...more }).success).toBe(false);
    }
  });

  it('hears of a trade a tick after its result', async () => {
    const gateway = await play({ 1: (g) => submit(g, { magic: '111' }) });
    const types = gateway.received.map(({ t }) => t);
    const [result, trade] = [types.indexOf('cmd.result'), types.indexOf('trade.event')];
    expect(types.slice(result, trade)).toContain('tick');
    expect(bodies(gateway, 'cmd.result')).toMatchObject([
      { status: 'DONE', retcode: 0, order: '1', deal: '1-in', position: '1' },
    ]);
    expect(bodies(gateway, 'trade.event')).toMatchObject([
      { deal: '1-in', order: '1', position: '1', coid: 'order-1', magic: '111', time: START_US + 3 * TICK_US },
    ]);
  });

  it('keeps one ticket from the pending order to the history, and makes a new one at each partial close', async () => {
    const gateway = await play({
      1: (g) => submit(g, { type: 'LIMIT', price: '1.10015', tif: 'GTC', volume: '0.30', magic: '111' }),
      8: (g) => submit(g, close({ coid: 'part-1', positionId: '1', volume: '0.10', magic: '222' })),
      11: async (g) => {
        expect((await snapshotOf(g)).positions).toMatchObject([
          { position: '1', volume: '0.20', tag: 'from #1', magic: '111' },
        ]);
        // A gateway may name it by the ticket that it has now.
        await submit(g, close({ coid: 'part-2', positionId: '2', volume: '0.10', magic: '333' }));
      },
      14: (g) => submit(g, close({ coid: 'rest', positionId: '1', volume: '0.10' })),
    });
    const trades = bodies(gateway, 'trade.event');
    expect(trades).toMatchObject([
      { deal: '1-in', order: '1', position: '1', coid: 'order-1', tag: 'Q', positionVolume: '0.30' },
      { deal: '1-out', order: '1', position: '1', coid: 'part-1', tag: 'to #2', magic: '111', positionVolume: '0.20' },
      { deal: '2-out', order: '2', position: '1', coid: 'part-2', tag: 'to #3', magic: '111', positionVolume: '0.10' },
      { deal: '3-out', order: '3', position: '1', coid: 'rest', tag: 'from #1', magic: '111', positionVolume: '0.00' },
    ]);
    const [history] = await historyOf(gateway);
    expect(history?.deals).toEqual(trades);
    // Orders at the market are no orders: they are done, or never were.
    expect(history?.orders).toMatchObject([{ order: '1', type: 'LIMIT', state: 'FILLED' }]);
  });

  it('says errors of its own, and the stop in the comment', async () => {
    const gateway = await play({
      1: (g) => submit(g, { coid: 'odd', volume: '0.001' }),
      2: (g) => submit(g, { coid: 'gone', ...close({ positionId: '9' }) }),
      3: (g) => submit(g, { coid: 'held', tp: '1.10060' }),
      5: (g) => cancel(g, { coid: 'held' }),
      4: (g) => modify(g, { coid: '', positionId: '1', tp: '1.00000' }),
      6: (g) => submit(g, { coid: 'near', type: 'LIMIT', price: '1.20000', tif: 'GTC' }),
    });
    expect(bodies(gateway, 'cmd.result')).toMatchObject([
      { coid: 'odd', retcode: 131 },
      { coid: 'gone', retcode: 4108 },
      { coid: 'held', retcode: 0 },
      { verb: 'modify', status: 'REJECTED', retcode: 130 },
      { coid: 'held', verb: 'cancel', status: 'REJECTED' },
      { coid: 'near', status: 'REJECTED', retcode: 130 },
    ]);
    expect(bodies(gateway, 'trade.event').at(-1)).toMatchObject({
      deal: '1-out',
      reason: 'tp',
      tag: 'Q[tp]',
      coid: '',
    });
  });

  it('finds its orders by their magic when the answer was lost, closes by nothing', async () => {
    const gateway = await play(
      {
        1: (g) => submit(g, { magic: '111' }),
        5: (g) => submit(g, close({ coid: 'out', positionId: '1' })),
      },
      {
        faults: {
          rules: [
            { at: { command: 1 }, kind: 'unanswered' },
            { at: { command: 1 }, kind: 'comment', how: 'rewrite' },
            { at: { command: 2 }, kind: 'unanswered' },
          ],
        },
      },
    );
    expect(bodies(gateway, 'cmd.result')).toMatchObject([
      { status: 'UNKNOWN', retcode: 128 },
      { status: 'UNKNOWN', retcode: 128 },
    ]);
    expect(bodies(gateway, 'trade.event')).toMatchObject([
      { coid: 'order-1', tag: '[broker]', magic: '111' },
      { coid: '', magic: '111' },
    ]);
  });
});
