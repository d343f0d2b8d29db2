import { Decimal } from '@trading/trading-market';
import * as fc from 'fast-check';
import { EURUSD, inputAt, plain, play, positionAfter } from '../testing/inputs';
import { parseParameters } from './parameters';
import { STRATEGIES } from './registry';
import { StrategyStateError } from './state';
import type { StrategyInput } from './strategy';

const SHORT_WINDOWS: Record<string, Record<string, string>> = {
  'sma-cross': { fast: '2', slow: '4' },
  'model-threshold': { allowShort: '1' },
};

const bars: fc.Arbitrary<StrategyInput[]> = fc
  .array(
    fc.record({
      bid: fc.integer({ min: 125_000, max: 135_000 }),
      atr: fc.oneof(
        { weight: 1, arbitrary: fc.constant(Number.NaN) },
        { weight: 5, arbitrary: fc.double({ min: 1e-5, max: 0.02, noNaN: true }) },
      ),
      probability: fc.double({ min: 0, max: 1, noNaN: true }),
      flags: fc.oneof({ weight: 1, arbitrary: fc.constant(['STALE_BAR']) }, { weight: 5, arbitrary: fc.constant([]) }),
      equity: fc.integer({ min: -100, max: 1_000_000 }),
    }),
    { maxLength: 30 },
  )
  .map((rows) =>
    rows.map(({ bid, atr, probability, flags, equity }, index) =>
      inputAt(index, bid / 1e5, {
        atr,
        prediction: { probability, flags },
        equity: new Decimal(equity),
        tradeFromUs: inputAt(2).bar.closeTimeUs,
      }),
    ),
  );

describe.each(Object.values(STRATEGIES))('$name', (definition) => {
  const parameters = parseParameters(definition, SHORT_WINDOWS[definition.name] ?? {});

  it('gives for a prefix of the bars the prefix of its outputs', () => {
    fc.assert(
      fc.property(bars, fc.nat(30), (inputs, cut) => {
        const whole = play(definition.create(parameters), inputs);
        const prefix = play(definition.create(parameters), inputs.slice(0, cut));
        expect(plain(prefix)).toEqual(plain(whole.slice(0, cut)));
      }),
      { seed: 42 },
    );
  });

  it('continues from a snapshot as if never stopped', () => {
    fc.assert(
      fc.property(bars, fc.nat(30), (inputs, cut) => {
        const whole = play(definition.create(parameters), inputs);
        const stopped = definition.create(parameters);
        const before = play(stopped, inputs.slice(0, cut));
        const restored = definition.create(parameters, JSON.parse(JSON.stringify(stopped.snapshot())));
        const after = play(restored, inputs.slice(cut), positionAfter(before));
        expect(plain([...before, ...after])).toEqual(plain(whole));
      }),
      { seed: 42 },
    );
  });

  it('puts stops on the losing side and keeps its targets within leverage and the largest volume', () => {
    fc.assert(
      fc.property(bars, (inputs) => {
        for (const [index, { intent }] of play(definition.create(parameters), inputs).entries()) {
          if (intent.kind !== 'target' || intent.targetLots.isZero()) continue;
          const { quote, equity, bar, tradeFromUs } = inputs[index]!;
          const long = intent.targetLots.gt(0);
          const price = long ? quote.ask : quote.bid;
          if (intent.stopLoss !== undefined) {
            expect(long ? intent.stopLoss.lt(quote.bid) : intent.stopLoss.gt(quote.ask)).toBe(true);
          }
          const notional = intent.targetLots.abs().times(EURUSD.contractSize).times(price);
          expect(notional.lte(equity.times(parameters['maxLeverage'] ?? parameters['exposure'] ?? 0))).toBe(true);
          expect(intent.targetLots.abs().lte(EURUSD.volumeMax)).toBe(true);
          expect(bar.closeTimeUs).toBeGreaterThanOrEqual(tradeFromUs);
        }
      }),
      { seed: 42 },
    );
  });
});

describe('a state that is not a strategy’s own', () => {
  it.each([
    ['sma-cross', { closes: ['1'], state: 0 }],
    ['sma-cross', { closes: [], state: 2 }],
    ['sma-cross', null],
    ['buy-and-hold', { bought: 'yes' }],
  ])('is refused by %s: %j', (name, state) => {
    const definition = STRATEGIES[name]!;
    expect(() => definition.create(parseParameters(definition, {}), state)).toThrow(StrategyStateError);
  });
});
