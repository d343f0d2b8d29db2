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
import type { FaultPlanInput } from './fault-rule';
import { readFileSync } from 'node:fs';
import { JOURNAL_FILE } from './journal';
import type { SimulatorConfigInput } from './simulator-config';

const M1 = [{ symbol: 'EURUSD', timeframe: 'M1' }];
const BIDS = [1.1, 1.1001, 1.1002, 1.1003, 1.1004, 1.1005, 1.1006, 1.1007, 1.1008, 1.1009, 1.101, 1.1011];

describe('a broker that misbehaves by plan', () => {
  let stage: SimulatorStage;
  let feeds: SimulatorConfigInput['feeds'];
  beforeEach(() => {
    stage = new SimulatorStage();
    feeds = [{ symbol: 'EURUSD', files: [stage.path('eur.csv', BIDS)] }];
  });
  afterEach(() => stage.close());

  const play = async (
    rules: FaultPlanInput['rules'],
    atMark: Readonly<Record<number, (gateway: FakeGateway) => unknown>> = { 1: (g) => submit(g, {}) },
  ): Promise<FakeGateway> => {
    const { gateway } = await stage.start(
      feeds,
      { subscribe: M1, answersMarks: true },
      { faults: { rules: rules ?? [] } },
      scripted(atMark),
    );
    await gateway.end();
    return gateway;
  };
  const results = (gateway: FakeGateway): unknown[] => bodies(gateway, 'cmd.result');
  const deals = (gateway: FakeGateway): unknown[] => bodies(gateway, 'trade.event');
  const REQUOTED = [{ at: { command: 1 }, kind: 'requote', times: 2 }] as const;

  it('is asked again after a requote, at the next quote each time, and each attempt is written down', async () => {
    const gateway = await play([...REQUOTED]);
    expect(results(gateway)).toMatchObject([{ status: 'DONE', attempt: 3, price: '1.10060' }]);
    expect(deals(gateway)).toMatchObject([{ time: START_US + 5 * TICK_US }]);
    const journal = readFileSync(stage.inFolder(`state/${JOURNAL_FILE}`), 'utf8');
    expect(journal.match(/"kind":"attempt","command":1,"number":./g)).toEqual([
      '"kind":"attempt","command":1,"number":2',
      '"kind":"attempt","command":1,"number":3',
    ]);
  });

  it('gets no attempt beyond the worst price, and none too late', async () => {
    const beyond = await play([...REQUOTED], { 1: (g) => submit(g, { worstPrice: '1.10050' }) });
    expect(results(beyond)).toMatchObject([{ status: 'REJECTED', retcode: 10015, attempt: 3 }]);
    await stage.close();
    stage = new SimulatorStage();
    feeds = [{ symbol: 'EURUSD', files: [stage.path('eur.csv', BIDS)] }];
    const late = await play([...REQUOTED], { 1: (g) => submit(g, { notAfter: START_US + 3 * TICK_US }) });
    expect(results(late)).toMatchObject([{ status: 'REJECTED', retcode: 10022, attempt: 3 }]);
    expect([...deals(beyond), ...deals(late)]).toEqual([]);
  });

  it.each([
    [10013, 1, { status: 'REJECTED', retcode: 10013, attempt: 1 }, 0],
    [10012, 1, { status: 'UNKNOWN', retcode: 10012, attempt: 1 }, 0],
    [10099, 1, { status: 'UNKNOWN', retcode: 10099, attempt: 1 }, 0],
    [10018, 1, { status: 'DONE', attempt: 2 }, 1],
    [10018, 2, { status: 'REJECTED', retcode: 10018, attempt: 2 }, 0],
    [10024, 1, { status: 'DONE', attempt: 2 }, 1],
    [10009, 1, { status: 'DONE', attempt: 1 }, 1],
  ])('answers %i %i times', async (code, times, result, dealt) => {
    const gateway = await play([{ at: { command: 1 }, kind: 'code', code, times }]);
    expect(results(gateway)).toMatchObject([result]);
    expect(deals(gateway)).toHaveLength(dealt);
  });

  it.each([10012, 10013])('carries out what it answered with %i', async (code) => {
    const gateway = await play([{ at: { command: 1 }, kind: 'code', code, executes: true }]);
    expect(results(gateway)).toMatchObject([{ status: code === 10012 ? 'UNKNOWN' : 'REJECTED' }]);
    expect(deals(gateway)).toMatchObject([{ coid: 'order-1' }]);
  });

  it('never hears a command, or is never heard', async () => {
    const gateway = await play(
      [
        { at: { command: 1 }, kind: 'unheard' },
        { at: { command: 2 }, kind: 'unanswered' },
        { at: { command: 3 }, kind: 'unanswered' },
        { at: { command: 3 }, kind: 'comment', how: 'truncate' },
      ],
      {
        1: async (g) => {
          await submit(g, { coid: 'unheard' });
          await submit(g, { coid: 'unanswered', tag: 'QUNANSWERED' });
          await submit(g, { coid: 'nameless', tag: 'QNAMELESS' });
        },
      },
    );
    expect(results(gateway).map((body) => (body as { status: string }).status)).toEqual(Array(3).fill('UNKNOWN'));
    // One that the comment names is found again, the other is not.
    expect(deals(gateway)).toMatchObject([
      { coid: 'unanswered', tag: 'QUNANSWERED' },
      { coid: '', tag: 'QNAMEL' },
    ]);
  });

  it('fills an order that it said was canceled', async () => {
    const gateway = await play([{ at: { command: 2 }, kind: 'fill-after-cancel' }], {
      1: (g) => submit(g, { type: 'LIMIT', price: '1.05000', tif: 'GTC' }),
      2: (g) => cancel(g, {}),
    });
    expect(results(gateway)).toMatchObject([{ status: 'PLACED' }, { verb: 'cancel', status: 'DONE' }]);
    expect(deals(gateway)).toMatchObject([{ coid: 'order-1', order: '1', position: '1', tag: 'Q' }]);
    const snapshot = await snapshotOf(gateway);
    expect(snapshot.positions).toMatchObject([{ position: '1', volume: '0.10' }]);
    expect((await historyOf(gateway))[0]?.orders).toMatchObject([{ order: '1', state: 'CANCELED' }]);
    expect(await modify(gateway, { coid: '', positionId: '1', requestId: 'm', tp: '1.50000' })).toMatchObject({
      status: 'JOURNALLED',
    });
  });

  it('gives an order another ticket, and takes that one too', async () => {
    const gateway = await play([{ at: { command: 1 }, kind: 'ticket' }], {
      1: (g) => submit(g, { type: 'LIMIT', price: '1.05000', tif: 'GTC' }),
      2: async (g) => {
        const { orders } = await snapshotOf(g);
        expect(orders).toMatchObject([{ order: '900000001', coid: 'order-1' }]);
        await cancel(g, { order: '900000001' });
      },
    });
    expect(results(gateway)).toMatchObject([{ order: '1', status: 'PLACED' }, { status: 'DONE' }]);
    expect(bodies(gateway, 'order.event')).toMatchObject([
      { order: '900000001', state: 'PLACED' },
      { order: '900000001', state: 'CANCELED' },
    ]);
  });

  it('refuses stops on entry, takes no order without a connection, and is told of in the opposite order', async () => {
    const gateway = await play(
      [
        { at: { command: 1 }, kind: 'refuse-stops' },
        { at: { command: 2 }, kind: 'refuse-stops' },
        { at: { command: 3 }, kind: 'away' },
        { at: { command: 2 }, kind: 'swap-events' },
      ],
      {
        1: (g) => submit(g, { coid: 'stops', sl: '1.05000' }),
        2: (g) => submit(g, { coid: 'bare' }),
        4: (g) => submit(g, { coid: 'away' }),
      },
    );
    expect(gateway.reliable().map(({ t, d }) => [t, (d as { coid: string }).coid])).toEqual([
      ['cmd.result', 'stops'],
      ['trade.event', 'bare'],
      ['cmd.result', 'bare'],
      ['cmd.result', 'away'],
    ]);
    expect(results(gateway)).toMatchObject([{ retcode: 10016 }, { status: 'DONE' }, { retcode: 10031 }]);
    expect(bodies(gateway, 'terminal').map((body) => (body as { connected: boolean }).connected)).toEqual([
      false,
      true,
    ]);
  });

  it('has a human at the terminal, whose trades are nobody’s', async () => {
    const gateway = await play([{ at: { command: 1 }, kind: 'manual', side: 'SELL', volume: '0.20' }]);
    expect(deals(gateway)).toMatchObject([
      { coid: 'order-1', reason: 'order' },
      { coid: '', reason: 'manual', magic: '0', positionVolume: '-0.10' },
    ]);
  });
});
