import { terminal } from '@trading/contracts';
import type { FakeGateway, FakeGatewayOptions } from '../testing/fake-gateway';
import {
  bodies,
  cancel,
  marksOf,
  scripted,
  SimulatorStage,
  snapshotOf,
  START_US,
  submit,
  until,
} from '../testing/simulator-stage';
import { faultPlan } from './fault-plan';
import type { FaultPlanInput, FaultStep } from './fault-rule';
import type { SimulatorConfigInput } from './simulator-config';

const M1 = [{ symbol: 'EURUSD', timeframe: 'M1' }];
const BIDS = Array.from({ length: 30 }, (_, i) => 1.1 + (i % 7) * 0.0001);

describe('a line that fails by plan', () => {
  let stage: SimulatorStage;
  let feeds: SimulatorConfigInput['feeds'];
  let runs = 0;
  beforeEach(() => {
    stage = new SimulatorStage();
    feeds = [{ symbol: 'EURUSD', files: [stage.path('eur.csv', BIDS)] }];
  });
  afterEach(() => stage.close());

  const start = (
    rules: FaultPlanInput['rules'],
    prepare: (gateway: FakeGateway) => void = () => undefined,
    options: Partial<FakeGatewayOptions> = {},
    more: Partial<SimulatorConfigInput> = {},
  ) => {
    runs += 1;
    const stateFolder = stage.inFolder(`state-${runs}`);
    return stage.start(
      feeds,
      { subscribe: M1, ...options },
      { stateFolder, faults: { seed: 1, rules: rules ?? [] }, ...more },
      prepare,
    );
  };

  /** A gateway as it is: asks for symbols and a snapshot, trades at some marks, and insists. */
  const working = (gateway: FakeGateway): void => {
    gateway.atWelcome = () => {
      gateway.send('symbol.get', {}, { id: `s${gateway.connections}` });
      gateway.send('snapshot.get', {}, { id: `p${gateway.connections}` });
    };
    const tell: Readonly<Record<number, () => Promise<terminal.CmdAck>>> = {
      1: () => submit(gateway, { tp: '1.10500' }),
      4: () => submit(gateway, { coid: 'rests', type: 'LIMIT', price: '1.05000', tif: 'GTC' }),
      5: () => cancel(gateway, { coid: 'rests' }),
      7: () => submit(gateway, { coid: 'order-2', side: 'SELL', volume: '0.30' }),
    };
    gateway.atMark = async ({ n }) => {
      const { welcomed } = gateway;
      // A terminal that is gone plays the mark again; one that is deaf is told again.
      let isTold = tell[n] === undefined;
      while (!isTold && gateway.welcomed === welcomed) {
        const deaf = new Promise((go) => setTimeout(() => go(false), 100).unref());
        isTold = (await Promise.race([tell[n]?.().then(() => true), deaf])) === true;
      }
    };
  };

  /** The last that was said of each barrier, and each reliable message: what a gateway knows in the end. */
  const known = (gateway: FakeGateway) => ({
    marks: [...new Map(marksOf(gateway).map((mark) => [mark.n, mark])).values()],
    reliable: [...new Map(gateway.reliable().map(({ seq, t, d }) => [seq, { t, d }])).values()],
  });

  it.each<FaultStep>([
    ...(['hello', 'challenge', 'auth', 'welcome', 'symbols', 'ticks', 'account', 'mark'] as const),
    ...(['ack', 'result', 'event', 'snapshot', 'command'] as const),
  ])('breaks at each step: at %s, before or after, the market goes its way', async (step) => {
    const whole = await start([], working, { answersMarks: true });
    await whole.gateway.end();
    const breaks = (['disconnect', 'restart'] as const).flatMap((kind) =>
      (['before', 'after'] as const).map((when) => ({ at: { step, nth: 1 }, kind, when })),
    );
    for (const rule of breaks) {
      const { gateway } = await start([rule], working, { answersMarks: true });
      await gateway.end();
      expect(gateway.connections).toBe(2);
      // A command that was lost comes again as the whole batch is played again.
      expect(known(gateway)).toEqual(known(whole.gateway));
    }
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'fails at random, and simulated time brings the same in the end: seed %i',
    async (seed) => {
      const whole = await start([], working, { answersMarks: true });
      await whole.gateway.end();
      const { rules } = faultPlan(seed, 8, { lineOnly: true, upTo: 6 });
      const { gateway } = await start([...rules], working, { answersMarks: true });
      await gateway.end();
      expect(known(gateway)).toEqual(known(whole.gateway));
    },
  );

  it.each(['kept', 'lost'] as const)('restarts the terminal with its journal %s', async (journal) => {
    const faults = [{ at: { step: 'result', nth: 1 }, kind: 'restart', when: 'after', journal }] as const;
    const { gateway } = await start([...faults], () => undefined, {}, { lockstep: false, speed: 100 });
    await until(() => bodies(gateway, 'tick').length > 2);
    const first = gateway.hellos[0]?.journalId ?? '';
    await submit(gateway, {});
    await until(() => gateway.welcomed === 2);
    const again = gateway.hellos[1];
    expect(again?.journalId === first).toBe(journal === 'kept');
    expect(again?.resume).toEqual(journal === 'kept' ? { first: 1, last: 2 } : { first: 1, last: 0 });
    const snapshot = await snapshotOf(gateway);
    // The broker has the position either way; whose it is only a journal knows.
    expect(snapshot.positions).toMatchObject([{ position: '1', tag: 'Q' }]);
    expect(snapshot.deals).toMatchObject([{ deal: '1', coid: journal === 'kept' ? 'order-1' : '' }]);
    const query = await gateway.ask('query.coid', { coid: 'order-1', tombstone: false });
    expect(query.d).toMatchObject({ known: journal === 'kept' });
    if (journal === 'lost') {
      expect(await submit(gateway, {})).toMatchObject({ dup: false });
      await until(() => gateway.reliable().length > 2);
      expect(gateway.reliable().at(-2)).toMatchObject({ seq: 1, t: 'cmd.result' });
    }
  });

  it('loses a request, so that nobody knows of it', async () => {
    const { gateway } = await start([{ at: { step: 'command', nth: 1 }, kind: 'lose' }]);
    await gateway.mark(1);
    gateway.send('order.submit', {}, { id: 'lost' });
    const query = await gateway.ask('query.coid', { coid: 'order-1', tombstone: true });
    expect(query.d).toMatchObject({ known: false, tombstoned: true });
    expect(gateway.received.some(({ re }) => re === 'lost')).toBe(false);
  });

  it('loses an acknowledgement of what is journalled', async () => {
    const { gateway } = await start([{ at: { step: 'ack', nth: 1 }, kind: 'lose' }]);
    await gateway.mark(1);
    void submit(gateway, {});
    const query = await gateway.ask('query.coid', { coid: 'order-1', tombstone: false });
    expect(query.d).toMatchObject({ known: true });
    expect(await submit(gateway, {})).toMatchObject({ status: 'JOURNALLED', dup: true });
  });

  it('loses a result and all that follows it, until the next connection brings them', async () => {
    const { gateway } = await start(
      [{ at: { step: 'result', nth: 1 }, kind: 'lose' }],
      scripted({ 1: (g) => submit(g, {}) }),
      { answersMarks: true },
    );
    await gateway.end();
    expect(gateway.connections).toBe(2);
    expect(gateway.reliable().map(({ seq, t }) => [seq, t])).toEqual([
      [1, 'cmd.result'],
      [2, 'trade.event'],
    ]);
  });

  it('tells twice, later, or in another order what may be told so', async () => {
    const { gateway } = await start(
      [
        { at: { step: 'result', nth: 1 }, kind: 'duplicate' },
        { at: { step: 'mark', nth: 2 }, kind: 'duplicate' },
        { at: { step: 'query', nth: 1 }, kind: 'reorder' },
        { at: { step: 'mark', nth: 3 }, kind: 'delay', ms: 30 },
      ],
      (g) => {
        g.atMark = async ({ n }) => {
          if (n === 1) await submit(g, {});
          if (n !== 2) return;
          await Promise.all([g.ask('query.coid', { coid: 'order-1', tombstone: false }), g.ask('snapshot.get', {})]);
        };
      },
      { answersMarks: true },
    );
    await gateway.end();
    expect(gateway.reliable().map(({ seq }) => seq)).toEqual([1, 1, 2]);
    expect(marksOf(gateway).map(({ n }) => n)).toEqual(marksOf(gateway).map((_, i) => i + 1));
    const types = gateway.received.map(({ t }) => t);
    expect(types.indexOf('snapshot')).toBeLessThan(types.indexOf('query.result'));
  });

  it.each(['extra', 'missing'] as const)('shows once a snapshot with a position %s', async (what) => {
    const { gateway } = await start(
      [{ at: { step: 'snapshot', nth: 1 }, kind: 'lie', what }],
      (g) => {
        g.atMark = async ({ n }) => {
          if (n === 1) await submit(g, {});
          if (n !== 3) return;
          expect((await snapshotOf(g)).positions).toHaveLength(what === 'extra' ? 2 : 0);
          expect((await snapshotOf(g)).positions).toHaveLength(1);
        };
      },
      { answersMarks: true },
    );
    await gateway.end();
    expect.assertions(2);
  });

  it('has a clock that is wrong for some commands', async () => {
    const { gateway } = await start([
      { at: { step: 'command', nth: 2 }, kind: 'clock', shiftMs: 3_600_000, commands: 2 },
    ]);
    await gateway.mark(1);
    const notAfter = START_US + 120_000_000;
    expect(await submit(gateway, { coid: 'a', notAfter })).toMatchObject({ status: 'JOURNALLED' });
    expect(await submit(gateway, { coid: 'b', notAfter })).toMatchObject({ code: 'NOT_AFTER' });
    expect(await submit(gateway, { coid: 'c', notAfter })).toMatchObject({ code: 'NOT_AFTER' });
    expect(await submit(gateway, { coid: 'd', notAfter })).toMatchObject({ status: 'JOURNALLED' });
  });

  it('is announced, and what would take the past of simulated time is refused', async () => {
    const rules = [{ at: { step: 'ack', nth: 1 }, kind: 'lose' }] as const;
    await start([...rules]);
    expect(stage.log.entries.map(({ fields }) => fields)).toContainEqual({ faults: { seed: 1, rules } });
    const lost = { at: { step: 'ack', nth: 1 }, kind: 'restart', journal: 'lost' } as const;
    await expect(start([lost])).rejects.toThrow(/without the journal/);
  });

  it('says what belongs to the protocol only', async () => {
    const { gateway } = await start([{ at: { step: 'snapshot', nth: 1 }, kind: 'lie', what: 'extra' }]);
    await gateway.mark(1);
    expect(() => terminal.snapshotSchema.parse(bodies(gateway, 'snapshot')[0] ?? {})).toThrow();
    expect((await snapshotOf(gateway)).positions).toMatchObject([{ symbol: 'EURUSD' }]);
  });
});
