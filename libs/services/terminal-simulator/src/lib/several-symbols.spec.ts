import { appendFileSync } from 'node:fs';
import { terminal } from '@trading/contracts';
import type { FakeGateway } from '../testing/fake-gateway';
import { bodies, marksOf, SimulatorStage, START_US, submit, ticksOf } from '../testing/simulator-stage';
import { JOURNAL_FILE } from './journal';
import type { SimulatorConfigInput } from './simulator-config';

const S = 1_000_000;
const MINUTE = 60 * S;
const M1 = ['EURUSD', 'GBPUSD'].map((symbol) => ({ symbol, timeframe: 'M1' }));

describe('several symbols of one account', () => {
  let stage: SimulatorStage;
  let feeds: SimulatorConfigInput['feeds'];

  /**
   * Eight minutes of EURUSD with a tick every 20 s; GBPUSD every 30 s, its first at the same time, its last after five
   * minutes, none in the third.
   */
  beforeEach(() => {
    stage = new SimulatorStage();
    const every = (count: number, step: number, base: number) =>
      Array.from({ length: count }, (_, i) => {
        const bid = base + (i % 7) * 0.0001;
        return [START_US + i * step, bid.toFixed(5), (bid + 0.0001).toFixed(5)] as const;
      });
    const pound = every(10, 30 * S, 1.3).filter((_, i) => i !== 4 && i !== 5);
    feeds = [
      { symbol: 'EURUSD', files: [stage.ticks('eur.csv', every(24, 20 * S, 1.1))] },
      { symbol: 'GBPUSD', files: [stage.ticks('gbp.csv', pound)], instrument: { brokerSymbol: 'GBPUSD.m' } },
    ];
  });
  afterEach(() => stage.close());

  /** Trades both symbols at their marks. */
  const trading = (gateway: FakeGateway): void => {
    gateway.atMark = async ({ n }) => {
      if (n === 1) await submit(gateway, { coid: 'eur-1', sl: '1.09000', tp: '1.10050' });
      if (n === 1) await submit(gateway, { coid: 'gbp-1', symbol: 'GBPUSD.m', side: 'SELL' });
      if (n === 6) await submit(gateway, { coid: 'eur-2', side: 'SELL' });
      if (n === 7) await submit(gateway, { coid: 'gbp-2', symbol: 'GBPUSD.m', volume: '0.30' });
    };
  };

  it('are one session: marks of the account where a bar of any of them closes, frames of one symbol each', async () => {
    const { gateway } = await stage.start(feeds, { subscribe: M1, answersMarks: true }, { ticksPerFrame: 2 });
    await gateway.end();
    expect(marksOf(gateway).map(({ n, time, end }) => [n, (time - START_US) / MINUTE, end])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((n) => [n, n, n === 8]),
    );
    const first = gateway.received.slice(
      0,
      gateway.received.findIndex(({ t }) => t === 'sim.mark'),
    );
    expect(first.filter(({ t }) => t === 'tick').map(({ d }) => d)).toMatchObject([
      { symbol: 'EURUSD', first: 1, t: [START_US, START_US + 20 * S] },
      { symbol: 'GBPUSD.m', first: 1, t: [START_US, START_US + 30 * S] },
      { symbol: 'EURUSD', first: 3, t: [START_US + 40 * S] },
    ]);
    for (const [symbol, count] of [
      ['EURUSD', 24],
      ['GBPUSD.m', 8],
    ] as const) {
      const own = ticksOf(gateway).filter((frame) => frame.symbol === symbol);
      expect(own.flatMap(({ t }) => t)).toHaveLength(count);
      expect(own.flatMap(({ t, first: number }) => t.map((_, i) => number + i))).toEqual(
        Array.from({ length: count }, (_, i) => i + 1),
      );
    }
  });

  it('end a batch only where a bar closes that was asked for', async () => {
    const { gateway } = await stage.start(feeds, { subscribe: M1.slice(1), answersMarks: true });
    await gateway.end();
    // GBPUSD has no tick in the third minute and none after the fifth; the data ends with EURUSD's last tick.
    expect(marksOf(gateway).map(({ time }) => (time - START_US) / S)).toEqual([60, 120, 240, 300, 460]);
  });

  it('trade from one balance, each at its own quotes, and a snapshot has them all', async () => {
    const { gateway } = await stage.start(feeds, { subscribe: M1 }, {}, (g) => {
      trading(g);
      const trade = g.atMark;
      g.atMark = async (mark) => {
        await trade(mark);
        if (mark.n < 3) g.done(mark.n);
      };
    });
    await gateway.mark(3);
    expect(bodies(gateway, 'trade.event').slice(0, 2)).toMatchObject([
      { coid: 'eur-1', symbol: 'EURUSD', deal: '1', time: START_US + MINUTE },
      { coid: 'gbp-1', symbol: 'GBPUSD.m', deal: '2', time: START_US + MINUTE },
    ]);
    const snapshot = terminal.snapshotSchema.parse((await gateway.ask('snapshot.get', {})).d);
    expect(snapshot.positions.map(({ symbol, side }) => [symbol, side])).toEqual([
      ['EURUSD', 'BUY'],
      ['GBPUSD.m', 'SELL'],
    ]);
    const open = snapshot.positions.reduce((sum, { profit }) => sum + Number(profit), 0);
    expect(Number(snapshot.account.equity)).toBeCloseTo(Number(snapshot.account.balance) + open, 9);
    expect(Number(snapshot.account.balance)).toBeCloseTo(10_000 - 0.7, 9);
    const { instruments } = terminal.symbolsSchema.parse((await gateway.ask('symbol.get', {})).d);
    expect(instruments.map(({ symbol, brokerSymbol }) => [symbol, brokerSymbol])).toEqual([
      ['EURUSD', 'EURUSD'],
      ['GBPUSD', 'GBPUSD.m'],
    ]);
  });

  it('refuse what comes for a symbol whose data has ended, while the others go on', async () => {
    const { gateway } = await stage.start(feeds, { subscribe: M1, answersMarks: true }, {}, (g) => {
      g.atMark = async ({ n }) => {
        if (n === 5) await submit(g, { coid: 'late', symbol: 'GBPUSD.m' });
        if (n === 6) await submit(g, { coid: 'fine' });
      };
    });
    await gateway.end();
    expect(bodies(gateway, 'cmd.result')).toMatchObject([
      { coid: 'late', status: 'REJECTED', retcode: 10018 },
      { coid: 'fine', status: 'DONE' },
    ]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'go on from barrier %i after a restart with the bytes of an undisturbed run',
    async (k) => {
      const whole = await stage.start(
        feeds,
        { subscribe: M1, answersMarks: true },
        { stateFolder: stage.inFolder('whole') },
        trading,
      );
      await whole.gateway.end();
      const before = await stage.start(feeds, { subscribe: M1 }, {}, (g) => {
        trading(g);
        const trade = g.atMark;
        g.atMark = async (mark) => {
          await trade(mark);
          if (mark.n < 11) g.done(mark.n);
        };
      });
      await before.gateway.mark(11);
      await before.stop();
      appendFileSync(stage.inFolder(`state/${JOURNAL_FILE}`), '{"kind":"submit","n":9,"ord');
      const after = await stage.start(feeds, { subscribe: M1, answersMarks: true, resumeBarrier: k }, {}, trading);
      await after.gateway.end();
      const all = whole.gateway.played();
      const upToK =
        k === 0 ? 0 : all.findIndex((text) => text.includes('"sim.mark"') && text.includes(`"n":${k},`)) + 1;
      expect(all.length).toBeGreaterThan(30);
      expect(after.gateway.played()).toEqual(all.slice(upToK));
    },
  );

  it('are paced by the bars of all of them', async () => {
    const { gateway } = await stage.start(feeds, { subscribe: M1, answersMarks: true }, { speed: 60_000 });
    const fast = await stage.start(
      feeds,
      { subscribe: M1, answersMarks: true },
      { stateFolder: stage.inFolder('fast') },
    );
    await Promise.all([gateway.end(), fast.gateway.end()]);
    expect(gateway.played()).toEqual(fast.gateway.played());
  });

  it('are warned of where no pair among them converts their profit', async () => {
    const file = stage.ticks('one.csv', [[START_US, '1.10000', '1.10010']]);
    const symbols = ['EURGBP', 'USDJPY', 'EURUSD', 'NZDCHF', 'GBPUSD'];
    for (const played of [symbols, symbols.slice(0, 3)]) {
      const stateFolder = stage.inFolder(String(played.length));
      await stage.start(
        played.map((symbol) => ({ symbol, files: [file] })),
        {},
        { stateFolder },
      );
    }
    expect(stage.log.entries.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toEqual([
      { symbols: ['NZDCHF'], currency: 'USD' },
      { symbols: ['EURGBP'], currency: 'USD' },
    ]);
  });
});
