import { createHash } from 'node:crypto';
import { SimulatorStage, START_US, submit } from '../testing/simulator-stage';

/** The same numbers on every machine: a linear congruential generator. */
function* numbers(): Generator<number> {
  for (let x = 7; ;) yield (x = (x * 1_103_515_245 + 12_345) % 2_147_483_648);
}

/*
 * What is said is a function of data, options and commands; runs are compared with runs of other versions, so that it
 * must not change by accident either. A change on purpose puts new digests here.
 */
describe('the bytes of a run with one symbol', () => {
  let stage: SimulatorStage;
  beforeEach(() => (stage = new SimulatorStage()));
  afterEach(() => stage.close());

  it.each([
    ['ticks', '19ea08d2f26bea7ba9fa7adc5157ecaaaec9d92891927dd13b03fd4352d629e0'],
    ['bars', 'e2dfb0d39332e28a10a409a7d289991a650bcdb687f8998560cb5b48dbd73150'],
  ])('stay the same for %s', async (kind, digest) => {
    const source = numbers();
    const rows = Array.from({ length: kind === 'ticks' ? 3000 : 500 }, (_, i) => {
      const x = source.next().value as number;
      const mid = 1.1 + ((x % 1000) - 500) / 100_000;
      const price = (offset: number): string => (mid + offset).toFixed(5);
      return kind === 'ticks'
        ? ([START_US + i * 7_000_000, price(0), price((((x >> 10) % 12) - 1) / 100_000)] as const)
        : ([START_US + i * 60_000_000, price(0), price(0.001), price(-0.0012), price(0.0003)] as const);
    });
    const file = stage.data('data.csv', kind === 'ticks' ? 'time_ms,bid,ask' : 'time_ms,open,high,low,close', rows);
    const { gateway } = await stage.start(
      [{ symbol: 'EURUSD', files: [file], spreadPoints: 8 }],
      { answersMarks: true, subscribe: ['M1', 'M15'].map((timeframe) => ({ symbol: 'EURUSD', timeframe })) },
      { slippagePoints: 1, ticksPerFrame: 50 },
      (g) => {
        g.atMark = async ({ n }) => {
          if (n % 10 !== 3) return;
          const fields = n % 20 === 3 ? { sl: '1.08000', tp: '1.12000' } : { side: 'SELL' as const, volume: '0.17' };
          await submit(g, { coid: `o${n}`, ...fields });
        };
      },
    );
    await gateway.end();
    expect(createHash('sha256').update(gateway.played().join('\n')).digest('hex')).toBe(digest);
  });
});
