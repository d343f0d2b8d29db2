import { terminal } from '@trading/contracts';
import { FakeGateway } from '../testing/fake-gateway';
import { KEY, orderOf, ticksOf, until } from '../testing/simulator-stage';
import { LoadTerminal, type LoadTerminalOptions } from './load-terminal';

describe('a load terminal', () => {
  let gateway: FakeGateway;
  let load: LoadTerminal | undefined;
  beforeEach(async () => {
    gateway = await FakeGateway.listen({ key: KEY, subscribe: [{ symbol: 'EURUSD', timeframe: 'M1' }] });
  });
  afterEach(async () => {
    await load?.stop();
    await gateway.close();
  });

  const dial = async (more: Partial<LoadTerminalOptions> = {}): Promise<LoadTerminal> =>
    (load = await LoadTerminal.dial({
      gateway: { host: '127.0.0.1', port: gateway.port },
      keyId: 'k',
      key: KEY,
      login: 'L1',
      server: 'Load',
      symbols: ['EURUSD', 'USDJPY', 'GBPUSD'],
      framesPerSecond: 500,
      ticksPerFrame: 4,
      ...more,
    }));

  it('is welcomed without lockstep and sends frames of its symbols in turn, at its rate', async () => {
    const one = await dial();
    expect(gateway.hellos[0]).toMatchObject({ login: 'L1', caps: [], journalId: 'load-L1' });
    expect(one.welcome.subscribe).toEqual([{ symbol: 'EURUSD', timeframe: 'M1' }]);
    const startedMs = performance.now();
    one.start();
    await until(() => ticksOf(gateway).length >= 60);
    expect(one.counts().due).toBeLessThanOrEqual(((performance.now() - startedMs) / 1000) * 500 + 1);
    const counts = await one.stop();
    await until(() => ticksOf(gateway).length === counts.frames);
    expect(counts).toMatchObject({ ticks: counts.frames * 4, stalls: 0, stalledMs: 0, orders: 0 });
    const frames = ticksOf(gateway);
    expect(frames.slice(0, 4).map(({ symbol, first }) => [symbol, first])).toEqual([
      ['EURUSD', 1],
      ['USDJPY', 1],
      ['GBPUSD', 1],
      ['EURUSD', 5],
    ]);
    expect(frames[1]?.b[0]).toMatch(/^\d+\.\d{3}$/);
    for (const symbol of ['EURUSD', 'USDJPY', 'GBPUSD']) {
      const own = frames.filter((frame) => frame.symbol === symbol);
      const times = own.flatMap(({ t }) => t);
      expect(times.every((us, i) => i === 0 || us >= (times[i - 1] ?? 0))).toBe(true);
      own.forEach(({ b, a }) => b.forEach((bid, i) => expect(Number(bid)).toBeLessThan(Number(a[i]))));
    }
  });

  it('counts how often and how long the gateway did not read, and goes on from there', async () => {
    const one = await dial({ framesPerSecond: 1_000_000, ticksPerFrame: 100 });
    gateway.pause();
    one.start();
    await until(() => one.counts().stalls === 1);
    const { frames, due } = one.counts();
    expect(due).toBeGreaterThan(frames);
    await until(() => one.counts().stalledMs > 10);
    expect(one.counts().frames).toBe(frames);
    gateway.resume();
    await until(() => one.counts().frames > frames);
    one.pause();
    const paused = one.counts();
    expect(paused.due).toBe(paused.frames);
  });

  it('answers what a gateway asks, and refuses orders once they are noted', async () => {
    const orders: string[] = [];
    const one = await dial({ onOrder: (order, receivedUs) => orders.push(`${order.coid} ${receivedUs > 1.7e15}`) });
    const { instruments } = terminal.symbolsSchema.parse((await gateway.ask('symbol.get', {})).d);
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['EURUSD', 'USDJPY', 'GBPUSD']);
    expect(terminal.snapshotSchema.parse((await gateway.ask('snapshot.get', {})).d).positions).toEqual([]);
    expect((await gateway.ask('query.coid', { coid: 'c', tombstone: false })).d).toEqual({ coid: 'c', known: false });
    expect((await gateway.ask('fence', { epoch: 3 })).d).toMatchObject({ status: 'JOURNALLED' });
    expect((await gateway.ask('order.submit', orderOf({ coid: 'c' }))).d).toMatchObject({ code: 'LOAD_ONLY' });
    expect([orders, one.counts().orders]).toEqual([['c true'], 1]);
    expect((await gateway.heard(({ t }) => t === 'account')).d).toMatchObject({ currency: 'USD' });
  });

  it('makes the same quotes for the same seed', async () => {
    const prices = async (seed: number): Promise<string[]> => {
      const one = await dial({ seed });
      one.start();
      await until(() => ticksOf(gateway).length >= 10);
      const { frames } = await one.stop();
      await until(() => ticksOf(gateway).length === frames);
      const said = ticksOf(gateway)
        .slice(0, 10)
        .flatMap(({ b }) => b);
      gateway.received.length = 0;
      return said;
    };
    const first = await prices(1);
    expect(await prices(1)).toEqual(first);
    expect(await prices(2)).not.toEqual(first);
  });

  it('stops when the gateway hangs up', async () => {
    const one = await dial();
    one.start();
    gateway.drop();
    await until(() => one.ended.aborted);
    const { frames } = one.counts();
    expect(one.counts()).toMatchObject({ frames, due: frames });
  });

  it('is refused with another key, and without a load', async () => {
    await expect(dial({ key: Buffer.alloc(16, 1) })).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    await expect(dial({ framesPerSecond: 0 })).rejects.toThrow(RangeError);
    await expect(dial({ symbols: [] })).rejects.toThrow(RangeError);
  });
});
