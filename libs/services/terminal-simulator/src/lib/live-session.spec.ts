import type { terminal } from '@trading/contracts';
import { bodies, SimulatorStage, START_US, submit, ticksOf, until } from '../testing/simulator-stage';
import type { FakeGateway } from '../testing/fake-gateway';
import type { SimulatorConfigInput } from './simulator-config';

const S = 1_000_000;

describe('a simulated terminal without lockstep', () => {
  let stage: SimulatorStage;
  beforeEach(() => (stage = new SimulatorStage()));
  afterEach(() => stage.close());

  /** @param count ticks of EURUSD, one a second, and half as many of GBPUSD */
  const feedsOf = (count: number): SimulatorConfigInput['feeds'] => {
    const rows = (number: number, stepUs: number) =>
      Array.from({ length: number }, (_, i) => {
        const bid = 1.1 + (i % 7) * 0.0001;
        return [START_US + i * stepUs, bid.toFixed(5), (bid + 0.0001).toFixed(5)] as const;
      });
    return [
      { symbol: 'EURUSD', files: [stage.ticks('eur.csv', rows(count, S))] },
      { symbol: 'GBPUSD', files: [stage.ticks('gbp.csv', rows(count / 2, 2 * S))] },
    ];
  };

  const numbersOf = (gateway: FakeGateway, symbol: string): number[] =>
    ticksOf(gateway)
      .filter((frame) => frame.symbol === symbol)
      .flatMap(({ first, t }) => t.map((_, i) => first + i));
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

  const reliable = (gateway: FakeGateway): string[] => gateway.reliable().map(({ text }) => text);

  it('says so, waits for nobody and marks nothing', async () => {
    const { gateway } = await stage.start(feedsOf(5000), {}, { lockstep: false, ticksPerFrame: 100 });
    await until(() => numbersOf(gateway, 'EURUSD').at(-1) === 5000);
    expect(gateway.hellos[0]?.caps).toEqual([]);
    expect(numbersOf(gateway, 'EURUSD')).toEqual(upTo(5000));
    expect(numbersOf(gateway, 'GBPUSD')).toEqual(upTo(2500));
    expect(bodies(gateway, 'sim.mark')).toEqual([]);
    expect(bodies(gateway, 'account')[0]).toMatchObject({ balance: '10000.00' });
    expect(await submit(gateway, { coid: 'late' })).toMatchObject({ status: 'JOURNALLED' });
    await until(() => bodies(gateway, 'cmd.result').length === 1);
    expect(bodies(gateway, 'cmd.result')).toMatchObject([{ coid: 'late', status: 'REJECTED', retcode: 10018 }]);
  });

  it('says its account also while nothing happens to it, in the time of its data', async () => {
    const { gateway } = await stage.start(feedsOf(600), {}, { lockstep: false, ticksPerFrame: 1 });
    await until(() => numbersOf(gateway, 'EURUSD').at(-1) === 600);
    const times = (bodies(gateway, 'account') as { time: number }[]).map(({ time }) => time);
    expect(times.at(-1)).toBeGreaterThanOrEqual(START_US + 570 * S);
    times.slice(1).forEach((time, i) => expect(time - (times[i] ?? 0)).toBeLessThanOrEqual(30 * S));
  });

  it('fills an order at the next tick, and says the same again to a gateway that missed it', async () => {
    const feeds = feedsOf(2000);
    const slow = { lockstep: false, speed: 200 } as const;
    const one = await stage.start(feeds, {}, slow);
    await until(() => numbersOf(one.gateway, 'EURUSD').length >= 50);
    await submit(one.gateway, { coid: 'a' });
    await submit(one.gateway, { coid: 'b', symbol: 'GBPUSD', side: 'SELL' });
    await until(() => bodies(one.gateway, 'trade.event').length === 2);
    const said = reliable(one.gateway);
    expect(said).toHaveLength(4);

    // The same process, another connection.
    one.gateway.received.length = 0;
    one.gateway.drop();
    await until(() => reliable(one.gateway).length === 4);
    expect(reliable(one.gateway)).toEqual(said);
    await one.stop();

    // Another process, which has only the journal.
    const two = await stage.start(feeds, {}, slow);
    await until(() => reliable(two.gateway).length === 4 && ticksOf(two.gateway).length > 0);
    expect(reliable(two.gateway)).toEqual(said);
    expect(await submit(two.gateway, { coid: 'a' })).toMatchObject({ dup: true });
    expect(numbersOf(two.gateway, 'EURUSD')[0]).toBeGreaterThanOrEqual(50);
    await two.stop();

    const three = await stage.start(feeds, { resumeFrom: 4 }, slow);
    await until(() => ticksOf(three.gateway).length > 0);
    expect(reliable(three.gateway)).toEqual([]);
  });

  it('says which events it has kept, and begins with the first that is missing', async () => {
    const feeds = feedsOf(2000);
    const slow = { lockstep: false, speed: 200 } as const;
    const { gateway } = await stage.start(feeds, { resumeFrom: () => known }, slow);
    let known = 0;
    expect((await gateway.heard(({ t }) => t === 'account')).t).toBe('account');
    expect(gateway.hellos[0]?.resume).toEqual({ first: 1, last: 0 });
    await submit(gateway, { coid: 'a' });
    await until(() => reliable(gateway).length === 2);
    known = 1;
    gateway.received.length = 0;
    gateway.drop();
    await until(() => gateway.welcomed === 2 && reliable(gateway).length > 0);
    expect(gateway.hellos[1]?.resume).toEqual({ first: 1, last: 2 });
    expect(gateway.reliable().map(({ seq }) => seq)).toEqual([2]);
    // A gateway that knows of more than there is knows it from elsewhere.
    known = 99;
    gateway.drop();
    await until(() => gateway.welcomed === 3);
    await submit(gateway, { coid: 'b', side: 'SELL' });
    await until(() => gateway.reliable().some(({ seq }) => seq === 4));
  });

  it("speaks in its broker's time where that has a zone", async () => {
    const { gateway } = await stage.start(feedsOf(600), {}, { lockstep: false, brokerZone: 'ny+7' });
    await until(() => numbersOf(gateway, 'EURUSD').at(-1) === 600);
    expect(gateway.hellos[0]?.caps).toEqual(['broker-time']);
    expect(ticksOf(gateway)[0]?.t[0]).toBe(START_US + 7200 * S);
    const { bars } = (await gateway
      .ask('rates.get', {
        ...{ symbol: 'EURUSD', timeframe: 'M1', limit: 3 },
        ...{ from: START_US + 7260 * S, to: START_US + 9000 * S },
      })
      .then(({ d }) => d)) as terminal.RatesFrame;
    expect(bars.map(({ open }) => (open - START_US) / S)).toEqual([7260, 7320, 7380]);
    const account = (await gateway.heard(({ t }) => t === 'account')).d as terminal.AccountFrame;
    const offsetS = ((account.bt ?? 0) - Date.now() * 1000) / S;
    expect([7200, 10_800]).toContain(Math.round(offsetS / 900) * 900);
  });

  it('keeps only the newest ticks for a gateway that does not read', async () => {
    // Far more than the buffers of the system hold between the two.
    const count = 400_000;
    const feeds = feedsOf(count);
    const { gateway } = await stage.start(feeds, {}, { lockstep: false, speed: 2e5, ticksPerFrame: 200 }, (g) => {
      g.atWelcome = () => g.pause();
    });
    await until(() => stage.log.entries.some(({ message }) => message.includes('does not keep up')));
    gateway.resume();
    const isLast = ({ t, d }: terminal.Envelope, symbol: string, number: number): boolean => {
      const frame = d as terminal.TickFrame;
      return t === 'tick' && frame.symbol === symbol && frame.first + frame.t.length - 1 === number;
    };
    await gateway.heard((message) => isLast(message, 'EURUSD', count));
    await gateway.heard((message) => isLast(message, 'GBPUSD', count / 2));
    const numbers = numbersOf(gateway, 'EURUSD');
    expect(numbers.length).toBeLessThan(count);
    expect(numbers.every((number, i) => i === 0 || number > (numbers[i - 1] ?? 0))).toBe(true);
  });

  it('takes no journal of a run in simulated time, whose barriers are others', async () => {
    const feeds = feedsOf(10);
    const { gateway, stop } = await stage.start(feeds);
    await gateway.mark(1);
    await stop();
    await expect(stage.start(feeds, {}, { lockstep: false })).rejects.toMatchObject({ code: 'STATE_OF_OTHER_RUN' });
  });
});
